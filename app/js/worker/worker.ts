// Reading without a network: pages of text that were opened, and the whole book when somebody asks for it.
// Invariants: with a network everything comes from the server; the API, sandboxes and exercises are never kept; nothing
// outside the worker's scope, which ends where a proxy shows the site, is touched.

export {};
declare const self: ServiceWorkerGlobalScope;

/** The path below which the site is shown; empty when it has its host for itself. */
const BASE = new URL(self.registration.scope).pathname.replace(/\/$/, "");
/** Pages of text, and what they are made of; another site of the same host has its own. */
const PAGES = `drydock-pages${BASE}`;
const FILES = `drydock-files${BASE}`;
/** Built files of several versions; what is oldest goes first. */
const FILES_MOST = 400;
/** A page that has not come by then is shown as it was kept, milliseconds. */
const PATIENCE = 4000;
/** Pages of the book that are fetched at the same time. */
const AT_ONCE = 4;

/** What pages ask for. */
type Wish = { keep: "page"; url: string; files: string[] } | { keep: "book" };

self.addEventListener("install", (event) => {
  void self.skipWaiting();
  // Not asked at all where browsers know of that: a page that is left sends its last write only on the straight way.
  const api = { condition: { urlPattern: `${BASE}/api/*` }, source: "network" };
  if ("addRoutes" in event) event.waitUntil((event as { addRoutes(rules: object): Promise<void> }).addRoutes(api));
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  const wish = event.data as Wish;
  const tell = (word: object) => event.source?.postMessage(word);
  if (wish.keep === "page") event.waitUntil(keepPage(wish));
  else event.waitUntil(keepBook(tell).catch(() => tell({ book: "failed" })));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (isFile(url)) event.respondWith(file(request));
  else if (request.mode === "navigate") event.respondWith(page(event, url));
});

/** The place of the site that an address names, from the site's own root; empty for what is not of the site. */
function placeOf({ pathname }: URL): string {
  return pathname.startsWith(`${BASE}/`) ? pathname.slice(BASE.length) : "";
}

/** Named by its content, so one answer is good for ever. What makes a page interactive needs the server anyway. */
function isFile(url: URL): boolean {
  const place = placeOf(url);
  if (place.endsWith(".wasm")) return false;
  return place.startsWith("/assets/") || (place.startsWith("/images/") && url.searchParams.has("v"));
}

/** A page of text: the same for everybody, but for what they have solved. */
function isText(url: URL): boolean {
  const place = placeOf(url);
  return ["/", "/chapters", "/cheatsheet", "/exercises"].includes(place) || /^\/(chapters|cheatsheet)\/[^/]+$/.test(place);
}

async function file(request: Request): Promise<Response> {
  const kept = await caches.match(request);
  if (kept) return kept;
  const fresh = await fetch(request);
  if (fresh.ok) {
    const files = await caches.open(FILES);
    await files.put(request, fresh.clone());
    await forgetOldest(files);
  }
  return fresh;
}

async function forgetOldest(files: Cache): Promise<void> {
  const all = await files.keys();
  await Promise.all(all.slice(0, Math.max(0, all.length - FILES_MOST)).map((request) => files.delete(request)));
}

async function page(event: FetchEvent, url: URL): Promise<Response> {
  const kept = isText(url) ? await (await caches.open(PAGES)).match(url.pathname) : undefined;
  const fresh = fetch(event.request).then(fromServer);
  try {
    if (!kept) return await keepIfText(url, await fresh);
    const late = new Promise<"late">((done) => setTimeout(done, PATIENCE, "late"));
    const first = await Promise.race([fresh, late]);
    if (first !== "late") return await keepIfText(url, first);
    // It may still come, and is then good for the next time.
    event.waitUntil(fresh.then((response) => keepIfText(url, response)).catch(() => undefined));
  } catch {
    // No network, or no server.
  }
  event.waitUntil(tellOld(event.resultingClientId));
  return kept ?? notKept();
}

/** A proxy's word that it cannot reach the server is none of the server's. */
function fromServer(response: Response): Response {
  if (response.status === 502 || response.status === 504) throw new Error(`no server: ${response.status}`);
  return response;
}

async function keepIfText(url: URL, response: Response): Promise<Response> {
  if (response.ok && !response.redirected && isText(url)) {
    await (await caches.open(PAGES)).put(url.pathname, response.clone());
  }
  return response;
}

/** Tells a page that it is shown as it was kept. */
async function tellOld(id: string): Promise<void> {
  // The page is made after its answer has come, on a busy machine seconds later.
  for (let time = 0; time < 100; time++) {
    const client = await self.clients.get(id);
    if (client) return client.postMessage({ offline: true });
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** The page that was open before there was anybody to keep it. */
async function keepPage({ url, files }: { url: string; files: string[] }): Promise<void> {
  const place = new URL(url);
  const fetched = files.map((name) => new URL(name, place)).filter(isFile);
  await Promise.all(fetched.map((name) => file(new Request(name))));
  if (!isText(place)) return;
  const kept = await (await caches.open(PAGES)).match(place.pathname);
  if (kept) await keepPictures(place, await kept.text());
  else await keepWhole(new URL(place.pathname, place));
}

async function keepBook(tell: (word: object) => void): Promise<void> {
  const { pages } = (await (await fetch(`${BASE}/api/book`)).json()) as { pages: string[] };
  let done = 0;
  const rest = [...pages];
  const work = async () => {
    for (let place = rest.shift(); place !== undefined; place = rest.shift()) {
      await keepWhole(new URL(BASE + place, self.location.origin));
      done += 1;
      tell({ book: "going", done, of: pages.length });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  tell({ book: "kept", of: pages.length });
}

/** A page with its pictures. */
async function keepWhole(url: URL): Promise<void> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.pathname}: ${response.status}`);
  const text = await response.clone().text();
  await keepIfText(url, response);
  await keepPictures(url, text);
}

/** What a page shows, also what is further down and was not looked at yet. */
async function keepPictures(url: URL, text: string): Promise<void> {
  for (const [, name] of text.matchAll(/(?:src|href)="(\/[^"]+\.(?:svg|png|css|woff2|js)[^"]*)"/g)) {
    const place = new URL((name ?? "").replaceAll("&amp;", "&"), url);
    if (isFile(place)) await file(new Request(place));
  }
}

/** In place of a page that was not kept: which were. */
async function notKept(): Promise<Response> {
  const pages = await (await caches.open(PAGES)).keys();
  const files = await (await caches.open(FILES)).keys();
  const style = files.map(({ url }) => new URL(url).pathname).filter((path) => path.endsWith(".css")).at(-1);
  const paths = pages.map(({ url }) => new URL(url).pathname).sort();
  // Paths come from this site and hold nothing that HTML minds, but who knows.
  const safe = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const links = paths.map((path) => `<li><a href="${safe(path)}">${safe(titleOf(path.slice(BASE.length)))}</a></li>`).join("");
  const html = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Offline · Drydock</title>
<link rel="icon" href="data:,"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
${style ? `<link rel="stylesheet" href="${safe(style)}">` : ""}</head><body class="list"><main id="main">
<header class="page-head"><h1>You are offline</h1><p class="lead">This page was not kept in this browser. Reload it when the server can be reached again.</p></header>
${links ? `<p>These can be read:</p><ul>${links}</ul>` : ""}</main></body></html>`;
  return new Response(html, { status: 503, headers: { "content-type": "text/html; charset=utf-8" } });
}

function titleOf(path: string): string {
  const last = path.split("/").at(-1) ?? "";
  const words = last === "" ? "home" : decodeURIComponent(last).replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

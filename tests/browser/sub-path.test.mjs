// The site below a path of a host that others share, behind nginx as docs/proxy.md sets it up: handing the path on, or taking it off.

import assert from "node:assert/strict";
import { stage } from "./stage/stage.mjs";

const BASE = "/learn";
const can = stage({}, BASE);

/** Addresses on the page that lead elsewhere on this host than below the path. */
function astray(base) {
  const names = ["href", "src", "action", "data-glue", "data-wasm", "data-terminal", "data-editor"];
  return names.flatMap((name) =>
    [...document.querySelectorAll(`[${name}]`)]
      .map((element) => element.getAttribute(name))
      .filter((value) => value.startsWith("/") && !value.startsWith(`${base}/`)),
  );
}

const nowhereAstray = async (page, where) => assert.deepEqual(await page.evaluate(astray, BASE), [], where);
const at = (page) => new URL(page.url()).pathname + new URL(page.url()).hash;

/** The main job through a proxy: read, find, do, check, come back. */
async function mainJob({ arrive, proxy }) {
  const learner = await arrive();
  const { page, terminal } = learner;
  await learner.open("");
  assert.equal(at(page), `${BASE}/`, "the slash is found");
  await nowhereAstray(page, "home");
  await page.getByRole("navigation", { name: "Sections" }).getByRole("link", { name: "Chapters" }).click();
  await page.waitForURL(`**${BASE}/chapters`);
  await page.getByRole("link", { name: "Flattening images" }).first().click();
  await page.waitForURL(`**${BASE}/chapters/flattening-images`);
  await nowhereAstray(page, "a chapter");
  const picture = page.locator(".prose img").first();
  await picture.scrollIntoViewIfNeeded();
  assert.ok(await picture.evaluate((image) => image.decode().then(() => image.naturalWidth > 0)), "no picture");

  await page.keyboard.press("/");
  await page.getByRole("combobox", { name: "Search" }).fill("--no-cache");
  await page.locator('.palette-hit[aria-selected="true"]').waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(({ pathname }) => pathname !== `${BASE}/chapters/flattening-images`);
  assert.ok(at(page).startsWith(`${BASE}/`), at(page));
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search" }).fill("image");
  await page.getByRole("link", { name: "All results" }).click();
  await page.waitForURL(`**${BASE}/search?q=image`);
  await nowhereAstray(page, "results");
  await page.locator("main a[href*='/chapters/']").first().click();
  await page.waitForURL(`**${BASE}/chapters/**`);

  await learner.open("/exercises/first-dockerfile");
  await learner.start();
  await terminal.run("remembered=yes-$((6*7)); clear; echo one > note.txt");
  await page.locator(".upper-pane").getByText("note.txt").first().waitFor();
  const graded = await learner.check();
  assert.ok(graded.checks.some(({ mark }) => mark === "failed"), JSON.stringify(graded));
  assert.ok((await page.locator(`.read-on a[href^="${BASE}/chapters/"]`).count()) > 0, "a failed check says where to read on");
  await page.getByRole("tab", { name: "Help" }).click();
  await page.getByRole("button", { name: /^Show hint 1/ }).click();
  // Its text comes from the API, after the page.
  const link = page.locator(`.hints a[href="${BASE}/chapters/dockerfile-instructions#every-instruction"]`);
  await link.waitFor();
  await page.getByRole("button", { name: "Show the solution" }).click();
  await page.getByRole("button", { name: "Show it" }).click();
  await page.locator(".solution", { hasText: "ENTRYPOINT" }).waitFor();
  await nowhereAstray(page, "an exercise in work");

  await page.reload();
  await terminal.prompt();
  await terminal.run("clear; echo it is $remembered");
  await terminal.shows("it is yes-42");
  await page.getByRole("tab", { name: /Checks/ }).click();
  assert.deepEqual(await learner.graded(), graded);
  await page.getByRole("tab", { name: "Help" }).click();
  await page.getByRole("button", { name: /^Show hint 2/ }).click();
  await page.locator(".hints li").nth(1).waitFor();
  assert.equal(await link.count(), 1);
  await nowhereAstray(page, "an exercise that was reloaded");

  const cookies = await learner.context.cookies();
  assert.deepEqual(cookies.map(({ name, path }) => ({ name, path })), [{ name: "drydock_learner", path: BASE }]);
  assert.deepEqual(await proxy.strays(), []);
}

can("a learner does the main job below a path that the proxy hands on", mainJob, 600_000);

can("a preview is on a host of its own, whatever the path", async ({ arrive, proxy }) => {
  const learner = await arrive();
  const { page, terminal } = learner;
  await learner.open("/exercises/flatten-secret-image");
  await learner.start();
  await terminal.run(`clear; mkdir -p www${BASE}; echo '<h1>Served from the sandbox</h1>' > www/index.html; echo below > www${BASE}/index.html`);
  await terminal.run("docker run -d -p 8080:80 -v $PWD/www:/www busybox httpd -f -h /www");
  await terminal.run("until curl -sf localhost:8080 >/dev/null; do sleep .1; done");
  await page.locator(".pane-tabs").getByRole("button", { name: "Preview" }).click();
  await page.frameLocator(".preview iframe").getByRole("heading", { name: "Served from the sandbox" }).waitFor({ timeout: 30_000 });
  const address = new URL(await page.locator(".preview iframe").evaluate((it) => it.src));
  assert.ok(address.host.endsWith(`.${new URL(proxy.origin).host}`), address.host);
  // A folder of that name in the sandbox is none of the site's business.
  const answer = await page.context().request.get(`${proxy.origin}${BASE}/`, { headers: { host: address.host } });
  assert.equal(await answer.text(), "below\n");
  assert.deepEqual(await proxy.strays(), []);
});

can("the worker keeps pages below the path, and nothing else of the host", async ({ arrive, server, proxy }) => {
  const reader = await arrive();
  const { page } = reader;
  await reader.open("/chapters/flattening-images");
  await reader.untilKept("/chapters/flattening-images");
  const scopes = await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).map(({ scope }) => scope));
  assert.deepEqual(scopes, [`${proxy.origin}${BASE}/`]);
  const all = await page.evaluate(async () => {
    const names = await caches.keys();
    const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return requests.flat().map(({ url }) => new URL(url).pathname);
  });
  assert.ok(all.length > 3, all.join());
  assert.deepEqual(all.filter((path) => !path.startsWith(`${BASE}/`)), []);

  reader.watch.away = true;
  await server.kill();
  await page.goto(`${BASE}/chapters/flattening-images`);
  await page.getByRole("heading", { name: "Flattening images", level: 1 }).waitFor();
  await page.goto(`${BASE}/chapters/capabilities`);
  await page.getByRole("heading", { name: "You are offline" }).waitFor();
  await page.getByRole("link", { name: "Flattening images" }).click();
  await page.waitForURL(`**${BASE}/chapters/flattening-images`);
  await server.again();
  await page.reload();
  await page.getByRole("heading", { name: "Flattening images", level: 1 }).waitFor();
  assert.deepEqual(await proxy.strays(), []);
});

can("a reader without a script follows links and fills in a form below the path", async ({ arrive, proxy }) => {
  const reader = await arrive({ javaScriptEnabled: false });
  const { page } = reader;
  await reader.open("/chapters/flattening-images");
  const form = page.locator("form[data-feedback]");
  await form.getByRole("radio").first().check();
  await form.getByRole("button").click();
  await page.waitForURL(`**${BASE}/chapters/flattening-images?said#feedback`);
  await page.locator("form[action$='/search'] input").first().fill("flatten");
  await page.keyboard.press("Enter");
  await page.waitForURL(`**${BASE}/search?q=flatten`);
  await reader.open("/no-such-page", 404);
  reader.watch.forgive(404);
  await page.getByRole("link", { name: "Home", exact: true }).click();
  await page.waitForURL(`**${BASE}/`);
  assert.deepEqual(await proxy.strays(), []);
});

// The last one, for nginx starts anew.
can("a learner does the main job where the proxy takes the path off", async ({ arrive, server, proxy }) => {
  await proxy.lead(server.port, { strips: true });
  await mainJob({ arrive, proxy });
}, 600_000);

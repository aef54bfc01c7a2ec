// Pagefind over pages, whose results by heading are results; and over a page for each section, which suits it no less.

import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, normalize } from "node:path";
import { once } from "node:events";
import { close, createIndex } from "pagefind";

/** As many pages as are looked at, and as many headings of each as its own interface shows. */
const PAGES = 10;
const HEADINGS = 3;

export async function pagefind({ pages, documents }) {
  const folder = await mkdtemp(join(tmpdir(), "relevance-"));
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
    createReadStream(join(folder, path)).on("error", () => response.writeHead(404).end()).pipe(response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${server.address().port}`;
  const engine = async (name, at, list) => {
    await build(join(folder, at), list);
    const { createInstance } = await import(join(folder, at, "pagefind.js"));
    const instance = createInstance({ basePath: `${origin}/${at}/`, baseUrl: "/" });
    return { name, ask: async (text) => (await asked(instance, text)).map((url) => address(url, list)) };
  };
  const engines = [
    await engine("Pagefind", "pages", pages),
    await engine("Pagefind, sections", "sections", documents.map((document) => [document])),
  ];
  await close();
  engines.end = async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  };
  return engines;
}

async function build(folder, list) {
  const { index, errors } = await createIndex({ forceLanguage: "en" });
  if (!index) throw new Error(errors.join("\n"));
  for (const [number, sections] of list.entries()) {
    const { errors: faults } = await index.addHTMLFile({ url: `/${number}/`, content: html(sections) });
    if (faults.length > 0) throw new Error(faults.join("\n"));
  }
  await index.writeFiles({ outputPath: folder });
}

/** The first document is the page's opening; the others stand under headings with anchors. */
function html([opening, ...sections]) {
  const under = sections.map(({ url, above, heading, text }) => {
    const level = above.length > 1 ? 3 : 2;
    return `<h${level} id="${url.split("#")[1]}">${escaped(heading)}</h${level}><p>${escaped(text)}</p>`;
  });
  // What it stands under is in the other engines' documents too.
  const above = opening.above.length > 0 ? `<p>${escaped(opening.above.join(" » "))}</p>` : "";
  return `<!doctype html><html lang="en"><title>${escaped(opening.heading)}</title><main data-pagefind-body>
<h1>${escaped(opening.heading)}</h1>${above}<p>${escaped(opening.text)}</p>${under.join("\n")}</main></html>`;
}

const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

/** The headings of each page, those with the most to show first. */
async function asked(instance, text) {
  const { results } = await instance.search(text);
  const shown = await Promise.all(results.slice(0, PAGES).map((result) => result.data()));
  const weight = ({ weighted_locations: words }) => words.reduce((sum, { balanced_score }) => sum + balanced_score, 0);
  return shown.flatMap(({ url, sub_results: headings }) => {
    const best = [...headings].sort((one, other) => weight(other) - weight(one)).slice(0, HEADINGS);
    return best.length > 0 ? best.map((heading) => heading.url) : [url];
  });
}

/** The site's address of `/NUMBER/` or `/NUMBER/#anchor`. */
function address(url, list) {
  const [, number, anchor] = /\/(\d+)\/?(?:#(.*))?$/.exec(url);
  const page = list[number][0].url;
  return anchor ? `${page}#${anchor}` : page;
}

// Draws the pictures of the mark that cannot be SVG, from `style/mark.svg`, into `style/brand`; they are committed, so
// that no build needs a browser. Usage: node tests/browser/brand.mjs
// Invariant: `made-from.json` beside them holds the digest of what they were drawn from; a test of `app/js` compares it.

import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const mark = await readFile(at("style/mark.svg"), "utf8");
const font = await readFile(at("app/js/node_modules/@fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2"), "base64");

/** A tile shows what is drawn for dark tabs: the mark is light there. */
const TILE = "#12303d";
const shape = (fill) => `
  html, body { margin: 0; background: transparent; }
  .tile { width: 100vw; height: 100vh; display: grid; place-items: center; background: ${TILE}; }
  .tile svg { width: ${fill}; height: auto; display: block; }`;
const tile = (fill, radius) => `<style>${shape(fill)} .tile { border-radius: ${radius}; }</style><div class="tile">${mark}</div>`;
const card = `<style>
  @font-face { font-family: Figtree; src: url(data:font/woff2;base64,${font}); font-weight: 300 900; }
  body { margin: 0; }
  .card { box-sizing: border-box; width: 1200px; height: 630px; padding: 0 96px; background: ${TILE}; color: #e3eaed;
    font: 500 44px/1.3 Figtree; display: flex; flex-direction: column; justify-content: center; border-bottom: 18px solid #e0a100; }
  .name { display: flex; align-items: center; gap: 44px; font-size: 128px; font-weight: 800; letter-spacing: -0.035em; line-height: 1; }
  .name svg { width: 168px; height: 168px; }
  p { margin: 56px 0 0; max-width: 930px; color: #b9cad2; text-wrap: balance; }
</style>
<div class="card"><div class="name">${mark}Drydock</div><p>Learn containers on a real engine of your own, in the browser.</p></div>`;

const PICTURES = [
  // For tabs of browsers that know no SVG there.
  ["icon-32.png", 32, 32, tile("78%", "6px")],
  // iOS rounds it itself.
  ["icon-180.png", 180, 180, tile("66%", "0")],
  ["icon-192.png", 192, 192, tile("70%", "22%")],
  ["icon-512.png", 512, 512, tile("70%", "22%")],
  // Whatever shape is cut out of it, the mark lies within.
  ["icon-maskable.png", 512, 512, tile("52%", "0")],
  ["card.png", 1200, 630, card],
];

await mkdir(at("style/brand"), { recursive: true });
const browser = await chromium.launch({ executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium" });
for (const [name, width, height, html] of PICTURES) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: "dark" });
  await page.setContent(`<!DOCTYPE html><html lang="en"><title>${name}</title>${html}`);
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  await page.screenshot({ path: at(`style/brand/${name}`), omitBackground: true });
  await page.close();
}
await browser.close();

const digest = createHash("sha256");
for (const source of ["style/mark.svg", "tests/browser/brand.mjs"]) digest.update(await readFile(at(source)));
await writeFile(at("style/brand/made-from.json"), `${JSON.stringify({ sha256: digest.digest("hex") })}\n`);

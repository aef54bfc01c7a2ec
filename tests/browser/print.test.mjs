// Paper: what is printed, or saved as PDF, is the text and nothing around it, and nothing of it is cut.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stage } from "./stage/stage.mjs";

const can = stage();
const SHOTS = process.env["SHOTS"];
const A4 = { width: 595, height: 842 };

/** Prints as the browser's menu would, on A4; gives the sizes of the pages in points. `name` names the file that is kept. */
async function print(page, name) {
  const pdf = await page.pdf({ format: "A4", preferCSSPageSize: true, printBackground: true, outline: true, tagged: true });
  if (SHOTS) await writeFile(join(SHOTS, `${name}.pdf`), pdf);
  // Chromium writes its page objects as they are, uncompressed.
  const boxes = [...pdf.toString("latin1").matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)];
  return boxes.map(([, width, height]) => ({ width: Math.round(Number(width)), height: Math.round(Number(height)) }));
}

/** What is wider than the paper within its margins, or scrolls and so would be cut. The window is as wide as the paper. */
function cut() {
  const room = document.documentElement.clientWidth;
  return [...document.querySelectorAll("main :is(pre, table, img, .table-scroll, .callout, p)")]
    .filter((element) => element.offsetParent !== null)
    // Code within a line has padding, which may stand in the margin; its letters may not.
    .filter((element) => element.scrollWidth > element.clientWidth + (element.matches("p") ? 6 : 1) || element.getBoundingClientRect().right > room + 1)
    .map((element) => `${element.tagName} ${element.className}: ${element.scrollWidth} of ${element.clientWidth}: ${element.textContent.slice(0, 60)}`);
}

/** The page as paper of A4 shows it: 180 of 210 mm are left between the margins. */
async function onPaper(page) {
  await page.setViewportSize({ width: Math.floor((180 / 25.4) * 96), height: 1000 });
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
}

can("a reader prints a chapter: text, light, whole, without what belongs to a screen", async ({ arrive }) => {
  const reader = await arrive();
  await reader.fetchFont();
  const { page } = reader;
  for (const chapter of ["flattening-images", "only-in-a-container", "running-a-registry"]) {
    await reader.open(`/chapters/${chapter}`);
    await onPaper(page);
    assert.deepEqual(await page.evaluate(cut), [], chapter);
    const shown = await page.locator("nav, button, form, .top, .bottom, .anchor").evaluateAll((all) => all.filter((it) => it.checkVisibility()).map((it) => it.outerHTML.slice(0, 80)));
    assert.deepEqual(shown, [], chapter);
    // Dark by preference, and all the same ink on white.
    assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector(".prose p")).color), "rgb(18, 34, 44)");
    const pages = await print(page, chapter);
    assert.ok(pages.length >= 3 && pages.every(({ width, height }) => Math.abs(width - A4.width) <= 1 && Math.abs(height - A4.height) <= 1), JSON.stringify(pages));
  }
  // Without a heading as a page's last line: the rule that sees to it holds.
  const breaks = await page.locator(".prose :is(h2, h3, h4)").evaluateAll((all) => new Set(all.map((it) => getComputedStyle(it).breakAfter)).size);
  assert.equal(breaks, 1);
  assert.equal(await page.locator(".prose h2").first().evaluate((it) => getComputedStyle(it).breakAfter), "avoid");
});

can("a reader prints a whole part from the list of chapters, each chapter on a page of its own, links leading within it", async ({ arrive }) => {
  const reader = await arrive();
  await reader.fetchFont();
  const { page } = reader;
  await reader.open("/chapters");
  await page.getByRole("link", { name: "Print this part" }).first().click();
  await page.waitForURL(/\/chapters\/part\/7$/);
  assert.ok(await page.getByRole("button", { name: "Print, or save as PDF" }).isVisible());
  const chapters = await page.locator(".whole-chapter").count();
  assert.ok(chapters >= 8, `${chapters}`);
  const broken = await page.locator("main a[href^='#']").evaluateAll((links) => links.filter((link) => !document.getElementById(decodeURIComponent(link.hash.slice(1)))).map((link) => link.outerHTML));
  assert.deepEqual(broken, []);
  const twice = await page.locator("[id]").evaluateAll((all) => all.map(({ id }) => id).filter((id, place, ids) => ids.indexOf(id) !== place));
  assert.deepEqual(twice, []);
  assert.equal(await page.locator("main a[href^='/chapters/']").evaluateAll((links) => links.filter((link) => document.getElementById(link.pathname.split("/").at(-1))).length), 0, "a link leaves the page for a chapter that is on it");
  assert.equal(await page.locator("img[loading]").count(), 0);
  await onPaper(page);
  assert.deepEqual(await page.evaluate(cut), []);
  const pages = await print(page, "part");
  assert.ok(pages.length > chapters, `${pages.length} pages for ${chapters} chapters`);
});

can("a reader prints the essential commands on two pages of A4, none of them cut", async ({ arrive }) => {
  const reader = await arrive();
  await reader.fetchFont();
  const { page } = reader;
  await reader.open("/cheatsheet");
  await page.getByRole("link", { name: /on two pages/ }).click();
  await page.waitForURL(/\/cheatsheet\/essential$/);
  const entries = await page.locator(".few li").count();
  assert.ok(entries >= 90, `${entries}`);
  await page.emulateMedia({ media: "print" });
  assert.deepEqual(await page.evaluate(cut), []);
  const pages = await print(page, "essential");
  assert.equal(pages.length, 2, JSON.stringify(pages));
  for (const { width, height } of pages) assert.ok(Math.abs(width - A4.width) <= 1 && Math.abs(height - A4.height) <= 1, `${width} × ${height}`);
});

can("a reader prints the whole cheat sheet in columns", async ({ arrive }) => {
  const reader = await arrive();
  await reader.fetchFont();
  await reader.open("/cheatsheet");
  await reader.page.getByRole("link", { name: "Everything on one page" }).click();
  await reader.page.waitForURL(/\/cheatsheet\/whole$/);
  await onPaper(reader.page);
  assert.deepEqual(await reader.page.evaluate(cut), []);
  assert.equal(await reader.page.locator(".entries").evaluate((it) => getComputedStyle(it).columnCount), "2");
  const pages = await print(reader.page, "cheat-sheet");
  assert.ok(pages.length > 5 && pages.length < 60, `${pages.length}`);
});

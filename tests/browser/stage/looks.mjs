// How a page looks: nothing wider than the window, nothing that keeps people out; pictures when asked for.
// Invariant: leaves the window and the colours as they were.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SHOTS = process.env["SHOTS"];
export const WINDOWS = [
  { width: 360, height: 740 },
  { width: 768, height: 1024 },
  { width: 1440, height: 900 },
];
const SCHEMES = ["light", "dark"];

/** Elements that stick out of the window to the right, the widest first; empty when the page fits. */
function tooWide() {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  const name = (element) => `${element.tagName.toLowerCase()}.${[...element.classList].join(".")}`;
  const scrolls = (element) => element !== document.body && getComputedStyle(element).overflowX !== "visible";
  const within = (element) => {
    for (let around = element.parentElement; around; around = around.parentElement) if (scrolls(around)) return true;
    return false;
  };
  return [...document.body.querySelectorAll("*")]
    .filter((element) => !within(element))
    .map((element) => ({ name: name(element), right: element.getBoundingClientRect().right }))
    .filter(({ right }) => right > room + 0.5)
    .sort((a, b) => b.right - a.right)
    .slice(0, 6)
    .map(({ name: what, right }) => `${what} ends at ${Math.round(right)} of ${room}`)
    .concat(`the page is ${document.documentElement.scrollWidth} wide`);
}

/** Waits until the page is drawn in a scheme: two frames later whatever follows the size has happened as well. */
async function settled(scheme) {
  const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
  while (!matchMedia(`(prefers-color-scheme: ${scheme})`).matches) await frame();
  for (let frames = 0; frames < 3; frames++) await frame();
}

/** All rules of these kinds, none left out: also those that are no part of any level, and those of the newest standard. */
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What keeps people out of a page as it is now, a line for each rule that is broken. */
async function barriers(page, within) {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(AXE);
  const { violations, passes } = await page.evaluate(async ([within, runOnly]) => {
    const { violations, passes } = await globalThis.axe.run(within ?? document, { runOnly });
    return { violations, passes: passes.length };
  }, [within, RULES]);
  assert.ok(passes > (within ? 3 : 10), `only ${passes} rules had anything to look at`);
  return violations.map(
    ({ id, impact, help, nodes }) =>
      `${id} (${impact}): ${help}: ${nodes.slice(0, 3).map(({ target, failureSummary }) => `${target.join(" ")} (${failureSummary.replace(/\s+/g, " ").slice(0, 300)})`).join("; ")}`,
  );
}

/** Shows a page in every window, light and dark, and lets `look` look at it. */
export async function inEveryWindow(page, look) {
  const before = page.viewportSize();
  for (const window of WINDOWS) {
    await page.setViewportSize(window);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(settled, colorScheme);
      await look(window, colorScheme);
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(before);
}

/**
 * Asserts that a page looks right in every window, light and dark, and keeps nobody out in the widest and the narrowest.
 * `name` names its pictures; `fullPage` pictures it to its end; `within` is the part in which barriers are looked for,
 * where all else has been looked at before.
 */
export async function looksRight(page, name, { fullPage = false, within = null } = {}) {
  const faults = [];
  await inEveryWindow(page, async (window, colorScheme) => {
    const where = `${name}, ${window.width} px, ${colorScheme}`;
    const wide = await page.evaluate(tooWide);
    if (wide.length > 0) faults.push(`${where}: too wide: ${wide.join(", ")}`);
    if (window.width !== 768) faults.push(...(await barriers(page, within)).map((barrier) => `${where}: ${barrier}`));
    if (SHOTS && window.width !== 768) {
      await page.screenshot({ path: join(SHOTS, `${name.replaceAll(" ", "-")}-${window.width}-${colorScheme}.png`), fullPage, animations: "disabled" });
    }
  });
  assert.deepEqual(faults, [], faults.join("\n"));
}

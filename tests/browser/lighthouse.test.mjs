// What Lighthouse says of the pages, as a phone with a slow line would have them (its mobile preset).
// Its throttling is simulated: it loads a page once as fast as this machine can, and works out how long a phone would take.
// That rests on requests and sizes, which are the same everywhere, and on how long scripts and layout took here, which is
// not. So the tests judge the former; `make bench` (PERFORMANCE=1) says how the scores for performance stand, each the
// median of three, and fails nobody who measures beside other work.

import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before } from "node:test";
import lighthouse from "lighthouse";
import { chromium } from "playwright-core";
import { freePort } from "./stage/port.mjs";
import { ROOT } from "./stage/server.mjs";
import { stage } from "./stage/stage.mjs";

const can = stage({ DRYDOCK_POOL__IDLE: "0" });
const MEASURES = process.env["PERFORMANCE"] === "1";
/** Of a hundred, each. */
const WHOLE = ["accessibility", "best-practices", "seo"];
/**
 * Name, path, the score for performance that is aimed at, and what it rests on: the most bytes over the wire (of
 * everything until the page is quiet), the most elements, the most requests.
 */
const PAGES = [
  ["home", "/", 98, { bytes: 60_000, elements: 400, requests: 10 }],
  ["a long chapter with figures", "/chapters/graphical-programs", 98, { bytes: 60_000, elements: 1_400, requests: 10 }],
  ["the cheat sheet", "/cheatsheet", 98, { bytes: 60_000, elements: 1_400, requests: 10 }],
  ["a group of the cheat sheet", "/cheatsheet/what-a-container-runs", 98, { bytes: 60_000, elements: 1_000, requests: 10 }],
  ["an exercise", "/exercises/flatten-secret-image", 90, { bytes: 600_000, elements: 900, requests: 15 }],
];
/** Milliseconds that the one style sheet may keep a phone from its first letters, as worked out from its size. */
const BLOCKED = 400;

let browser = null;
let port = null;
const measured = {};

before(async () => {
  port = await freePort();
  // Lighthouse speaks to a browser by its debugging port, which is on loopback.
  browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    timeout: 120_000,
    args: [`--remote-debugging-port=${port}`, "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
});
after(() => browser?.close());

/** Lighthouse's word for a trace that the browser wrote without its beginning, which is no fault of the page; it asks to be run again. */
const NO_TRACE = "NO_NAVSTART";

/** One run over a page: Lighthouse's own report. */
async function report(url, categories, tries = 4) {
  const flags = { port, hostname: "127.0.0.1", logLevel: "error", onlyCategories: categories, disableFullPageScreenshot: true };
  const { lhr } = await lighthouse(url, flags);
  if (lhr.runtimeError?.code === NO_TRACE && tries > 1) return report(url, categories, tries - 1);
  assert.equal(lhr.runtimeError, undefined, lhr.runtimeError?.message);
  assert.deepEqual(lhr.runWarnings, []);
  return lhr;
}

/** The audits that cost a category points, a line each. */
function faultsIn(lhr, category) {
  return lhr.categories[category].auditRefs
    .map(({ weight, id }) => ({ weight, ...lhr.audits[id] }))
    .filter(({ weight, score }) => weight > 0 && score !== null && score < 1)
    .map(({ id, title, details }) => `${category}: ${id}: ${title} ${JSON.stringify(details?.items?.slice(0, 3) ?? "")}`);
}

for (const [name, path, aim, most] of PAGES) {
  if (MEASURES) {
    can(`${name}: performance`, async ({ server }) => {
      const scores = [];
      for (let run = 0; run < 3; run++) scores.push(Math.round(100 * (await report(server.origin + path, ["performance"])).categories.performance.score));
      const score = scores.toSorted((a, b) => a - b)[1];
      measured[path] = { score, aim, scores };
      console.log(`lighthouse, ${name}: ${score} (${scores.join(", ")}); ${score < aim ? "MISSED: " : ""}the aim is ${aim}`);
    });
    continue;
  }
  can(`Lighthouse finds nothing to mend on ${name}, and nothing that would make it slow on a phone`, async ({ server }) => {
    const lhr = await report(server.origin + path, ["performance", ...WHOLE]);
    const faults = WHOLE.flatMap((category) => {
      const { score } = lhr.categories[category];
      return score === 1 ? [] : [`${category} has ${score * 100} of 100 points`, ...faultsIn(lhr, category)];
    });
    const { audits } = lhr;
    const requests = audits["network-requests"].details.items;
    const found = {
      bytes: audits["total-byte-weight"].numericValue,
      elements: audits["dom-size"].numericValue,
      requests: requests.length,
    };
    for (const [what, limit] of Object.entries(most)) {
      assert.ok(found[what] > 0, `${what} were not counted`);
      if (found[what] > limit) faults.push(`${found[what]} ${what}, and ${limit} are allowed`);
    }
    if (audits["cumulative-layout-shift"].numericValue > 0) faults.push(`it shifts: ${JSON.stringify(audits["layout-shifts"].details?.items)}`);
    const blocking = audits["render-blocking-resources"].details?.items ?? [];
    if (blocking.some(({ url }) => !new URL(url).pathname.endsWith(".css")) || blocking.length > 1) faults.push(`more than the style sheet blocks it: ${JSON.stringify(blocking)}`);
    for (const { url, wastedMs } of blocking) if (wastedMs > BLOCKED) faults.push(`${url} blocks it for ${wastedMs} ms`);
    assert.deepEqual(faults, [], faults.join("\n"));
  });
}

after(async () => {
  if (!MEASURES) return;
  const folder = join(ROOT, "target/bench");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "lighthouse.json"), `${JSON.stringify(measured, null, 2)}\n`);
});

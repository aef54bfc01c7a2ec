// What Lighthouse says of the pages, as a phone with a slow line would have them.
// Its throttling is simulated: it loads a page once as fast as this machine can, and works out from the requests, their
// sizes and what waits for what how long a phone would take. The median of three is judged all the same.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { after, before } from "node:test";
import lighthouse from "lighthouse";
import { chromium } from "playwright-core";
import { stage } from "./stage/stage.mjs";

const can = stage({ DRYDOCK_POOL__IDLE: "0" });
const RUNS = 3;
const READING = { performance: 98, accessibility: 100, "best-practices": 100, seo: 100 };
const WORKING = { ...READING, performance: 90 };
/** What performance rests on, and what no other work on this machine changes: [audit, most that is allowed]. */
const LIMITS = {
  "cumulative-layout-shift": 0,
  "render-blocking-resources": 0,
};
const PAGES = [
  ["home", "/", READING, { bytes: 60_000, elements: 700 }],
  ["a long chapter with figures", "/chapters/graphical-programs", READING, { bytes: 120_000, elements: 1500 }],
  ["the cheat sheet", "/cheatsheet", READING, { bytes: 200_000, elements: 10_000 }],
  ["an exercise", "/exercises/flatten-secret-image", WORKING, { bytes: 600_000, elements: 900 }],
];

let browser = null;
let port = null;

before(async () => {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  ({ port } = probe.address());
  probe.close();
  await once(probe, "close");
  // Lighthouse speaks to a browser by its debugging port, which is on loopback.
  browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    timeout: 120_000,
    args: [`--remote-debugging-port=${port}`, "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
});
after(() => browser?.close());

/** One run over a page: Lighthouse's own report. */
async function report(url) {
  const { lhr } = await lighthouse(url, { port, hostname: "127.0.0.1", logLevel: "error", onlyCategories: Object.keys(READING) });
  assert.equal(lhr.runtimeError, undefined, lhr.runtimeError?.message);
  return lhr;
}

/** The audits that cost a category points, a line each. */
function faultsIn(lhr, category) {
  return lhr.categories[category].auditRefs
    .filter(({ weight, id }) => weight > 0 && lhr.audits[id].score !== null && lhr.audits[id].score < 1)
    .map(({ id }) => `${category}: ${id}: ${lhr.audits[id].title} ${lhr.audits[id].displayValue ?? ""} ${JSON.stringify(lhr.audits[id].details?.items?.slice(0, 3) ?? "")}`);
}

for (const [name, path, least, { bytes, elements }] of PAGES) {
  can(`${name} satisfies Lighthouse`, async ({ server }) => {
    const runs = [];
    for (let run = 0; run < RUNS; run++) runs.push(await report(server.origin + path));
    const median = (pick) => runs.map(pick).sort((a, b) => a - b)[Math.floor(RUNS / 2)];
    for (const [category, score] of Object.entries(least)) {
      const found = Math.round(100 * median((lhr) => lhr.categories[category].score));
      console.log(`${name}: ${category} ${found}`, runs.map((lhr) => Math.round(lhr.categories[category].score * 100)).join(" "));
      if (found < score) console.log(faultsIn(runs[0], category).join("\n"));
    }
    console.log(name, "bytes", runs[0].audits["total-byte-weight"].numericValue, "dom", runs[0].audits["dom-size"]?.numericValue, "cls", runs[0].audits["cumulative-layout-shift"].numericValue,
      "rb", JSON.stringify(runs[0].audits["render-blocking-resources"]?.details?.items), JSON.stringify(runs[0].audits["metrics"]?.details?.items?.[0]), "ms", runs.map((r) => Math.round(r.timing.total)).join(" "));
  });
}

// How fast the search opens: from the key to the picture on the screen, as the browser itself takes the time of what people
// do. It depends on what else the machine does, so that `make bench` measures it, and nobody fails for it.

import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "./stage/server.mjs";
import { stage } from "./stage/stage.mjs";

/** Milliseconds that are aimed at. */
const AIM = 50;
const ROUNDS = 20;

const can = stage({ DRYDOCK_POOL__IDLE: "0" });
can("the search opens, measured", async ({ arrive }) => {
  const reader = await arrive();
  const { page } = reader;
  await reader.open("/chapters/flattening-images");
  await page.evaluate(() => {
    window.presses = [];
    // From when the system got the key until the next picture, in steps of 8 ms.
    const watch = new PerformanceObserver((list) => {
      for (const { name, duration } of list.getEntries()) {
        if (name === "keydown") window.presses.push(duration);
      }
    });
    watch.observe({ type: "event", durationThreshold: 16, buffered: true });
  });
  const field = page.getByRole("combobox", { name: "Search" });
  // The first time it is fetched.
  const began = Date.now();
  await page.keyboard.press("/");
  await field.waitFor();
  const first = Date.now() - began;
  await page.keyboard.press("Escape");
  await field.waitFor({ state: "detached" });
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    await page.evaluate(() => (window.presses.length = 0));
    await page.keyboard.press("/");
    await field.waitFor();
    // Two pictures later it has been told; what took less than 16 ms is not.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50)))));
    const [press] = await page.evaluate(() => window.presses);
    times.push(press ?? 16);
    await page.keyboard.press("Escape");
    await field.waitFor({ state: "detached" });
  }
  const sorted = times.toSorted((a, b) => a - b);
  const median = sorted[ROUNDS / 2];
  const most = sorted.at(-1);
  assert.ok(median > 0);
  console.log(`the search opens in ${median} ms, at most ${most} of ${ROUNDS}, the first time in ${first} ms with the driver's own; ${median > AIM ? "MISSED: " : ""}the aim is ${AIM}`);
  const folder = join(ROOT, "target/bench");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "opening.json"), `${JSON.stringify({ median, most, first, aim: AIM, times }, null, 2)}\n`);
});

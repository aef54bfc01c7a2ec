// A server, a browser and their end, for the tests of one file.
// Invariant: nothing that a test made outlives it: no sandbox, no server, no folder; asserted, also after a failure.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { chromium } from "playwright-core";
import { clear, containersLeft, ownVolumesOf, remainsOf, volumesLeft } from "./engine.mjs";
import { Learner } from "./learner.mjs";
import { Proxy } from "./proxy.mjs";
import { ROOT, Server } from "./server.mjs";

/** Where pictures of failures go. */
const OUTPUT = join(ROOT, "tests/output");
/** Milliseconds until ended sandboxes must be gone. */
const GONE_WITHIN = 60_000;
/** Milliseconds that one test may take unless it asks for more. */
const PATIENCE = 300_000;
/** Milliseconds on top of them, to picture a failure and to leave nothing behind. */
const LEAVING = 120_000;

/**
 * Sets up a server and a browser for this file; gives `can`, which declares a test. With a `base` such as `/learn`
 * learners come through a proxy that shows the server below it.
 */
export function stage(settings = {}, base = "") {
  const shared = { server: null, proxy: null, browser: null, learners: new Set() };
  before(async () => {
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
    if (base !== "") {
      shared.proxy = await Proxy.make(base);
      settings = { ...settings, DRYDOCK_PUBLIC_URL: shared.proxy.origin + base };
    }
    shared.server = await Server.start(settings);
    await shared.proxy?.lead(shared.server.port);
    shared.browser = await chromium.launch({
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      timeout: 120_000,
      args: ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    });
  });
  after(async () => {
    const { server } = shared;
    // Those of tests that ran out of time.
    const faults = await leaveNothing(shared.learners, server);
    await shared.browser?.close();
    await shared.proxy?.stop();
    if (!server) return;
    assert.equal(await server.stop(), 0, `the server's exit code; it said: ${server.said}`);
    assert.ok(!existsSync(server.folder), `${server.folder} is left`);
    const remains = await remainsOf(server.deployment);
    await clear(server.deployment);
    assert.deepEqual(remains, [], "idle sandboxes end with their server");
    assert.deepEqual(faults, []);
  });
  /**
   * Declares what a learner can do, in a sentence; `act` gets `arrive`, which gives a new learner, the server, the proxy,
   * and `tell`, for what was measured.
   */
  return function can(sentence, act, timeout = PATIENCE) {
    test(sentence, { timeout: timeout + LEAVING }, async (t) => {
      const learners = [];
      let gone = false;
      const arrive = async (options) => {
        assert.ok(!gone, "the test is over");
        const learner = await Learner.arrive(shared.browser, (shared.proxy ?? shared.server).origin, options, base);
        learners.push(learner);
        shared.learners.add(learner);
        return learner;
      };
      const faults = [];
      // Node's own timeout would let the test run on beside the next one. This one comes first, while there is still
      // something to see, and the learners leave, which ends whatever the test waits for.
      let clock;
      const late = new Promise((_, fail) => (clock = setTimeout(fail, timeout, new Error(`not done within ${timeout / 1000} s`))));
      try {
        const tell = (words) => t.diagnostic(words);
        await Promise.race([act({ arrive, server: shared.server, proxy: shared.proxy, tell }), late]);
      } catch (fault) {
        gone = true;
        faults.push(fault);
        await pictures(learners, sentence, t);
        if (shared.server.said) t.diagnostic(`the server said: ${shared.server.said}`);
      } finally {
        clearTimeout(clock);
      }
      // A test that failed while the server was away would take those after it with it.
      if (!shared.server.runs) await shared.server.again();
      const seen = new Set(learners.flatMap((learner) => learner.watch.faults));
      faults.push(...seen, ...(await leaveNothing(learners, shared.server)));
      for (const learner of learners) shared.learners.delete(learner);
      if (faults.length === 1 && faults[0] instanceof Error) throw faults[0];
      // As text: the reporter would print every stack twice.
      if (faults.length > 0) assert.fail(faults.map((fault) => fault.stack ?? fault).join("\n"));
    });
  };
}

function leasesOf(learners) {
  return [...learners].flatMap((learner) => [...learner.leases]);
}

async function pictures(learners, sentence, t) {
  await mkdir(OUTPUT, { recursive: true });
  for (const [number, learner] of learners.entries()) {
    const path = join(OUTPUT, `${sentence.replace(/[^\w]+/g, "-")}-${number + 1}.png`);
    await learner.page.screenshot({ path }).then(
      () => t.diagnostic(`picture: ${path}`),
      (fault) => t.diagnostic(`no picture: ${fault.message}`),
    );
  }
}

/** Everybody leaves; what of their sandboxes is still there afterwards is a fault, and is removed. */
async function leaveNothing(learners, server) {
  const faults = [];
  const containers = [];
  const volumes = [];
  for (const lease of leasesOf(learners)) {
    for (const container of await server.containersOf(lease)) {
      containers.push(container);
      volumes.push(...(await ownVolumesOf(container)));
    }
  }
  for (const learner of learners) await learner.leave().catch((fault) => faults.push(fault));
  let left = [];
  for (const began = Date.now(); Date.now() - began < GONE_WITHIN; await pause(200)) {
    left = [...(await containersLeft(containers)), ...(await volumesLeft(volumes))];
    if (left.length === 0) break;
  }
  if (left.length > 0) {
    faults.push(new Error(`left behind: ${left.join(", ")}`));
    await clear(server.deployment);
  }
  return faults;
}

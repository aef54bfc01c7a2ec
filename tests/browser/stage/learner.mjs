// Somebody with a browser of their own: cookies, pages, and what they do on them.
// Invariant: whatever a learner started is known by its lease, so that it can be looked for at the end.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { Terminal } from "./terminal.mjs";
import { Watch, reportPolicy } from "./watch.mjs";

export class Learner {
  /** Ids of the leases that this learner's pages were given. */
  leases = new Set();

  static async arrive(browser, origin, options = {}, base = "") {
    const context = await browser.newContext({
      baseURL: origin,
      viewport: { width: 1440, height: 900 },
      colorScheme: "light",
      permissions: ["clipboard-read", "clipboard-write"],
      reducedMotion: "reduce",
      ...options,
    });
    context.setDefaultTimeout(20_000);
    const learner = new Learner();
    learner.origin = origin;
    learner.base = base;
    learner.context = context;
    learner.watch = new Watch(context, origin);
    if (options.javaScriptEnabled !== false) await context.addInitScript(reportPolicy);
    context.on("response", async (response) => {
      if (response.request().method() !== "POST" || !/\/api\/leases(\/[^/]+\/reset)?$/.test(response.url())) return;
      const lease = await response.json().catch(() => null);
      if (lease?.id) learner.leases.add(lease.id);
    });
    learner.page = await context.newPage();
    learner.terminal = new Terminal(learner.page);
    return learner;
  }

  /** Opens a place of the site; anything but the expected status is a fault. */
  async open(path, status = 200) {
    const answer = await this.page.goto(this.base + path);
    assert.equal(answer.status(), status, path);
  }

  /** Has the font before the page whose look counts: one that does not come at once is left for the next time. */
  async fetchFont() {
    await this.open("/");
    await this.page.evaluate(() => document.fonts.ready.then(() => {}));
  }

  /**
   * Waits until the browser has kept a page for reading without a network, with its pictures. (A condition that is
   * promised is none for Playwright's own waiting: it takes the promise's first answer, whatever that is.)
   */
  async untilKept(path) {
    const last = await this.page.locator(".prose img").last().getAttribute("src");
    const kept = (places) => Promise.all(places.map((place) => caches.match(place))).then((found) => found.every(Boolean));
    for (const began = Date.now(); !(await this.page.evaluate(kept, [this.base + path, last])); await pause(50)) {
      assert.ok(Date.now() - began < 20_000, `${path} is not kept`);
    }
  }

  /** Reads the same page on after its server has gone, and is told so. */
  async lose(server) {
    this.watch.away = true;
    await server.kill();
    await this.page.reload();
    await this.page.getByText("You are offline.").waitFor();
  }

  /** The lease of the sandbox that was started last. */
  get lease() {
    return [...this.leases].at(-1);
  }

  /** Presses Start and waits for a shell. */
  async start() {
    await this.page.getByRole("button", { name: /^Start/ }).click();
    await this.terminal.prompt(60_000);
    await this.engineReady();
  }

  /** Presses "Try it" on an entry of the cheat sheet. */
  async tryEntry(id) {
    await this.open("/cheatsheet");
    await this.page.locator(`main a[href$="#${id}"]`).click();
    await this.page.waitForURL(/\/cheatsheet\/[a-z-]+#/);
    const entry = this.page.locator(`#${id}`);
    await entry.locator("figure").hover();
    await entry.getByRole("button", { name: "Try it" }).click();
  }

  /** Waits until the toolbar says that the engine answers. */
  async engineReady() {
    await this.page.locator(".toolbar .state.good", { hasText: /(Sandbox|Engine) ready/ }).waitFor({ timeout: 60_000 });
  }

  /** Presses Check, waits for the verdict, and gives what the page says then. */
  async check(within = 120_000) {
    const attempts = this.page.locator("#checks .history > ol > li");
    const before = await attempts.count();
    await this.page.locator(".check-now").click();
    await attempts.nth(before).waitFor({ state: "attached" });
    await this.page.locator(".check-now:not([aria-disabled])").waitFor({ timeout: within });
    return this.graded();
  }

  /** What the checks' panel shows: the sentence above, and each check by its claim. */
  async graded() {
    const summary = (await this.page.locator("#checks .summary").innerText()).replace(/\s+/g, " ").trim();
    const checks = await this.page.locator(".check-list > .check").evaluateAll((lines) =>
      lines.map((line) => ({
        claim: line.querySelector(".claim > span").textContent,
        mark: line.className.replace("check ", ""),
        details: [...line.querySelectorAll(".found, .because")].map((part) => part.innerText).join("\n"),
      })),
    );
    return { summary, checks };
  }

  /** A request as this learner's own pages make it, with the cookies of this browser. */
  ask(method, path, options = {}) {
    return this.context.request.fetch(this.base + path, { method, headers: { origin: this.origin, ...options.headers }, ...options.body });
  }

  /** Ends every sandbox that is still there, and goes. */
  async leave() {
    for (const lease of this.leases) {
      const answer = await this.ask("DELETE", `/api/leases/${lease}`);
      assert.ok(answer.ok() || [404, 409, 410].includes(answer.status()), `ending ${lease}: ${answer.status()} ${await answer.text()}`);
    }
    await this.context.close();
  }
}

/** A file of the repository, as text. */
export function shipped(path) {
  return readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
}

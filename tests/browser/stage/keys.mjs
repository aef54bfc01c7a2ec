// Somebody who has a keyboard and nothing else: presses, and looks where the focus is after each.
// Invariant: the script never gives the focus away and never clicks; wherever it is, it can be seen, and it is nowhere lost.

import assert from "node:assert/strict";

/** Frames for which nothing may have the focus while something goes and something else comes. */
const BLINK = 6;
const MOST_STOPS = 80;

/** Runs in every page: notes when the focus was somewhere and is nowhere for longer than a blink. */
function watchFocus(blink) {
  const lost = [];
  globalThis.focusLost = lost;
  let last = null;
  let frames = 0;
  const look = () => {
    const active = document.activeElement;
    // In a frame of its own the focus is the frame's; without a window that has it, nobody's.
    if (active && active !== document.body && active !== document.documentElement) {
      last = `${active.tagName.toLowerCase()}.${[...active.classList].join(".")} “${(active.getAttribute("aria-label") ?? active.textContent ?? "").trim().slice(0, 40)}”`;
      frames = 0;
    } else if (last && ++frames === blink) lost.push(last);
    requestAnimationFrame(look);
  };
  addEventListener("DOMContentLoaded", look);
}

/** What has the focus, and how that can be seen. Runs in the page. */
function whereItIs() {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  if (!active || active === document.body) return null;
  const rgb = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const seen = (colour) => rgb(colour).length >= 3 && (rgb(colour)[3] ?? 1) > 0.5;
  const ring = (element, pseudo) => {
    const { outlineStyle, outlineWidth, outlineColor, boxShadow } = getComputedStyle(element, pseudo);
    const outline = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && seen(outlineColor);
    // A shadow with no blur is a line.
    const line = boxShadow !== "none" && seen(/^rgba?\([^)]*\)/.exec(boxShadow)?.[0] ?? "") && /\) (-?\d+px ){2}0px/.test(boxShadow);
    return outline || line;
  };
  // Three places draw it around more than what has it: a terminal's screen, the editor, the field of the search.
  const around = active.closest(".screens, .cm-editor, .palette-field");
  const drawn = around ? ring(around, null) || ring(around, "::after") : ring(active, null);
  const shown = around ?? active;
  const { left, top, right, bottom, width, height } = shown.getBoundingClientRect();
  const inWindow = right > 0 && bottom > 0 && left < innerWidth && top < innerHeight && width > 0 && height > 0;
  // The middle of the part of it that is in the window.
  const x = (Math.max(left, 0) + Math.min(right, innerWidth)) / 2;
  const y = (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2;
  // Text that runs over several lines has nothing in its middle.
  const [line] = shown.getClientRects();
  const root = shown.getRootNode();
  const on = (px, py) => {
    const top = root.elementFromPoint(px, py);
    return top !== null && (shown.contains(top) || top.contains(shown));
  };
  const covered = !on(x, y) && !(line && on((line.left + line.right) / 2, (line.top + line.bottom) / 2));
  const label = active.getAttribute("aria-label") ?? active.labels?.[0]?.textContent ?? active.textContent ?? "";
  return {
    tag: active.tagName.toLowerCase(),
    role: active.getAttribute("role") ?? "",
    name: label.replace(/\s+/g, " ").trim().slice(0, 120),
    href: active.getAttribute("href") ?? "",
    expanded: active.getAttribute("aria-expanded"),
    within: [...document.querySelectorAll(".palette, .toolbar, .tree, .editor, .screens, .terminal-bar, .task-tabs, #task, #checks, #help")]
      .filter((place) => place.contains(active) || place.contains(active.getRootNode().host ?? null))
      .map((place) => place.id || place.className.split(" ")[0]),
    drawn,
    inWindow,
    covered,
  };
}

export class Keys {
  #page;
  /** Every stop, a line each, for whoever reads a failure. */
  way = [];

  constructor(page) {
    this.#page = page;
  }

  static async of(learner) {
    await learner.context.addInitScript(watchFocus, BLINK);
    return new Keys(learner.page);
  }

  /** What has the focus; asserts that it can be seen there. */
  async here() {
    const stop = await this.#page.evaluate(whereItIs);
    const told = stop && `${stop.tag} “${stop.name}”${stop.within.length > 0 ? ` in ${stop.within.join(", ")}` : ""}`;
    const way = () => `\n${[...this.way.slice(-12), told ?? "nowhere"].join("\n")}`;
    assert.ok(stop, `nothing has the focus:${way()}`);
    this.way.push(told);
    assert.ok(stop.drawn, `the focus is not drawn:${way()}`);
    assert.ok(stop.inWindow, `the focus is out of the window:${way()}`);
    assert.ok(!stop.covered, `something covers what has the focus:${way()}`);
    return stop;
  }

  /** Presses a key, and says what has the focus then. */
  async press(key) {
    await this.#page.keyboard.press(key);
    // What follows a key by script is drawn two frames later.
    await this.#page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    return this.here();
  }

  /** Presses a key that leaves the page. */
  async leave(key, address) {
    await this.unlost();
    await Promise.all([this.#page.waitForURL(address), this.#page.keyboard.press(key)]);
    this.way.push(`-> ${this.#page.url()}`);
  }

  /** Types into whatever has the focus. */
  async type(text) {
    await this.here();
    await this.#page.keyboard.type(text);
  }

  /** Presses a key until the focus is at what is looked for. */
  async until(what, holds, key = "Tab") {
    const seen = [];
    for (let stops = 0; stops < MOST_STOPS; stops++) {
      const stop = await this.press(key);
      if (holds(stop)) return stop;
      // Tab belongs to its text; it says itself what else goes on.
      if (/Escape and then Tab to go on/.test(stop.name)) await this.press("Escape");
      seen.push(`${stop.tag} “${stop.name}”`);
    }
    return assert.fail(`${key} never comes to ${what}; it came to:\n${seen.join("\n")}`);
  }

  /** Asserts that the focus was nowhere lost on this page, not even between two presses. */
  async unlost() {
    const lost = await this.#page.evaluate(() => globalThis.focusLost);
    assert.deepEqual(lost, [], `the focus was lost after ${lost.join(", ")}; the way here:\n${this.way.slice(-15).join("\n")}`);
  }
}

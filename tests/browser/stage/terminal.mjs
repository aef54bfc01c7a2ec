// The shown terminal, as a learner sees it and types into it.
// Invariant: everything goes through the page: keys in, drawn text out.

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";

/** A line with nothing but the prompt. */
const PROMPT = /^\S+ ?[$#]$/;
const dense = (text) => text.replace(/\s+/g, "");

export class Terminal {
  #page;
  #screen;

  constructor(page) {
    this.#page = page;
    this.#screen = page.locator(".screen:not([hidden])");
  }

  /** The drawn lines, without empty ones at the end. */
  async text() {
    const rows = await this.#screen.locator(".xterm-rows > div").allTextContents();
    return rows.map((row) => row.replaceAll("\u00a0", " ").trimEnd()).join("\n").trimEnd();
  }

  /** Waits until the drawn text is as asked. */
  async until(what, holds, within = 20_000) {
    for (const began = Date.now(); ; await pause(60)) {
      const text = await this.text();
      if (holds(text)) return text;
      if (Date.now() - began > within) assert.fail(`the terminal never showed ${what}; it shows:\n${text}`);
    }
  }

  /** Waits until the terminal shows some text, wherever it is broken into lines. */
  shows(words, within) {
    return this.until(`“${words}”`, (text) => dense(text).includes(dense(words)), within);
  }

  /** Waits for a shell that asks for a command. */
  prompt(within) {
    return this.until("a prompt", (text) => PROMPT.test(text.split("\n").at(-1) ?? ""), within);
  }

  async focus() {
    await this.#screen.locator(".xterm-helper-textarea").focus();
  }

  async keys(text) {
    await this.focus();
    await this.#page.keyboard.type(text);
  }

  /** Types a command, presses Enter, waits for the next prompt, and gives what is drawn then. */
  async run(command, within = 60_000) {
    await this.prompt();
    await this.keys(command);
    await this.until("what was typed", (text) => dense(text).endsWith(dense(command)));
    await this.#page.keyboard.press("Enter");
    return this.prompt(within);
  }

  /** Leafs back in the scroll-back until it shows some lines, and comes back to the end; says whether they came. */
  async scrolledBackTo(lines, within = 20_000) {
    await this.focus();
    const end = await this.text();
    // A page that is still being drawn may not follow a key: pressed until it shows what is asked for.
    const leaf = async (key, holds) => {
      for (const began = Date.now(); Date.now() - began < within; ) {
        await this.#page.keyboard.press(key);
        await pause(50);
        if (holds(await this.text())) return true;
      }
      return false;
    };
    const found = await leaf("Shift+PageUp", (text) => text.includes(lines));
    await leaf("Shift+PageDown", (text) => text === end);
    return found;
  }
}

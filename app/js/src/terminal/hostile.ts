// What learners' programs put out is theirs to choose: here it can neither stall the page nor type by itself.
// Invariant: what a person types always passes; what xterm.js answers by itself passes once, when it was asked.

import type { Terminal } from "@xterm/xterm";

/** The parameters of a control sequence, as the parser itself holds them. */
interface Params {
  params: Int32Array;
}

/** What is used inside of xterm.js, for want of a public name. */
interface Inside {
  _core: {
    /** Unlike the public one, the handler gets the parameters that the next handler will see. */
    registerCsiHandler(id: { final: string }, handler: (params: Params) => boolean): unknown;
    coreService: { onUserInput(listener: () => void): unknown };
  };
}

function inside(terminal: Terminal): Inside["_core"] {
  return (terminal as unknown as Inside)._core;
}

/**
 * Sequences that are done as often as they say, up to 2^31 times, where so many have no more effect than a screenful:
 * lines inserted, deleted and scrolled, tabs, and the last character again.
 */
export function boundRepeats(terminal: Terminal): void {
  const bounds: Record<string, () => number> = {
    L: () => terminal.rows,
    M: () => terminal.rows,
    S: () => terminal.rows,
    T: () => terminal.rows,
    I: () => terminal.cols,
    Z: () => terminal.cols,
    b: () => terminal.rows * terminal.cols,
  };
  for (const [final, most] of Object.entries(bounds)) {
    inside(terminal).registerCsiHandler({ final }, ({ params }) => {
      params[0] = Math.min(params[0] ?? 0, most());
      return false;
    });
  }
}

/**
 * Tells answers to questions in the output from what somebody types. Output that is shown again, after a reload, holds
 * questions that were answered when they were asked: a second answer would be typed into whatever runs now.
 */
export class Answers {
  #byHand = false;
  /** The output that is being parsed was put out before this page came. */
  old = false;

  constructor(terminal: Terminal) {
    inside(terminal).coreService.onUserInput(() => (this.#byHand = true));
  }

  /** Whether the text that xterm.js has for the shell is to be sent; asked once for each. */
  pass(): boolean {
    const byHand = this.#byHand;
    this.#byHand = false;
    return byHand || !this.old;
  }
}

/** The most characters of a title that are shown. */
const TITLE = 80;

/** A title as it may be shown: one short line, nothing invisible in it, nothing that turns the direction of text. */
export function plainTitle(title: string): string {
  const start = title.slice(0, 4 * TITLE).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, " ");
  return [...start].slice(0, TITLE).join("").trim();
}

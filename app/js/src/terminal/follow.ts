// Keeps a terminal at its end while nobody scrolls in it, where xterm.js 6.0 does not.
// Invariant: who has scrolled up by hand stays there.

import type { Terminal } from "@xterm/xterm";

/** What is read and set inside of xterm.js, for want of a public name. */
interface Inside {
  _core: { _bufferService: { isUserScrolling: boolean }; _viewport?: { queueSync(): void } };
}

function inside(terminal: Terminal): Inside["_core"] {
  return (terminal as unknown as Inside)._core;
}

function forgetScrolling(terminal: Terminal): void {
  inside(terminal)._bufferService.isUserScrolling = false;
}

/** Erasing the scroll-back ends scrolling in it (xterm.js issue 6046, mended after 6.0). */
export function followAfterErasing(terminal: Terminal): void {
  terminal.parser.registerCsiHandler({ final: "J" }, (params) => {
    if (params[0] === 3 && terminal.buffer.active.type === "normal") forgetScrolling(terminal);
    return false;
  });
}

/** Frames after a resize in which xterm.js may still scroll back; it needs one to three. */
const FRAMES = 8;

/** Resizes that do not lose the end of the output. */
export class Resizing {
  readonly #terminal: Terminal;
  /** Frames that are still watched over, after a resize while the end was shown. */
  #frames = 0;
  #next = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  around(resize: () => void): void {
    const watching = this.#frames > 0;
    const { cols, rows } = this.#terminal;
    const { viewportY, baseY } = this.#terminal.buffer.active;
    resize();
    const same = this.#terminal.cols === cols && this.#terminal.rows === rows;
    if (same || !(watching || viewportY === baseY)) return;
    this.#frames = FRAMES;
    if (!watching) this.#next = requestAnimationFrame(this.#frame);
  }

  /** Somebody scrolls: from now on that counts. */
  letGo(): void {
    this.#frames = 0;
    cancelAnimationFrame(this.#next);
  }

  readonly #frame = (): void => {
    this.#frames -= 1;
    if (!this.#terminal.element?.isConnected) return;
    forgetScrolling(this.#terminal);
    this.#terminal.scrollToBottom();
    // Without that the scroll bar may keep the old height, and with it the end stays out of reach.
    inside(this.#terminal)._viewport?.queueSync();
    this.#terminal.refresh(0, 0);
    if (this.#frames > 0) this.#next = requestAnimationFrame(this.#frame);
  };
}

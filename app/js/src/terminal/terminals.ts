// All terminals of one sandbox: their screens, which one is shown, and the line that feeds them.
// Invariant: each screen's `seen` is what the server is asked to go on from after the line was lost.

import { Line, type LineState } from "./line.ts";
import { Screen } from "./screen.ts";
import { inputFrames, unseen, type Output, type Word } from "./wire.ts";

/** One terminal, as its tab shows it. */
export interface Tab {
  terminal: number;
  title: string;
  /** Its shell has ended. */
  ended: boolean;
}

/** What the owner is told. */
export type Notice =
  | { event: "tabs"; tabs: Tab[]; shown: number }
  | { event: "line"; state: LineState }
  | { event: "files"; paths: string[] }
  | { event: "problem"; detail: string }
  | { event: "leave" }
  | { event: "find" };

/** At most this many terminals. */
const MOST = 8;
/** Bytes parsed before the server is told. */
const ACK_EVERY = 32 * 1024;

/** All terminals of one sandbox. */
export class Terminals {
  #line: Line;
  #screens = new Map<number, Screen>();
  #acked = new Map<number, number>();
  #titles = new Map<number, string>();
  #shown = 0;
  #reader = false;
  #waiting: string[] = [];
  #heard = false;
  readonly #host: HTMLElement;
  readonly #tell: (notice: Notice) => void;
  readonly #preview: string | null;
  readonly #resized: ResizeObserver;
  readonly #back = () => this.#line.hurry();
  readonly #seenAgain = () => {
    if (document.visibilityState === "visible") this.#line.hurry();
  };

  constructor(host: HTMLElement, url: string, preview: string | null, tell: (notice: Notice) => void) {
    this.#host = host;
    this.#tell = tell;
    this.#preview = preview;
    this.#resized = new ResizeObserver(() => this.#screens.get(this.#shown)?.fit());
    this.#resized.observe(host);
    window.addEventListener("online", this.#back);
    document.addEventListener("visibilitychange", this.#seenAgain);
    this.#line = new Line(url, {
      state: (state) => {
        if (state !== "open") this.#heard = false;
        tell({ event: "line", state });
      },
      word: (word) => this.#word(word),
      output: (output) => this.#output(output),
    });
  }

  /** One more terminal, and show it. */
  add(): void {
    for (let terminal = 1; terminal <= MOST; terminal++) {
      const taken = this.#screens.get(terminal);
      if (taken && !taken.ended) continue;
      taken?.dispose();
      this.#screens.delete(terminal);
      this.show(terminal, this.#screen(terminal));
      const { cols, rows } = this.#screens.get(terminal)!.size;
      this.#line.ask({ type: "open", terminal, cols, rows });
      this.focus();
      return;
    }
    this.#tell({ event: "problem", detail: `There are ${MOST} terminals already; close one first.` });
  }

  show(terminal: number, screen = this.#screens.get(terminal)): void {
    if (!screen) return;
    this.#shown = terminal;
    for (const [number, other] of this.#screens) other.element.hidden = number !== terminal;
    screen.fit();
    this.#tabs();
  }

  close(terminal: number): void {
    this.#line.ask({ type: "close", terminal });
    this.#drop(terminal);
    if (this.#shown === terminal) {
      const next = [...this.#screens.keys()].sort((a, b) => a - b)[0];
      if (next === undefined) this.add();
      else this.show(next);
    }
    this.#tabs();
  }

  /** Types commands into the terminal that is shown and runs them, now or as soon as there is one. */
  type(text: string): void {
    const screen = this.#screens.get(this.#shown);
    // Before the shell's prompt the lines would be shown twice, and one by one.
    if (this.#heard && screen?.spoken && !screen.ended) {
      screen.run(text);
      screen.focus();
    } else {
      this.#waiting.push(text);
    }
  }

  focus(): void {
    this.#screens.get(this.#shown)?.focus();
  }

  setReader(on: boolean): void {
    this.#reader = on;
    for (const screen of this.#screens.values()) screen.setReader(on);
  }

  find(text: string, back: boolean): boolean {
    return this.#screens.get(this.#shown)?.find(text, back) ?? false;
  }

  endFind(): void {
    this.#screens.get(this.#shown)?.endFind();
    this.focus();
  }

  dispose(): void {
    this.#line.end();
    this.#resized.disconnect();
    window.removeEventListener("online", this.#back);
    document.removeEventListener("visibilitychange", this.#seenAgain);
    for (const screen of this.#screens.values()) screen.dispose();
    this.#screens.clear();
  }

  #screen(terminal: number): Screen {
    const screen = new Screen(
      this.#host,
      {
        input: (bytes) => this.#input(terminal, bytes),
        size: (cols, rows) => this.#line.ask({ type: "resize", terminal, cols, rows }),
        parsed: (upTo) => {
          this.#ack(terminal, upTo);
          this.#typeWaiting();
        },
        title: (title) => {
          this.#titles.set(terminal, title);
          this.#tabs();
        },
        leave: () => this.#tell({ event: "leave" }),
        find: () => this.#tell({ event: "find" }),
        address: (link) => this.#address(link),
      },
      this.#reader,
    );
    this.#screens.set(terminal, screen);
    this.#acked.set(terminal, 0);
    return screen;
  }

  #drop(terminal: number): void {
    this.#screens.get(terminal)?.dispose();
    this.#screens.delete(terminal);
    this.#acked.delete(terminal);
    this.#titles.delete(terminal);
  }

  #word(word: Word): void {
    switch (word.type) {
      case "terminals":
        this.#listed(word.terminals.map((facts) => facts.terminal));
        break;
      case "opened":
        this.#line.ask({ type: "attach", terminal: word.terminal, from: 0 });
        this.#typeWaiting();
        break;
      case "gap": {
        const screen = this.#screens.get(word.terminal);
        screen?.restart(word.to);
        screen?.remark(`[${word.to - word.from} bytes of older output are gone]`);
        break;
      }
      case "exited": {
        const screen = this.#screens.get(word.terminal);
        if (!screen) break;
        screen.ended = true;
        screen.remark(`[the shell has ended${word.code ? ` with ${word.code}` : ""}; press Enter for a new one]`);
        this.#tabs();
        break;
      }
      case "files":
        this.#tell({ event: "files", paths: word.paths });
        break;
      case "error":
        this.#tell({ event: "problem", detail: word.detail });
        break;
      case "engine":
        break;
    }
  }

  /** The server's terminals: attach to each; without any, open the first. Heard once after each return of the line. */
  #listed(terminals: number[]): void {
    if (this.#heard) return;
    this.#heard = true;
    for (const known of [...this.#screens.keys()]) if (!terminals.includes(known)) this.#drop(known);
    for (const terminal of terminals) {
      const screen = this.#screens.get(terminal) ?? this.#screen(terminal);
      this.#line.ask({ type: "attach", terminal, from: screen.seen });
    }
    if (terminals.length === 0) {
      this.add();
      return;
    }
    this.show(terminals.includes(this.#shown) ? this.#shown : terminals[0]!);
    const { cols, rows } = this.#screens.get(this.#shown)!.size;
    this.#line.ask({ type: "resize", terminal: this.#shown, cols, rows });
    this.#typeWaiting();
  }

  #typeWaiting(): void {
    const waiting = this.#waiting.splice(0);
    for (const text of waiting) this.type(text);
  }

  #output(output: Output): void {
    const screen = this.#screens.get(output.terminal);
    if (!screen) return;
    const bytes = unseen(output, screen.seen);
    if (bytes.length > 0) screen.write(bytes);
  }

  #ack(terminal: number, upTo: number): void {
    if (upTo - (this.#acked.get(terminal) ?? 0) < ACK_EVERY) return;
    this.#acked.set(terminal, upTo);
    this.#line.ask({ type: "ack", terminal, offset: upTo });
  }

  #input(terminal: number, bytes: Uint8Array): void {
    const screen = this.#screens.get(terminal);
    if (screen?.ended) {
      if (bytes.includes(13)) this.add();
      return;
    }
    for (const frame of inputFrames(terminal, bytes)) this.#line.send(frame);
  }

  /** Links to the sandbox's own ports lead to their previews. */
  #address(link: string): string | null {
    let url: URL;
    try {
      url = new URL(link);
    } catch {
      return null;
    }
    if (url.protocol !== "http:" && url.protocol !== "https:") return null;
    const own = ["localhost", "127.0.0.1", "0.0.0.0", "[::1]"].includes(url.hostname);
    if (!own) return url.href;
    if (!this.#preview) return null;
    const port = url.port || (url.protocol === "https:" ? "443" : "80");
    return this.#preview.replace("{port}", port).replace(/\/$/, "") + url.pathname + url.search + url.hash;
  }

  #tabs(): void {
    const tabs = [...this.#screens.entries()]
      .sort(([a], [b]) => a - b)
      .map(([terminal, screen]): Tab => ({
        terminal,
        title: this.#titles.get(terminal) ?? "",
        ended: screen.ended,
      }));
    this.#tell({ event: "tabs", tabs, shown: this.#shown });
  }
}

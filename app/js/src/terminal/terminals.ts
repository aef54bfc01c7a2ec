// All terminals of one sandbox: their screens, which one is shown, and the line that feeds them.
// Invariant: each screen's `seen` is what the server is asked to go on from after the line was lost.

import { Line, type LineState, type Socket } from "./line.ts";
import { Screen as RealScreen, type ScreenListener } from "./screen.ts";
import { inputFrames, unseen, type Output, type TerminalFacts, type Word } from "./wire.ts";

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
  /** Commands are kept until the engine answers; or not any more. */
  | { event: "waits"; waits: boolean }
  | { event: "problem"; detail: string }
  | { event: "leave" }
  | { event: "find" };

/** A screen, as far as its owner needs one. */
export type Screen = Pick<RealScreen, keyof RealScreen>;

/** What screens and the line are made of. */
export interface Makers {
  screen(host: HTMLElement, listener: ScreenListener, reader: boolean): Screen;
  socket?: (url: string) => Socket;
}

const REAL: Makers = { screen: (host, listener, reader) => new RealScreen(host, listener, reader) };

/** At most this many terminals, numbered from 0. */
const MOST = 8;
/** Bytes parsed before the server is told. */
const ACK_EVERY = 32 * 1024;
/** Milliseconds before the terminals are asked for again, and how often that may fail before it is told. */
const LIST_AGAIN = 1000;
const SILENT = 3;
/** Milliseconds between two looks at the terminals' titles. */
const TITLES_EVERY = 250;
/** The most bytes that are kept of what is typed into a terminal that cannot take them yet. */
const MOST_TYPED = 64 * 1024;

/** All terminals of one sandbox. */
export class Terminals {
  #line: Line;
  #screens = new Map<number, Screen>();
  #acked = new Map<number, number>();
  #titles = new Map<number, string>();
  #shown = 0;
  #reader = false;
  /** Commands to type as soon as that is possible. */
  #waiting: string[] = [];
  /** Whether the owner was told that they wait for the engine. */
  #toldWaits = false;
  /** The engine of the sandbox, as last told. */
  #engine = "starting";
  /** The list of terminals has come since the line was made. */
  #heard = false;
  #misses = 0;
  #listAgain: ReturnType<typeof setTimeout> | undefined;
  #tellTitles: ReturnType<typeof setTimeout> | undefined;
  /** Terminals that take what is typed, and what was typed into those that do not yet. */
  #attached = new Set<number>();
  #typed = new Map<number, Uint8Array[]>();
  readonly #make: Makers;
  readonly #host: HTMLElement;
  readonly #tell: (notice: Notice) => void;
  readonly #preview: string | null;
  readonly #resized: ResizeObserver;
  readonly #back = () => this.#line.hurry();
  readonly #seenAgain = () => {
    if (document.visibilityState === "visible") this.#line.hurry();
  };

  constructor(host: HTMLElement, url: string, preview: string | null, tell: (notice: Notice) => void, make = REAL) {
    this.#make = make;
    this.#host = host;
    this.#tell = tell;
    this.#preview = preview;
    this.#resized = new ResizeObserver(() => this.#screens.get(this.#shown)?.fit());
    this.#resized.observe(host);
    window.addEventListener("online", this.#back);
    document.addEventListener("visibilitychange", this.#seenAgain);
    const listener = {
      state: (state: LineState) => {
        if (state !== "open") this.#unheard();
        tell({ event: "line", state });
      },
      word: (word: Word) => this.#word(word),
      output: (output: Output) => this.#output(output),
    };
    this.#line = new Line(url, listener, make.socket);
  }

  /** One more terminal, and show it. */
  add(): void {
    for (let terminal = 0; terminal < MOST; terminal++) {
      const taken = this.#screens.get(terminal);
      if (taken && !taken.ended) continue;
      this.#drop(terminal);
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
    if (this.#screens.get(this.#shown)?.ended) this.add();
    const screen = this.#screens.get(this.#shown);
    // Before the shell's prompt the lines would be shown twice, and one by one; before the engine answers they would fail.
    if (this.#heard && screen?.spoken && !screen.ended && this.#engine !== "starting") {
      screen.run(text);
      screen.focus();
    } else {
      this.#waiting.push(text);
    }
    this.#tellWaits();
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
    this.#unheard();
    clearTimeout(this.#tellTitles);
    this.#line.end();
    this.#resized.disconnect();
    window.removeEventListener("online", this.#back);
    document.removeEventListener("visibilitychange", this.#seenAgain);
    for (const screen of this.#screens.values()) screen.dispose();
    this.#screens.clear();
  }

  #screen(terminal: number): Screen {
    const screen = this.#make.screen(
      this.#host,
      {
        input: (bytes) => this.#input(terminal, bytes),
        size: (cols, rows) => this.#line.ask({ type: "resize", terminal, cols, rows }),
        parsed: (upTo) => {
          this.#ack(terminal, upTo);
          this.#typeWaiting();
        },
        title: (title) => this.#titled(terminal, title),
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

  /** Titles may come by the thousand: the tabs are told of the last, and not more often than anybody can read. */
  #titled(terminal: number, title: string): void {
    if (this.#titles.get(terminal) === title) return;
    this.#titles.set(terminal, title);
    this.#tellTitles ??= setTimeout(() => {
      this.#tellTitles = undefined;
      this.#tabs();
    }, TITLES_EVERY);
  }

  #drop(terminal: number): void {
    this.#screens.get(terminal)?.dispose();
    this.#screens.delete(terminal);
    this.#acked.delete(terminal);
    this.#titles.delete(terminal);
    this.#attached.delete(terminal);
    this.#typed.delete(terminal);
  }

  /** The line is down: nothing is known until the terminals are listed anew. */
  #unheard(): void {
    this.#heard = false;
    this.#misses = 0;
    this.#attached.clear();
    clearTimeout(this.#listAgain);
  }

  /** Goes on with a terminal's output, and with what was typed meanwhile. */
  #attach(terminal: number, from: number): void {
    if (!this.#line.ask({ type: "attach", terminal, from })) return;
    this.#attached.add(terminal);
    const typed = this.#typed.get(terminal) ?? [];
    this.#typed.delete(terminal);
    for (const bytes of typed) this.#input(terminal, bytes);
  }

  #word(word: Word): void {
    switch (word.type) {
      case "terminals":
        this.#listed(word.terminals);
        break;
      case "opened":
        this.#screens.get(word.terminal)?.restart(word.from);
        this.#attach(word.terminal, word.from);
        this.#typeWaiting();
        break;
      case "gap": {
        const screen = this.#screens.get(word.terminal);
        screen?.restart(word.to);
        if (word.to > word.from) screen?.remark(`[${word.to - word.from} bytes of older output are gone]`);
        break;
      }
      case "exited": {
        const screen = this.#screens.get(word.terminal);
        if (!screen) break;
        screen.ended = true;
        this.#attached.delete(word.terminal);
        screen.remark(`[the shell has ended${word.code ? ` with ${word.code}` : ""}; press Enter for a new one]`);
        this.#tabs();
        break;
      }
      case "files":
        this.#tell({ event: "files", paths: word.paths });
        break;
      case "error":
        this.#refused(word.detail);
        break;
      case "engine":
        this.#engine = word.state;
        this.#typeWaiting();
        break;
    }
  }

  /** Before the list is heard nothing else was asked for: it is asked for again, in silence at first. */
  #refused(detail: string): void {
    if (!this.#heard) {
      clearTimeout(this.#listAgain);
      this.#listAgain = setTimeout(() => this.#line.ask({ type: "list" }), LIST_AGAIN);
      if (++this.#misses !== SILENT) return;
    }
    this.#tell({ event: "problem", detail });
  }

  /** The server's terminals: attach to each; without any, open the first. Heard once after each return of the line. */
  #listed(list: TerminalFacts[]): void {
    if (this.#heard) return;
    this.#heard = true;
    const terminals = list.map((facts) => facts.terminal);
    for (const known of [...this.#screens.keys()]) if (!terminals.includes(known)) this.#drop(known);
    for (const { terminal, first_offset: first, end_offset: end } of list) {
      // Of that number there was another shell, which has ended meanwhile.
      if ((this.#screens.get(terminal)?.seen ?? first) < first) this.#drop(terminal);
      let screen = this.#screens.get(terminal);
      if (!screen) {
        screen = this.#screen(terminal);
        screen.restart(first);
      }
      screen.oldUpTo(end);
      this.#attach(terminal, screen.seen);
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
    this.#tellWaits();
  }

  #tellWaits(): void {
    const waits = this.#waiting.length > 0 && this.#engine === "starting";
    if (waits === this.#toldWaits) return;
    this.#toldWaits = waits;
    this.#tell({ event: "waits", waits });
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
    if (this.#attached.has(terminal)) {
      for (const frame of inputFrames(terminal, bytes)) this.#line.send(frame);
      return;
    }
    const typed = this.#typed.get(terminal) ?? [];
    if (typed.reduce((sum, part) => sum + part.length, bytes.length) <= MOST_TYPED) this.#typed.set(terminal, [...typed, bytes]);
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

// One terminal on the page: xterm.js with its addons and its keys.
// Invariant: what is acknowledged was parsed by xterm.js, so a slow page slows the shell and never loses output.

import { FitAddon } from "@xterm/addon-fit";
import { SearchAddon } from "@xterm/addon-search";
import { Unicode11Addon } from "@xterm/addon-unicode11";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { Terminal } from "@xterm/xterm";
import { copyText } from "../page/clipboard.ts";
import { Resizing, followAfterErasing } from "./follow.ts";
import { Answers, boundRepeats, plainTitle } from "./hostile.ts";
import { withSheets } from "./sheet.ts";

/** What a screen tells its owner. */
export interface ScreenListener {
  input(bytes: Uint8Array): void;
  size(cols: number, rows: number): void;
  parsed(upTo: number): void;
  title(title: string): void;
  leave(): void;
  find(): void;
  /** The address to open for a link, e.g. a preview instead of `http://localhost:8080`. */
  address(link: string): string | null;
}

/** The most columns and rows that a shell can be told. */
const MOST = 500;

const THEME = {
  background: "#0d171d",
  foreground: "#dfe8ec",
  cursor: "#f2bd2c",
  cursorAccent: "#0d171d",
  selectionBackground: "#35586b",
  black: "#1d2b33",
  red: "#ff8a90",
  green: "#62d3a0",
  yellow: "#f2bd2c",
  blue: "#74b8f0",
  magenta: "#ee9fd2",
  cyan: "#74c6e2",
  white: "#c9d6dc",
  brightBlack: "#8397a2",
  brightRed: "#ffaeb2",
  brightGreen: "#8fe5bd",
  brightYellow: "#ffd766",
  brightBlue: "#a3d1f7",
  brightMagenta: "#f6c1e3",
  brightCyan: "#a5def0",
  brightWhite: "#ffffff",
};

/** One terminal on the page. */
export class Screen {
  /** How much of the terminal's whole output was handed to xterm.js. */
  seen = 0;
  /** Its shell has said something, and xterm.js has understood it: there is somebody to type to. */
  spoken = false;
  /** Its shell has ended. */
  ended = false;
  readonly element: HTMLElement;
  readonly #terminal: Terminal;
  readonly #fit = new FitAddon();
  readonly #resizing: Resizing;
  readonly #answers: Answers;
  /** Output before this offset was put out before this page came. */
  #oldUpTo = 0;
  readonly #search = new SearchAddon({ highlightLimit: 500 });
  readonly #listener: ScreenListener;

  constructor(parent: HTMLElement, listener: ScreenListener, reader: boolean) {
    this.#listener = listener;
    this.element = document.createElement("div");
    this.element.className = "screen";
    parent.append(this.element);
    this.#terminal = new Terminal({
      allowProposedApi: true,
      cursorBlink: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      fontFamily: getComputedStyle(document.documentElement).getPropertyValue("--mono"),
      fontSize: 14,
      lineHeight: 1.25,
      minimumContrastRatio: 4.5,
      macOptionIsMeta: true,
      rightClickSelectsWord: true,
      screenReaderMode: reader,
      scrollback: 5000,
      theme: THEME,
      // It would write a line to the console for every byte of noise that is no sequence.
      logLevel: "off",
      linkHandler: { activate: (_event, link) => this.#follow(link) },
    });
    this.#resizing = new Resizing(this.#terminal);
    this.#answers = new Answers(this.#terminal);
    followAfterErasing(this.#terminal);
    boundRepeats(this.#terminal);
    this.#terminal.loadAddon(this.#fit);
    this.#terminal.loadAddon(this.#search);
    this.#terminal.loadAddon(new Unicode11Addon());
    this.#terminal.loadAddon(new WebLinksAddon((_event, link) => this.#follow(link)));
    this.#terminal.unicode.activeVersion = "11";
    withSheets(() => this.#terminal.open(this.element));
    this.#terminal.textarea?.setAttribute("aria-label", "Terminal. Press F6 to leave it.");
    this.#terminal.attachCustomKeyEventHandler((event) => this.#key(event));
    const encoder = new TextEncoder();
    for (const act of ["wheel", "pointerdown"]) {
      this.element.addEventListener(act, () => this.#resizing.letGo(), { capture: true, passive: true });
    }
    this.#terminal.onData((text) => {
      if (this.#answers.pass()) listener.input(encoder.encode(text));
    });
    this.#terminal.onBinary((text) => listener.input(Uint8Array.from(text, (c) => c.charCodeAt(0))));
    this.#terminal.onResize(({ cols, rows }) => listener.size(cols, rows));
    this.#terminal.onTitleChange((title) => listener.title(plainTitle(title)));
  }

  get size(): { cols: number; rows: number } {
    return { cols: this.#terminal.cols, rows: this.#terminal.rows };
  }

  /** What was put out up to here is old: whatever it asks was answered. */
  oldUpTo(offset: number): void {
    this.#oldUpTo = offset;
    this.#answers.old = this.seen < offset;
  }

  /** Shows output that begins where the last ended. */
  write(bytes: Uint8Array): void {
    const old = Math.min(Math.max(this.#oldUpTo - this.seen, 0), bytes.length);
    for (const part of [bytes.subarray(0, old), bytes.subarray(old)]) if (part.length > 0) this.#write(part);
  }

  #write(bytes: Uint8Array): void {
    this.seen += bytes.length;
    const upTo = this.seen;
    this.#terminal.write(bytes, () => {
      this.spoken = true;
      this.#answers.old = upTo < this.#oldUpTo;
      this.#listener.parsed(upTo);
    });
  }

  /** Says something that is not the terminal's own output. */
  remark(text: string): void {
    this.#terminal.write(`\r\n\x1b[2m${text}\x1b[0m\r\n`);
  }

  /** Begins anew, with output from `offset` on. */
  restart(offset: number): void {
    this.#terminal.reset();
    this.seen = offset;
    this.#answers.old = offset < this.#oldUpTo;
  }

  /** Takes the size of its place on the page; does nothing while hidden. */
  fit(): void {
    if (this.element.offsetParent === null) return;
    this.#resizing.around(() => {
      const { cols, rows } = this.#fit.proposeDimensions() ?? this.size;
      // A page that is made very small by its reader has room for more than there can be.
      if (cols <= MOST && rows <= MOST) this.#fit.fit();
      else this.#terminal.resize(Math.min(cols, MOST), Math.min(rows, MOST));
    });
  }

  focus(): void {
    this.#terminal.focus();
  }

  /** Types commands and runs them. */
  run(commands: string): void {
    this.#terminal.paste(commands.replace(/\n+$/, ""));
    this.#terminal.input("\r");
  }

  setReader(on: boolean): void {
    this.#terminal.options.screenReaderMode = on;
  }

  find(text: string, back: boolean): boolean {
    const options = {
      decorations: { matchOverviewRuler: "#f2bd2c", activeMatchColorOverviewRuler: "#ffffff", matchBackground: "#5b4a12", activeMatchBackground: "#8a6c10" },
    };
    this.#resizing.letGo();
    return back ? this.#search.findPrevious(text, options) : this.#search.findNext(text, options);
  }

  endFind(): void {
    this.#search.clearDecorations();
    this.#terminal.clearSelection();
  }

  dispose(): void {
    this.#terminal.dispose();
    this.element.remove();
  }

  #follow(link: string): void {
    const address = this.#listener.address(link);
    if (address) window.open(address, "_blank", "noopener,noreferrer");
  }

  /** Keys that the page takes; false keeps xterm.js from sending them. */
  #key(event: KeyboardEvent): boolean {
    if (event.key === "F6" && !event.ctrlKey && !event.altKey && !event.metaKey) {
      if (event.type === "keydown") this.#listener.leave();
      event.preventDefault();
      return false;
    }
    if (event.shiftKey && (event.key === "PageUp" || event.key === "PageDown")) this.#resizing.letGo();
    const command = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    if (command && event.shiftKey && key === "f") {
      if (event.type === "keydown") this.#listener.find();
      event.preventDefault();
      return false;
    }
    const copies = command && key === "c" && (event.shiftKey || event.metaKey || this.#terminal.hasSelection());
    if (copies) {
      if (event.type === "keydown" && this.#terminal.hasSelection()) {
        void copyText(this.#terminal.getSelection()).catch(() => undefined);
        if (!event.shiftKey) this.#terminal.clearSelection();
      }
      event.preventDefault();
      return false;
    }
    // The browser's own paste event follows, which xterm.js takes.
    return !(command && key === "v");
  }
}

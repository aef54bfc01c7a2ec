// The line to the sandbox: one web socket that comes back by itself, until the server says that the sandbox has ended.
// Invariant: after every return the server's list of terminals is heard before anything else is sent.

import { readOutput, readWord, type Ask, type Output, type Word } from "./wire.ts";

/** How the line stands. */
export type LineState = "connecting" | "open" | "lost";

/** Who listens to a line. */
export interface LineListener {
  state(state: LineState): void;
  word(word: Word): void;
  output(output: Output): void;
}

/** A socket, as far as the line needs one. */
export interface Socket {
  binaryType: string;
  readyState: number;
  bufferedAmount: number;
  onopen: ((event: Event) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(): void;
}

const OPEN = 1;
/** The close code of a sandbox that has ended. */
const ENDED = 4000;
/** Milliseconds before the first try again, and at most. */
const FIRST_PAUSE = 400;
const LONGEST_PAUSE = 8000;

/** Milliseconds before try number `tries` (from 0), a little different for everybody. */
export function pause(tries: number, random: number): number {
  return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** tries) * (0.75 + random / 2);
}

/** A line to one sandbox. */
export class Line {
  #socket: Socket | null = null;
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #done = false;
  readonly #url: string;
  readonly #listener: LineListener;
  readonly #make: (url: string) => Socket;

  constructor(url: string, listener: LineListener, make: (url: string) => Socket = (url) => new WebSocket(url) as Socket) {
    this.#url = url;
    this.#listener = listener;
    this.#make = make;
    this.#connect();
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === OPEN;
  }

  /** Sends a control message; false when the line is down. */
  ask(ask: Ask): boolean {
    if (!this.isOpen) return false;
    this.#socket?.send(JSON.stringify(ask));
    return true;
  }

  /** Sends bytes; false when the line is down. */
  send(frame: Uint8Array<ArrayBuffer>): boolean {
    if (!this.isOpen) return false;
    this.#socket?.send(frame);
    return true;
  }

  /** Try now instead of waiting: the network or the tab came back. */
  hurry(): void {
    if (this.#done || this.#socket) return;
    this.#tries = 0;
    this.#connect();
  }

  /** Hang up for good. */
  end(): void {
    this.#done = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
    this.#socket = null;
  }

  #connect(): void {
    clearTimeout(this.#timer);
    const socket = this.#make(this.#url);
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    this.#listener.state(this.#tries === 0 ? "connecting" : "lost");
    socket.onopen = () => {
      this.#tries = 0;
      this.#listener.state("open");
    };
    socket.onmessage = (event) => {
      if (typeof event.data === "string") {
        const word = readWord(event.data);
        if (word) this.#listener.word(word);
      } else {
        const output = readOutput(event.data as ArrayBuffer);
        if (output) this.#listener.output(output);
      }
    };
    socket.onclose = ({ code }) => {
      if (this.#done || this.#socket !== socket) return;
      this.#socket = null;
      if (code === ENDED) {
        this.#done = true;
        return;
      }
      this.#listener.state("lost");
      this.#timer = setTimeout(() => this.#connect(), pause(this.#tries++, Math.random()));
    };
  }
}

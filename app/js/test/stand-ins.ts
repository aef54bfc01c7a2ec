// What stands in for the browser's parts in tests.

import type { Socket } from "../src/terminal/line.ts";

/** A socket that does what a test says. */
export class FakeSocket implements Socket {
  binaryType = "";
  readyState = 0;
  bufferedAmount = 0;
  onopen: ((event: Event) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  sent: unknown[] = [];
  send(data: unknown): void {
    this.sent.push(data);
  }
  close(): void {
    this.drop();
  }
  open(): void {
    this.readyState = 1;
    this.onopen?.({} as Event);
  }
  drop(code = 1006): void {
    this.readyState = 3;
    this.onclose?.({ code } as CloseEvent);
  }
  /** The server says something. */
  hear(word: unknown): void {
    this.onmessage?.({ data: JSON.stringify(word) } as MessageEvent);
  }
  /** What was asked for so far, without sizes. */
  asked(): string[] {
    const texts = this.sent.filter((data) => typeof data === "string");
    return texts.map((text) => JSON.parse(text)).map((ask) => [ask.type, ask.terminal, ask.from].filter((part) => part !== undefined).join(" "));
  }
  /** What was typed so far, frame by frame. */
  typed(): string[] {
    const frames = this.sent.filter((data) => data instanceof Uint8Array);
    return frames.map((frame) => `${frame[0]} ${new TextDecoder().decode(frame.subarray(1))}`);
  }
}

// The terminal socket's messages: JSON control in text frames, bytes in binary frames.
// Invariant: nothing here touches the page or the socket.

/** What the server says of one terminal. */
export interface TerminalFacts {
  terminal: number;
  cols: number;
  rows: number;
  /** Where its shell's output begins: after that of the last shell of the same number. */
  first_offset: number;
  end_offset: number;
}

/** A control message from the server. */
export type Word =
  | { type: "terminals"; terminals: TerminalFacts[] }
  | { type: "opened"; terminal: number; from: number }
  | { type: "gap"; terminal: number; from: number; to: number }
  | { type: "exited"; terminal: number; code: number | null }
  | { type: "files"; paths: string[] }
  | { type: "engine"; state: string }
  | { type: "error"; error: string; detail: string };

/** A control message to the server. */
export type Ask =
  | { type: "open"; terminal: number; cols: number; rows: number }
  | { type: "attach"; terminal: number; from: number }
  | { type: "resize"; terminal: number; cols: number; rows: number }
  | { type: "close"; terminal: number }
  | { type: "ack"; terminal: number; offset: number }
  | { type: "list" };

/** Output of one terminal: bytes that begin at an offset of its whole output. */
export interface Output {
  terminal: number;
  offset: number;
  bytes: Uint8Array;
}

const HEAD = 9;

/** Reads a binary frame: `[terminal u8][offset u64 big-endian][bytes]`; null when it is too short. */
export function readOutput(frame: ArrayBuffer): Output | null {
  if (frame.byteLength < HEAD) return null;
  const view = new DataView(frame);
  return { terminal: view.getUint8(0), offset: Number(view.getBigUint64(1)), bytes: new Uint8Array(frame, HEAD) };
}

/** Makes a binary frame: `[terminal u8][bytes]`. */
export function makeInput(terminal: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(bytes.length + 1);
  frame[0] = terminal;
  frame.set(bytes, 1);
  return frame;
}

/** Cuts what is typed or pasted into frames of at most `most` bytes. */
export function inputFrames(terminal: number, bytes: Uint8Array, most = 64 * 1024): Uint8Array<ArrayBuffer>[] {
  const frames = [];
  for (let from = 0; from < bytes.length; from += most) frames.push(makeInput(terminal, bytes.subarray(from, from + most)));
  return frames;
}

/** The part of some output that was not yet seen, given the offset up to which it was. */
export function unseen(output: Output, upTo: number): Uint8Array {
  return output.bytes.subarray(Math.min(Math.max(upTo - output.offset, 0), output.bytes.length));
}

/** Reads a text frame; null when it is not one of ours. */
export function readWord(frame: string): Word | null {
  try {
    const word: unknown = JSON.parse(frame);
    return typeof word === "object" && word !== null && "type" in word ? (word as Word) : null;
  } catch {
    return null;
  }
}

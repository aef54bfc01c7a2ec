import assert from "node:assert/strict";
import { test } from "node:test";
import { inputFrames, readOutput, readWord, unseen } from "../src/terminal/wire.ts";

function frame(terminal: number, offset: bigint, bytes: number[]): ArrayBuffer {
  const buffer = new ArrayBuffer(9 + bytes.length);
  const view = new DataView(buffer);
  view.setUint8(0, terminal);
  view.setBigUint64(1, offset);
  new Uint8Array(buffer, 9).set(bytes);
  return buffer;
}

test("output frames carry terminal, offset and bytes", () => {
  const output = readOutput(frame(3, 2n ** 40n, [104, 105]));
  assert.deepEqual(output, { terminal: 3, offset: 2 ** 40, bytes: new Uint8Array([104, 105]) });
  assert.equal(readOutput(new ArrayBuffer(8)), null);
});

test("a paste is cut into frames that each name the terminal", () => {
  const frames = inputFrames(2, new Uint8Array([1, 2, 3, 4, 5]), 2);
  assert.deepEqual(frames.map((one) => [...one]), [[2, 1, 2], [2, 3, 4], [2, 5]]);
  assert.deepEqual(inputFrames(2, new Uint8Array()), []);
});

test("what was seen is not shown again", () => {
  const output = { terminal: 1, offset: 10, bytes: new Uint8Array([1, 2, 3]) };
  assert.deepEqual([...unseen(output, 10)], [1, 2, 3]);
  assert.deepEqual([...unseen(output, 12)], [3]);
  assert.deepEqual([...unseen(output, 99)], []);
  assert.deepEqual([...unseen(output, 0)], [1, 2, 3]);
});

test("words that are none are dropped", () => {
  assert.deepEqual(readWord('{"type":"opened","terminal":1,"from":7}'), { type: "opened", terminal: 1, from: 7 });
  for (const text of ["", "null", "7", "{}", "{"]) assert.equal(readWord(text), null);
});

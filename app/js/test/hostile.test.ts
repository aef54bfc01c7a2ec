import assert from "node:assert/strict";
import { test } from "node:test";
import type { Terminal } from "@xterm/xterm";
import { Answers, boundRepeats, plainTitle } from "../src/terminal/hostile.ts";

function terminal() {
  let typed = (): void => undefined;
  const handlers = new Map<string, (params: { params: Int32Array }) => boolean>();
  const it = {
    cols: 80,
    rows: 24,
    _core: {
      registerCsiHandler: ({ final }: { final: string }, handler: (params: { params: Int32Array }) => boolean) => handlers.set(final, handler),
      coreService: { onUserInput: (listener: () => void) => (typed = listener) },
    },
  };
  return { it: it as unknown as Terminal, typed: () => typed(), handlers };
}

test("a title is one short line of visible characters", () => {
  assert.equal(plainTitle("vim \u202egnp.exe\u2028<b>\u001b\n"), "vim  gnp.exe <b>");
  assert.equal(plainTitle("x".repeat(9_000_000)).length, 80);
  assert.equal([...plainTitle("🐳".repeat(500))].length, 80);
  assert.equal(plainTitle("ünï / مرحبا"), "ünï / مرحبا");
});

test("answers to old questions are kept back, keys never", () => {
  const { it, typed } = terminal();
  const answers = new Answers(it);
  assert.ok(answers.pass());
  answers.old = true;
  assert.ok(!answers.pass());
  typed();
  assert.ok(answers.pass());
  assert.ok(!answers.pass());
  answers.old = false;
  assert.ok(answers.pass());
});

test("repeats are bounded by what fits the screen, and left to xterm.js", () => {
  const { it, handlers } = terminal();
  boundRepeats(it);
  const bounded = (final: string, given: number) => {
    const params = Int32Array.of(given);
    assert.equal(handlers.get(final)!({ params }), false);
    return params[0];
  };
  assert.deepEqual([..."LMSTIZb"].map((final) => bounded(final, 0x7fffffff)), [24, 24, 24, 24, 80, 80, 1920]);
  assert.deepEqual([..."LMSTIZb"].map((final) => bounded(final, 3)), [3, 3, 3, 3, 3, 3, 3]);
});

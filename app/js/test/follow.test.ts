import assert from "node:assert/strict";
import { test } from "node:test";
import type { Terminal } from "@xterm/xterm";
import { Resizing } from "../src/terminal/follow.ts";

/** Frames that a test draws one by one. */
function frames() {
  const ahead = new Map<number, () => void>();
  let next = 1;
  Object.assign(globalThis, {
    requestAnimationFrame: (draw: () => void) => (ahead.set(next, draw), next++),
    cancelAnimationFrame: (number: number) => ahead.delete(number),
  });
  return () => {
    const drawn = [...ahead];
    ahead.clear();
    for (const [, draw] of drawn) draw();
    return drawn.length;
  };
}

function terminal() {
  const it = {
    cols: 80,
    rows: 24,
    buffer: { active: { viewportY: 100, baseY: 100 } },
    element: { isConnected: true },
    _core: { _bufferService: { isUserScrolling: false } },
    scrolls: 0,
    scrollToBottom: () => void it.scrolls++,
    refresh: () => undefined,
  };
  return { it, resizing: new Resizing(it as unknown as Terminal) };
}

test("after a resize the end is held for a few frames", () => {
  const draw = frames();
  const { it, resizing } = terminal();
  resizing.around(() => (it.rows = 30));
  while (draw() > 0);
  assert.ok(it.scrolls >= 3, `${it.scrolls}`);
});

test("nothing is held when the size stays, or when somebody has scrolled up", () => {
  const draw = frames();
  const { it, resizing } = terminal();
  resizing.around(() => undefined);
  it.buffer.active.viewportY = 40;
  resizing.around(() => (it.rows = 30));
  assert.equal(draw(), 0);
});

test("whoever scrolls meanwhile is let go, until the next resize", () => {
  const draw = frames();
  const { it, resizing } = terminal();
  resizing.around(() => (it.rows = 30));
  draw();
  resizing.letGo();
  assert.equal(draw(), 0);
  assert.equal(it.scrolls, 1);
  resizing.around(() => (it.rows = 20));
  assert.equal(draw(), 1);
});

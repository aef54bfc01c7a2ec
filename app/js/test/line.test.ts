import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Line, pause, type LineState } from "../src/terminal/line.ts";
import { FakeSocket } from "./stand-ins.ts";

function line() {
  const sockets: FakeSocket[] = [];
  const states: LineState[] = [];
  const words: unknown[] = [];
  const it = new Line(
    "ws://x",
    { state: (state) => states.push(state), word: (word) => words.push(word), output: () => undefined },
    () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
  );
  return { it, sockets, states, words };
}

test("pauses grow, differ and end at a limit", () => {
  assert.ok(pause(0, 0) < pause(1, 0) && pause(1, 0) < pause(3, 0));
  assert.notEqual(pause(2, 0), pause(2, 1));
  assert.ok(pause(30, 1) <= 10_000);
});

test("a lost line comes back by itself, and an ended one does not", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { it, sockets, states } = line();
  sockets[0]!.open();
  assert.equal(it.ask({ type: "list" }), true);
  sockets[0]!.drop();
  assert.equal(it.ask({ type: "list" }), false);
  mock.timers.tick(10_000);
  assert.equal(sockets.length, 2);
  sockets[1]!.open();
  assert.deepEqual(states, ["connecting", "open", "lost", "lost", "open"]);
  it.end();
  mock.timers.tick(60_000);
  assert.equal(sockets.length, 2);
  mock.timers.reset();
});

test("hurry tries at once, and only when the line is down", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { it, sockets } = line();
  it.hurry();
  assert.equal(sockets.length, 1);
  sockets[0]!.drop();
  it.hurry();
  assert.equal(sockets.length, 2);
  mock.timers.tick(60_000);
  assert.equal(sockets.length, 2);
  it.end();
  mock.timers.reset();
});

test("a line to a sandbox that has ended stays down", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { it, sockets, states } = line();
  sockets[0]!.open();
  sockets[0]!.drop(4000);
  it.hurry();
  mock.timers.tick(60_000);
  assert.equal(sockets.length, 1);
  assert.deepEqual(states, ["connecting", "open"]);
  mock.timers.reset();
});

test("text that is not a word of ours is not passed on", () => {
  const { it, sockets, words } = line();
  sockets[0]!.onmessage?.({ data: "{" } as MessageEvent);
  sockets[0]!.onmessage?.({ data: '{"type":"opened","terminal":1,"from":0}' } as MessageEvent);
  assert.deepEqual(words, [{ type: "opened", terminal: 1, from: 0 }]);
  it.end();
});

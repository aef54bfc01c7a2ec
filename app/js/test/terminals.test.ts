import assert from "node:assert/strict";
import { mock, test } from "node:test";
import type { ScreenListener } from "../src/terminal/screen.ts";
import { Terminals, type Notice, type Screen } from "../src/terminal/terminals.ts";
import { FakeSocket } from "./stand-ins.ts";

const deaf = { addEventListener: () => undefined, removeEventListener: () => undefined };
Object.assign(globalThis, {
  window: deaf,
  document: deaf,
  ResizeObserver: class {
    observe(): void {}
    disconnect(): void {}
  },
});

class FakeScreen implements Screen {
  seen = 0;
  spoken = false;
  ended = false;
  element = {} as HTMLElement;
  size = { cols: 80, rows: 24 };
  ran: string[] = [];
  old = 0;
  constructor(readonly listener: ScreenListener) {}
  write(bytes: Uint8Array): void {
    this.seen += bytes.length;
    this.spoken = true;
    this.listener.parsed(this.seen);
  }
  run(commands: string): void {
    this.ran.push(commands);
  }
  restart(offset: number): void {
    this.seen = offset;
  }
  oldUpTo(offset: number): void {
    this.old = offset;
  }
  find(): boolean {
    return false;
  }
  remark(): void {}
  fit(): void {}
  focus(): void {}
  setReader(): void {}
  endFind(): void {}
  dispose(): void {}
}

/** Terminals with a line that is open. */
function terminals() {
  const sockets: FakeSocket[] = [];
  const screens: FakeScreen[] = [];
  const notices: Notice[] = [];
  const it = new Terminals({} as HTMLElement, "ws://x", null, (notice) => notices.push(notice), {
    screen: (_host, listener) => {
      const screen = new FakeScreen(listener);
      screens.push(screen);
      return screen;
    },
    socket: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
  });
  sockets[0]!.open();
  const told = (event: Notice["event"]) => notices.filter((notice) => notice.event === event);
  return { it, socket: sockets[0]!, sockets, screens, told };
}

/** A prompt of the first terminal. */
function prompt(socket: FakeSocket, terminal = 0): void {
  const frame = new Uint8Array(11);
  frame.set([terminal, 0, 0, 0, 0, 0, 0, 0, 0, 36, 32]);
  socket.onmessage?.({ data: frame.buffer } as MessageEvent);
}

const one = { type: "terminals", terminals: [{ terminal: 0, cols: 80, rows: 24, first_offset: 0, end_offset: 0 }] };

test("commands wait for the shell and for the engine, and it is told that they wait", () => {
  const { it, socket, screens, told } = terminals();
  it.type("first");
  it.type("second");
  socket.hear(one);
  socket.hear({ type: "engine", state: "starting" });
  prompt(socket);
  assert.deepEqual(screens[0]!.ran, []);
  assert.deepEqual(told("waits"), [{ event: "waits", waits: true }]);
  socket.hear({ type: "engine", state: "ready" });
  assert.deepEqual(screens[0]!.ran, ["first", "second"]);
  assert.deepEqual(told("waits").at(-1), { event: "waits", waits: false });
  it.dispose();
});

test("an engine that has failed holds nothing up", () => {
  const { it, socket, screens } = terminals();
  socket.hear(one);
  prompt(socket);
  it.type("docker info");
  socket.hear({ type: "engine", state: "failed" });
  assert.deepEqual(screens[0]!.ran, ["docker info"]);
  it.dispose();
});

test("after the end of a shell commands go into a new one", () => {
  const { it, socket, screens } = terminals();
  socket.hear(one);
  socket.hear({ type: "engine", state: "ready" });
  prompt(socket);
  socket.hear({ type: "exited", terminal: 0, code: 0 });
  it.type("again");
  assert.ok(socket.asked().includes("open 0"));
  socket.hear({ type: "opened", terminal: 0, from: 0 });
  prompt(socket);
  assert.deepEqual(screens.map(({ ran }) => ran), [[], ["again"]]);
  it.dispose();
});

test("there are eight terminals, numbered from 0, and no ninth", () => {
  const { it, socket, told } = terminals();
  socket.hear({ type: "terminals", terminals: [] });
  for (let more = 0; more < 8; more++) it.add();
  assert.deepEqual(socket.asked().filter((ask) => ask.startsWith("open")), Array.from({ length: 8 }, (_, terminal) => `open ${terminal}`));
  assert.equal(told("problem").length, 1);
  it.dispose();
});

test("a list that cannot be had is asked for again, in silence at first", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { it, socket, told } = terminals();
  socket.hear({ type: "error", error: "refused", detail: "not yet" });
  assert.deepEqual([socket.asked(), told("problem")], [[], []]);
  mock.timers.tick(2_000);
  assert.deepEqual(socket.asked(), ["list"]);
  socket.hear(one);
  assert.deepEqual(socket.asked().filter((ask) => ask !== "resize 0"), ["list", "attach 0 0"]);
  mock.timers.tick(60_000);
  socket.hear({ type: "error", error: "refused", detail: "full" });
  assert.deepEqual(told("problem"), [{ event: "problem", detail: "full" }]);
  it.dispose();
  mock.timers.reset();
});

test("what is typed before a terminal is attached is kept", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { it, socket, sockets, screens } = terminals();
  const keys = (text: string) => screens[0]!.listener.input(new TextEncoder().encode(text));
  socket.hear(one);
  keys("a");
  socket.drop();
  keys("b");
  keys("c");
  mock.timers.tick(10_000);
  sockets[1]!.open();
  keys("d");
  assert.deepEqual(sockets[1]!.typed(), []);
  sockets[1]!.hear(one);
  keys("e");
  assert.deepEqual([socket.typed(), sockets[1]!.typed()], [["0 a"], ["0 b", "0 c", "0 d", "0 e"]]);
  it.dispose();
  mock.timers.reset();
});

test("a shell that took another's number while the line was down is shown from its beginning, on a screen of its own", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { it, socket, sockets, screens } = terminals();
  socket.hear(one);
  prompt(socket);
  socket.drop();
  mock.timers.tick(10_000);
  sockets[1]!.open();
  sockets[1]!.hear({ type: "terminals", terminals: [{ terminal: 0, cols: 80, rows: 24, first_offset: 900, end_offset: 950 }] });
  assert.deepEqual(sockets[1]!.asked().filter((ask) => ask.startsWith("attach")), ["attach 0 900"]);
  assert.deepEqual([screens.length, screens[1]!.seen, screens[1]!.old], [2, 900, 950]);
  it.dispose();
  mock.timers.reset();
});

test("of titles that come by the thousand the tabs are told of the last, seldom", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { it, socket, screens, told } = terminals();
  socket.hear(one);
  const before = told("tabs").length;
  for (let number = 0; number < 1000; number++) screens[0]!.listener.title(`title ${number}`);
  assert.equal(told("tabs").length, before);
  mock.timers.tick(1_000);
  const after = told("tabs");
  assert.equal(after.length, before + 1);
  assert.deepEqual(after.at(-1), { event: "tabs", tabs: [{ terminal: 0, title: "title 999", ended: false }], shown: 0 });
  it.dispose();
  mock.timers.reset();
});

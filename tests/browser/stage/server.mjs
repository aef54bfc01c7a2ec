// A server of a test's own: its port, its folder, its database.
// Invariant: it has ended, and its folder is gone, before the test process ends.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { clearNow, containersLeft } from "./engine.mjs";

const run = promisify(execFile);

export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
export const BINARY = process.env["DRYDOCK_BIN"] ?? join(ROOT, "target/debug/drydock");
/** Milliseconds until it must answer, and until it must have stopped. */
const PATIENCE = 60_000;
const MOST_SAID = 3_000;

/** A loopback port that was free a moment ago. */
async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}

export class Server {
  #child = null;
  #said = "";
  /** For an end in the middle; in order it is `stop` that does this. */
  #onExit = () => {
    this.#child?.kill("SIGKILL");
    if (this.deployment) clearNow(this.deployment);
    rmSync(this.folder, { recursive: true, force: true });
  };

  static async start(settings = {}) {
    const server = new Server();
    server.port = await freePort();
    server.folder = await mkdtemp(join(tmpdir(), "drydock-browser-"));
    server.settings = settings;
    process.on("exit", server.#onExit);
    await server.again();
    server.deployment = (await server.#listed()).deployment;
    return server;
  }

  /** What `drydock leases` says of all leases there ever were. */
  async #listed() {
    const { stdout } = await run(BINARY, ["leases", "--all", "--json"], { cwd: ROOT, env: this.#environment() });
    return JSON.parse(stdout);
  }

  /** Ids of the containers of a lease that are there: none or one. */
  async containersOf(lease) {
    const { leases } = await this.#listed();
    return containersLeft(leases.filter(({ id, container }) => id === lease && container).map(({ container }) => container));
  }

  #environment() {
    // Which program it is, is nothing that it takes as a setting.
    const { DRYDOCK_BIN: _program, ...inherited } = process.env;
    return {
      ...inherited,
      DRYDOCK_LISTEN: `127.0.0.1:${this.port}`,
      DRYDOCK_STATE_DIR: this.folder,
      DRYDOCK_LOG: "warn",
      // The same on an engine with stronger levels.
      DRYDOCK_SANDBOX__LEVEL: "userns",
      ...this.settings,
    };
  }

  /** Where browsers find it. */
  get origin() {
    return `http://localhost:${this.port}`;
  }

  /** It was started and neither killed nor stopped. */
  get runs() {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The end of what it logged. */
  get said() {
    return this.#said;
  }

  /** Starts it on the same port and folder. */
  async again() {
    const child = spawn(BINARY, ["serve"], { cwd: ROOT, env: this.#environment(), stdio: ["ignore", "ignore", "pipe"] });
    this.#child = child;
    child.stderr.setEncoding("utf8").on("data", (text) => (this.#said = (this.#said + text).slice(-MOST_SAID)));
    let fault = null;
    child.once("error", (error) => (fault = error));
    for (const began = Date.now(); !(await this.#answers()); await pause(50)) {
      if (fault) throw fault;
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}: ${this.#said}`);
      if (Date.now() - began > PATIENCE) throw new Error(`the server does not answer: ${this.#said}`);
    }
  }

  async #answers() {
    try {
      return (await fetch(`http://127.0.0.1:${this.port}/healthz`)).ok;
    } catch {
      return false;
    }
  }

  /** Ends it as a power cut would. */
  async kill() {
    const child = this.#child;
    this.#child = null;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }

  /** Stops it in order, removes its folder, and gives its exit code. */
  async stop() {
    const child = this.#child;
    this.#child = null;
    let code = null;
    if (child) {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, "exit");
        child.kill("SIGTERM");
        const late = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
        await ended;
        clearTimeout(late);
      }
      code = child.exitCode;
    }
    process.off("exit", this.#onExit);
    await rm(this.folder, { recursive: true, force: true });
    return code;
  }
}

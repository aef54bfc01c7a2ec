// A server of a test's own: its port, its folder, its database.
// Invariant: it has ended, and its folder is gone, before the test process ends.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const BINARY = process.env["DRYDOCK_BIN"] ?? join(ROOT, "target/debug/drydock");
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
    rmSync(this.folder, { recursive: true, force: true });
  };

  static async start(settings = {}) {
    const server = new Server();
    server.port = await freePort();
    server.folder = await mkdtemp(join(tmpdir(), "drydock-browser-"));
    server.settings = settings;
    process.on("exit", server.#onExit);
    await server.again();
    return server;
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
    // Which program it is, is nothing that it takes as a setting.
    const { DRYDOCK_BIN: _program, ...inherited } = process.env;
    const child = spawn(BINARY, ["serve"], {
      cwd: ROOT,
      env: {
        ...inherited,
        DRYDOCK_LISTEN: `127.0.0.1:${this.port}`,
        DRYDOCK_STATE_DIR: this.folder,
        DRYDOCK_LOG: "warn",
        ...this.settings,
      },
      stdio: ["ignore", "ignore", "pipe"],
    });
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

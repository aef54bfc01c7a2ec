// nginx in front of the server, showing it below a path of a host that others share: as docs/proxy.md sets it up, so that
// what operators copy is what is tried.
// Invariant: what is asked of the site's host outside the path is remembered; nginx ends with its tests.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "./port.mjs";
import { ROOT } from "./server.mjs";

/** The path that the document shows. */
const BASE = "/learn";
/** Milliseconds until nginx must listen. */
const LISTENS_WITHIN = 10_000;

export class Proxy {
  #port;
  #folder;
  #nginx;
  /** Where the server is. */
  #behind;

  /** A proxy with an address that nobody answers yet. */
  static async make(base) {
    assert.equal(base, BASE, "the document has one path");
    const proxy = new Proxy();
    proxy.#port = await freePort();
    proxy.origin = `http://localhost:${proxy.#port}`;
    proxy.#folder = await mkdtemp(join(tmpdir(), "drydock-nginx-"));
    return proxy;
  }

  /** Leads to a server's port from now on; the path is handed on, or taken off. */
  async lead(port, { strips = false } = {}) {
    await this.stop({ forGood: false });
    this.#behind = port;
    await writeFile(join(this.#folder, "nginx.conf"), await this.#settings(strips));
    const program = process.env["NGINX_PROGRAM"];
    assert.ok(program, "NGINX_PROGRAM names nginx's program: setup/nginx.sh prints it");
    this.#nginx = spawn(program, ["-e", "stderr", "-p", this.#folder, "-c", "nginx.conf"], { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    this.#nginx.stderr.on("data", (bytes) => (said += bytes));
    for (const began = Date.now(); !(await listens(this.#port)); await pause(50)) {
      assert.ok(this.#nginx.exitCode === null && Date.now() - began < LISTENS_WITHIN, `nginx does not listen: ${said}`);
    }
  }

  async #settings(strips) {
    const text = await readFile(join(ROOT, "docs/proxy.md"), "utf8");
    let servers = text.match(/^```nginx\n([^]*?)^```$/m)?.[1] ?? assert.fail("docs/proxy.md has nothing for nginx");
    const put = (old, now) => {
      assert.ok(servers.includes(old), `docs/proxy.md does not say ${old}`);
      servers = servers.replaceAll(old, now);
    };
    put("listen 443 ssl;", `listen 127.0.0.1:${this.#port};`);
    put("server_name *.preview.example.org;", "server_name *.localhost;");
    put("server_name example.org;", "server_name localhost;");
    // As the comment there says.
    if (strips) put("proxy_pass http://127.0.0.1:8000;       # with a slash", "proxy_pass http://127.0.0.1:8000/;      # with a slash");
    put("proxy_pass http://127.0.0.1:8000", `proxy_pass http://127.0.0.1:${this.#behind}`);
    const places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${this.#folder}/${name};`);
    // Its workers have to read the folder, whoever starts it.
    const user = process.getuid() === 0 ? "user root;" : "";
    return `${user} daemon off; worker_processes 1; pid ${this.#folder}/pid; events {}
http { log_format asked '$host $request_method $request_uri'; access_log ${this.#folder}/asked asked; ${places.join(" ")}
${servers}}
`;
  }

  /** Requests to the site's host that were not below the path. */
  async strays() {
    const lines = (await readFile(join(this.#folder, "asked"), "utf8")).split("\n").filter((line) => line.startsWith("localhost "));
    assert.ok(lines.length > 0, "nobody came this way");
    return lines.filter((line) => !`${line.split(" ")[2]}/`.startsWith(`${BASE}/`));
  }

  async stop({ forGood = true } = {}) {
    if (this.#nginx?.exitCode === null) {
      const gone = once(this.#nginx, "exit");
      this.#nginx.kill("SIGTERM");
      await gone;
    }
    if (forGood) await rm(this.#folder, { recursive: true, force: true });
  }
}

async function listens(port) {
  const socket = connect(port, "127.0.0.1");
  const came = await Promise.race([once(socket, "connect"), once(socket, "error")]).then(() => socket.readyState === "open", () => false);
  socket.destroy();
  return came;
}

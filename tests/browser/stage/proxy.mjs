// A reverse proxy that shows a server below a path of its own host, as an operator would set one up.
// Invariant: what is not below the path is answered by nobody and remembered; previews have hosts of their own.

import { once } from "node:events";
import { createServer, request as ask } from "node:http";

export class Proxy {
  /** Requests to the site's host that were not below its path. */
  strays = [];
  /** It takes the path off, or hands it on. */
  strips = false;
  /** Where the server is. */
  port = 0;
  #sockets = new Set();

  static async start(base) {
    const proxy = new Proxy();
    proxy.base = base;
    proxy.server = createServer((request, response) => proxy.#pass(request, response));
    proxy.server.on("upgrade", (request, socket, head) => proxy.#upgrade(request, socket, head));
    proxy.server.on("connection", (socket) => {
      proxy.#sockets.add(socket);
      socket.on("close", () => proxy.#sockets.delete(socket));
    });
    proxy.server.listen(0, "127.0.0.1");
    await once(proxy.server, "listening");
    proxy.origin = `http://localhost:${proxy.server.address().port}`;
    return proxy;
  }

  /** How the server is asked; null for what is not below the path. */
  #wish(request) {
    const { method, headers, url } = request;
    const of = (path) => ({ host: "127.0.0.1", port: this.port, method, headers, path });
    if (`http://${headers.host}` !== this.origin) return of(url);
    if (url === this.base || url.startsWith(`${this.base}/`)) {
      // The path itself is handed on: only the server knows that a slash is missing.
      return of(this.strips && url !== this.base ? url.slice(this.base.length) : url);
    }
    this.strays.push(`${method} ${url}`);
    return null;
  }

  #pass(request, response) {
    const wish = this.#wish(request);
    if (!wish) return response.writeHead(404).end();
    const asked = ask(wish, (answer) => {
      response.writeHead(answer.statusCode, answer.statusMessage, answer.rawHeaders);
      // Events come one by one.
      response.flushHeaders();
      answer.pipe(response);
      answer.on("error", () => response.destroy());
    });
    asked.on("error", () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
    response.on("close", () => asked.destroy());
    request.pipe(asked);
  }

  #upgrade(request, socket, head) {
    const wish = this.#wish(request);
    if (!wish) return socket.destroy();
    const asked = ask(wish);
    const tell = ({ statusCode, statusMessage, rawHeaders }) => {
      const lines = [];
      for (let at = 0; at < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}\r\n`);
      socket.write(`HTTP/1.1 ${statusCode} ${statusMessage}\r\n${lines.join("")}\r\n`);
    };
    asked.on("upgrade", (answer, line, first) => {
      tell(answer);
      socket.write(first);
      line.write(head);
      line.pipe(socket).pipe(line);
      for (const end of [line, socket]) end.on("error", () => (line.destroy(), socket.destroy()));
    });
    asked.on("response", (answer) => {
      tell(answer);
      answer.pipe(socket);
    });
    asked.on("error", () => socket.destroy());
    socket.on("error", () => asked.destroy());
    asked.end();
  }

  async stop() {
    const closed = once(this.server, "close");
    this.server.close();
    // Those too that have become web sockets.
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

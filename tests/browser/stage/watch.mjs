// What must never happen on any page: a word on the console, a request to another host, a broken policy.
// Invariant: what was seen is kept until the test ends; only what a test expects is forgiven, and only while it does.

/** What a browser says when the server is away. */
const AWAY = /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|WebSocket connection to|status of 50[234]/;

export class Watch {
  faults = [];
  /** The server is away on purpose. */
  away = false;

  constructor(context, origin) {
    const { host } = new URL(origin);
    const own = (address) => {
      const url = new URL(address);
      return ["data:", "blob:", "about:"].includes(url.protocol) || url.host === host || url.host.endsWith(`.${host}`);
    };
    context.on("request", (request) => {
      if (!own(request.url())) this.faults.push(`a request to another host: ${request.url()}`);
    });
    context.on("console", (message) => {
      if (!["warning", "error", "assert"].includes(message.type())) return;
      if (this.away && AWAY.test(message.text())) return;
      this.faults.push(`console ${message.type()} on ${message.page()?.url()}: ${message.text()} (${message.location().url})`);
    });
    context.on("weberror", (fault) => this.faults.push(`uncaught on ${fault.page()?.url()}: ${fault.error()}`));
    context.on("page", (page) => {
      page.on("crash", () => this.faults.push(`the page crashed: ${page.url()}`));
      page.on("websocket", (socket) => {
        if (!own(socket.url().replace(/^ws/, "http"))) this.faults.push(`a socket to another host: ${socket.url()}`);
      });
    });
  }

  /** Takes back what a browser itself says of a page that is not there, or not taken. */
  forgive(status) {
    this.faults = this.faults.filter((fault) => !fault.includes(`status of ${status}`));
  }
}

/** Runs in every page before anything else: broken policies become errors on the console. */
export function reportPolicy() {
  addEventListener("securitypolicyviolation", (event) => {
    console.error(`policy broken: ${event.effectiveDirective} by ${event.blockedURI} at ${event.sourceFile}:${event.lineNumber}`);
  });
}

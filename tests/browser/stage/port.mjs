// Ports for programs that cannot choose one themselves and tell it.

import { once } from "node:events";
import { createServer } from "node:net";

/** A port of loopback that nobody listens on; found free, then left to whoever is told it. */
export async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}

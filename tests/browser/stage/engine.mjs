// What the host's engine holds: asked with the docker command, as an operator would.
// Invariant: only looks at and removes what is labelled with a test's own deployment.

import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const DEPLOYMENT = "drydock.deployment";

async function docker(...words) {
  const { stdout } = await run("docker", words);
  return stdout.split("\n").filter((line) => line !== "");
}

/** Those of some containers that are there, running or not. */
export async function containersLeft(ids) {
  const there = new Set(await docker("ps", "--all", "--quiet", "--no-trunc"));
  return ids.filter((id) => there.has(id));
}

/** Names of the volumes that a container uses and no other sandbox shares. */
export async function ownVolumesOf(container) {
  const format = '{{range .Mounts}}{{if eq .Type "volume"}}{{.Name}}\n{{end}}{{end}}';
  const names = await docker("inspect", "--format", format, container);
  return names.filter((name) => !name.startsWith("drydock-golden-"));
}

/** Everything of a deployment that is still there, a line each. */
export async function remainsOf(deployment) {
  const filter = ["--filter", `label=${DEPLOYMENT}=${deployment}`];
  const [containers, volumes, networks] = await Promise.all([
    docker("ps", "--all", "--format", "container {{.ID}} {{.Names}}", ...filter),
    docker("volume", "ls", "--format", "volume {{.Name}}", ...filter),
    docker("network", "ls", "--format", "network {{.ID}}", ...filter),
  ]);
  return [...containers, ...volumes, ...networks];
}

/** Those of some volumes that are still there. */
export async function volumesLeft(names) {
  const there = new Set(await docker("volume", "ls", "--format", "{{.Name}}"));
  return names.filter((name) => there.has(name)).map((name) => `volume ${name}`);
}

/** Removes the containers of a deployment at once, for an end in the middle. */
export function clearNow(deployment) {
  const words = ["ps", "--all", "--quiet", "--filter", `label=${DEPLOYMENT}=${deployment}`];
  const found = execFileSync("docker", words, { encoding: "utf8" }).split("\n").filter((line) => line !== "");
  if (found.length > 0) execFileSync("docker", ["rm", "--force", "--volumes", ...found]);
}

/** Removes everything of a deployment. */
export async function clear(deployment) {
  for (const line of await remainsOf(deployment)) {
    const [kind, name] = line.split(" ");
    if (kind === "container") await docker("rm", "--force", "--volumes", name);
    else await docker(kind, "rm", name);
  }
}

// Brings the islands of the page to life, once, when they are wanted.
// Invariant: nothing of wasm is fetched before that.

interface Glue {
  default(options: { module_or_path: string }): Promise<unknown>;
  hydrate(): void;
  [island: string]: unknown;
}

const site = document.getElementById("site") as HTMLScriptElement;

/** The address of a built file, by the name of its data attribute. */
export function address(name: "glue" | "wasm" | "terminal" | "editor"): string {
  return site.dataset[name] ?? "";
}

/** Whether the page asks for its islands at once. */
export const atOnce = site.dataset["wake"] === "now";

/** The free sandbox that this browser remembers; see `app/src/islands/bench/kept.rs`. */
const KEPT = "free-sandbox";

let awake: Promise<void> | undefined;
let done = false;

/** Whether the islands are awake. */
export function isAwake(): boolean {
  return done;
}

/** Whether there may be a sandbox on which this page can offer to go on. */
export function hasKept(): boolean {
  try {
    return document.querySelector("[data-may-try]") !== null && localStorage.getItem(KEPT) !== null;
  } catch {
    // Nothing is kept in this browser.
    return false;
  }
}

/** Wakes the islands; rejects when they cannot be had, and then may be tried again. */
export function wake(): Promise<void> {
  awake ??= start().catch((fault: unknown) => {
    awake = undefined;
    throw fault;
  });
  return awake;
}

async function start(): Promise<void> {
  const glue = (await import(address("glue"))) as Glue;
  await glue.default({ module_or_path: address("wasm") });
  glue.hydrate();
  for (const island of document.querySelectorAll<HTMLElement>("leptos-island")) {
    const enliven = glue[exportOf(island.dataset["component"] ?? "", Object.keys(glue))];
    if (typeof enliven === "function") enliven(island);
  }
  done = true;
}

/**
 * The export for an island. Its name ends in a hash of the island's source as the compiler prints it, which may
 * differ between the compilers of server and browser; the words before it do not.
 */
export function exportOf(component: string, exports: string[]): string {
  if (exports.includes(component)) return component;
  const stem = component.replace(/_\d+$/, "_");
  return exports.find((name) => name.startsWith(stem) && /^\d+$/.test(name.slice(stem.length))) ?? "";
}

// The small script of every page: what is too little for wasm, and the door to what is not.
// Invariant: every page reads and links without it.

import { announce } from "../page/announce.ts";
import { at, within } from "../page/base.ts";
import { copyText } from "../page/clipboard.ts";
import { code, listenForCode } from "../page/code.ts";
import { contents } from "../page/contents.ts";
import { feedback } from "../page/feedback.ts";
import { filter } from "../page/filter.ts";
import { finding } from "../page/finding.ts";
import { footnotes } from "../page/footnotes.ts";
import { offline } from "../page/offline.ts";
import { printing } from "../page/print.ts";
import { showTab, tabs } from "../page/tabs.ts";
import { theme } from "../page/theme.ts";
import { times } from "../page/times.ts";
import { zoom } from "../page/zoom.ts";
import { address, atOnce, hasKept, wake } from "../page/wake.ts";

interface TerminalPart {
  open(host: HTMLElement, url: string, preview: string | null, tell: (notice: string) => void): unknown;
}
interface EditorPart {
  open(host: HTMLElement, tell: (notice: string) => void): unknown;
}

/** What the islands call; see `app/src/islands/browser`. */
const parts = {
  announce,
  at,
  within,
  showTab,
  /** Copy buttons and local times in HTML that came later. */
  dress(root: ParentNode): void {
    code(root);
    times(root);
  },
  copy: copyText,
  focusInPlace(element: HTMLElement): void {
    element.focus({ preventScroll: true });
  },
  async openTerminals(host: HTMLElement, url: string, preview: string | undefined, tell: (notice: string) => void): Promise<unknown> {
    const part = (await import(address("terminal"))) as TerminalPart;
    return part.open(host, url, preview ?? null, tell);
  },
  /** Asked twice for the same place, it gives the same editor. */
  openEditor(host: HTMLElement, tell: (notice: string) => void): Promise<unknown> {
    const opened = editors.get(host) ?? openEditor(host, tell);
    editors.set(host, opened);
    return opened;
  },
};

const editors = new WeakMap<HTMLElement, Promise<unknown>>();

async function openEditor(host: HTMLElement, tell: (notice: string) => void): Promise<unknown> {
  try {
    const part = (await import(address("editor"))) as EditorPart;
    return part.open(host, tell);
  } catch (fault) {
    editors.delete(host);
    throw fault;
  }
}
Object.assign(globalThis, { drydock: parts });

theme();
tabs();
code(document);
listenForCode();
contents();
feedback();
filter();
times(document);
zoom();
footnotes();
printing();
finding();
offline();

if (atOnce) {
  wake().catch(() => {
    document.documentElement.dataset["broken"] = "";
    announce("The interactive part of this page could not be loaded. Reload the page to try again.");
  });
} else if (hasKept()) {
  // Pressing "Try it" tries again.
  wake().catch(() => undefined);
}

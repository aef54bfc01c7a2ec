// Footnotes where they are mentioned: the mark opens the note beside it.
// Invariant: the list at the foot stays as it is; a browser without popovers, and one without scripts, goes there.

import { place } from "./beside.ts";

const GAP = 8;

/** Lets the marks open their notes. */
export function footnotes(): void {
  if (!("popover" in HTMLElement.prototype)) return;
  for (const mark of document.querySelectorAll<HTMLAnchorElement>(".footnote-mark a")) {
    mark.setAttribute("aria-expanded", "false");
    mark.addEventListener("click", (event) => {
      // Whoever asks for a tab of its own gets it.
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      const note = document.getElementById(decodeURIComponent(mark.hash.slice(1)));
      if (!note) return;
      event.preventDefault();
      open(mark, note);
    });
  }
}

function open(mark: HTMLAnchorElement, note: HTMLElement): void {
  const shown = document.createElement("div");
  shown.className = "footnote-shown";
  shown.popover = "auto";
  shown.tabIndex = -1;
  shown.setAttribute("role", "dialog");
  shown.setAttribute("aria-label", mark.getAttribute("aria-label") ?? "Footnote");
  // A copy within the page must not take the names of what it was copied from.
  for (const node of note.childNodes) shown.append(node.cloneNode(true));
  for (const named of shown.querySelectorAll("[id]")) named.removeAttribute("id");
  shown.querySelector(".footnote-back")?.remove();
  shown.addEventListener("toggle", (event) => {
    const opened = event.newState === "open";
    mark.setAttribute("aria-expanded", String(opened));
    if (!opened) shown.remove();
  });
  // Next to the mark, so that reading and the Tab key go on from there.
  (mark.closest("sup") ?? mark).after(shown);
  shown.showPopover();
  const window = { width: document.documentElement.clientWidth, height: innerHeight };
  const edge = mark.closest("p, li, td, dd")?.getBoundingClientRect().left;
  const { left, top } = place(mark.getBoundingClientRect(), shown.getBoundingClientRect(), window, GAP, edge);
  shown.style.left = `${left}px`;
  shown.style.top = `${top}px`;
  shown.focus({ preventScroll: true });
  // It is where the mark was, and the text goes on.
  addEventListener("scroll", () => shown.isConnected && shown.hidePopover(), { once: true, passive: true });
}

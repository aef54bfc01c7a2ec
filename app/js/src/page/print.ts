// The button that prints.
// Invariant: what it prints is what the browser's own menu prints.

/** Shows the buttons and lets them print. */
export function printing(): void {
  for (const place of document.querySelectorAll<HTMLElement>("[data-print]")) {
    place.hidden = false;
    place.querySelector("button")?.addEventListener("click", () => window.print());
  }
}

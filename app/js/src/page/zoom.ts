// Figures, enlarged: on a phone a drawing is small, and its words with it.
// Invariant: the figure itself stays as it is; without a script nothing is offered.

import { announce } from "./announce.ts";

const ICON = `<svg viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5" aria-hidden="true"><path d="M9.5 2H14v4.5M14 2 9 7M6.5 14H2V9.5M2 14l5-5"/></svg>`;

/** Offers to enlarge every figure. */
export function zoom(): void {
  for (const image of document.querySelectorAll<HTMLImageElement>("figure.image > img")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "zoom-button";
    button.setAttribute("aria-label", "Enlarge the figure");
    button.innerHTML = ICON;
    button.addEventListener("click", () => enlarge(image));
    image.after(button);
  }
}

function enlarge(image: HTMLImageElement): void {
  const dialog = document.createElement("dialog");
  dialog.className = "zoom";
  dialog.setAttribute("aria-label", "The figure, enlarged");
  dialog.innerHTML = `<form method="dialog"><button class="button small">Close</button></form>`;
  const large = new Image();
  large.src = image.src;
  large.alt = image.alt;
  dialog.append(large);
  // A press beside the figure closes it too.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  announce("The figure is enlarged. Escape closes it.");
}

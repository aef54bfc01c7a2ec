// Copy and "Try it" on blocks of code.
// Invariant: what is copied is what is typed, without prompts and output.

import { announce } from "./announce.ts";
import { copyText } from "./clipboard.ts";
import { wake } from "./wake.ts";

function textOf(button: HTMLElement, given: string | undefined): string {
  return given || (button.closest("figure")?.querySelector("code")?.textContent ?? "");
}

async function copy(button: HTMLButtonElement): Promise<void> {
  // Kept at the first press: at a second one the button may still say how that went.
  const label = (button.dataset["label"] ??= button.textContent ?? "");
  try {
    await copyText(textOf(button, button.dataset["copy"]).replace(/\n$/, ""));
    button.textContent = "Copied";
    button.classList.add("done");
    announce("Copied");
  } catch {
    button.textContent = "Copying is blocked";
    announce("The browser does not let this page copy. Select the text instead.");
  }
  setTimeout(() => {
    button.textContent = label;
    button.classList.remove("done");
  }, 1600);
}

async function run(button: HTMLButtonElement): Promise<void> {
  // Not disabled, which would take the focus away.
  if (button.ariaDisabled === "true") return;
  button.ariaDisabled = "true";
  try {
    await wake();
    const wanted = { text: textOf(button, button.dataset["run"]), entry: button.dataset["fixture"] ?? null };
    document.dispatchEvent(new CustomEvent("drydock:try", { detail: JSON.stringify(wanted) }));
  } catch {
    announce("The sandbox part of this page could not be loaded. Check the network and try again.");
    button.textContent = "Could not load; try again";
  } finally {
    button.ariaDisabled = null;
  }
}

/** Shows the buttons of all blocks below `root` and lets them work. */
export function code(root: ParentNode): void {
  const mayTry = document.querySelector("[data-may-try]") !== null;
  for (const button of root.querySelectorAll<HTMLButtonElement>("button[data-copy]")) button.hidden = false;
  for (const button of root.querySelectorAll<HTMLButtonElement>("button[data-run]")) {
    if (mayTry) button.hidden = false;
    else button.remove();
  }
}

/** Listens for presses anywhere, also on blocks that come later. */
export function listenForCode(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("button[data-copy], button[data-run]");
    if (!button) return;
    void ("copy" in button.dataset ? copy(button) : run(button));
  });
}

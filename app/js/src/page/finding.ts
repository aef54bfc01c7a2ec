// Opens the search palette: `/`, Ctrl-K, or a press on the search field.
// Invariant: when the palette cannot be had, the field works as a plain form; no letter typed on the way is lost.

import { isAwake, wake } from "./wake.ts";

function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName) || target.closest(".screen, [data-editor]") !== null;
}

/** Brings the ways into the palette to life. */
export function finding(): void {
  const field = document.querySelector<HTMLInputElement>("[data-search] input");
  const open = async () => {
    const before = document.activeElement;
    // The field takes what is typed until the palette is there.
    if (!isAwake()) field?.focus({ preventScroll: true });
    try {
      await wake();
      const text = field?.value ?? "";
      if (field) field.value = "";
      // The palette gives the focus back to whoever has it now.
      if (before !== field) field?.blur();
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
      document.dispatchEvent(new CustomEvent("drydock:find", { detail: text }));
    } catch {
      (field ?? document.querySelector<HTMLInputElement>("#q"))?.focus();
    }
  };
  document.addEventListener("keydown", (event) => {
    const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !typing(event.target);
    const ctrlK = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
    if (!slash && !(ctrlK && !(event.target as Element).closest?.(".screen"))) return;
    event.preventDefault();
    void open();
  });
  field?.addEventListener("mousedown", (event) => {
    event.preventDefault();
    void open();
  });
  // Whoever reaches for the field wants the palette soon.
  field?.addEventListener("pointerenter", () => void wake().catch(() => undefined), { once: true });
}

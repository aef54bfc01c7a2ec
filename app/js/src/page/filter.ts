// Filter of the cheat sheet: every word must occur in the task or in the words that are kept with it.
// Invariant: an empty filter shows everything.

/** Lower-case words of a filter. */
export function words(text: string): string[] {
  return text.toLowerCase().split(/\s+/).filter((word) => word !== "");
}

/** Whether a text holds every word. */
export function holds(text: string, wanted: string[]): boolean {
  const lower = text.toLowerCase();
  return wanted.every((word) => lower.includes(word));
}

/** Brings the filter to life. */
export function filter(): void {
  const box = document.querySelector<HTMLElement>("[data-filter]");
  const input = box?.querySelector("input");
  if (!box || !input) return;
  box.hidden = false;
  const entries = [...document.querySelectorAll<HTMLElement>("[data-entry]")].map((element) => ({
    element,
    text: `${element.textContent} ${element.dataset["entry"]}`,
  }));
  const count = box.querySelector("[data-filter-count]");
  const apply = () => {
    const wanted = words(input.value);
    let shown = 0;
    for (const { element, text } of entries) {
      element.hidden = !holds(text, wanted);
      if (!element.hidden) shown++;
    }
    for (const group of document.querySelectorAll<HTMLElement>("[data-group]")) {
      group.hidden = group.querySelector("[data-entry]:not([hidden])") === null;
    }
    if (count) count.textContent = wanted.length === 0 ? "" : shown === 0 ? "Nothing; try fewer letters" : `${shown} of ${entries.length}`;
  };
  input.addEventListener("input", apply);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || input.value === "") return;
    input.value = "";
    apply();
    event.preventDefault();
  });
  apply();
}

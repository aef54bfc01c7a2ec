// Light or dark by choice; the choice is kept in this browser.
// Invariant: choosing what the system prefers anyway forgets the choice.

/** Brings the switch to life. */
export function theme(): void {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-theme-switch]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const now = root.dataset["theme"] ?? (dark.matches ? "dark" : "light");
      const next = now === "dark" ? "light" : "dark";
      if ((next === "dark") === dark.matches) {
        delete root.dataset["theme"];
        localStorage.removeItem("theme");
      } else {
        root.dataset["theme"] = next;
        localStorage.setItem("theme", next);
      }
    });
  }
}

// Tabs over sections that stand one below the other without a script.
// Invariant: exactly one panel is shown; the pattern is the usual one (arrows move, Home and End jump).

/** Shows a panel of the page's tabs by its id. */
export function showTab(id: string): void {
  document.querySelector<HTMLButtonElement>(`[role="tab"][aria-controls="${CSS.escape(id)}"]`)?.click();
}

/** Brings all tabs of the page to life. */
export function tabs(): void {
  for (const group of document.querySelectorAll<HTMLElement>("[data-tabs]")) {
    const list = group.querySelector<HTMLElement>("[data-tab-list]");
    if (!list) continue;
    const buttons = [...list.querySelectorAll<HTMLButtonElement>("button[aria-controls]")];
    const select = (chosen: HTMLButtonElement) => {
      for (const button of buttons) {
        const on = button === chosen;
        button.setAttribute("aria-selected", String(on));
        button.tabIndex = on ? 0 : -1;
        const panel = document.getElementById(button.getAttribute("aria-controls") ?? "");
        if (panel) panel.hidden = !on;
      }
    };
    list.hidden = false;
    list.setAttribute("role", "tablist");
    for (const button of buttons) {
      button.setAttribute("role", "tab");
      const panel = document.getElementById(button.getAttribute("aria-controls") ?? "");
      panel?.setAttribute("role", "tabpanel");
      panel?.setAttribute("aria-labelledby", button.id);
      button.addEventListener("click", () => select(button));
    }
    list.addEventListener("keydown", (event) => {
      const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
      const step: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 };
      const to = step[event.key];
      if (at < 0 || to === undefined) return;
      const button = buttons[(to + buttons.length) % buttons.length]!;
      select(button);
      button.focus();
      event.preventDefault();
    });
    if (buttons[0]) select(buttons[0]);
  }
}

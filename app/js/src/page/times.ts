// UTC instants shown in the reader's own time.

/** Rewrites every `<time datetime>` below `root`, once. */
export function times(root: ParentNode): void {
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  for (const element of root.querySelectorAll<HTMLTimeElement>("time[datetime]")) {
    const instant = new Date(element.dateTime);
    // What was said before is kept as the title, so whatever has one was rewritten already.
    if (Number.isNaN(instant.getTime()) || element.title !== "") continue;
    element.title = element.textContent ?? "";
    element.textContent = format.format(instant);
  }
}

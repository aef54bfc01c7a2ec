// On-page contents that follow the reader.
// Invariant: exactly one entry is marked, the last whose heading is above the fold.

/** Lets the contents follow. */
export function contents(): void {
  const nav = document.querySelector("[data-follow]");
  if (!nav) return;
  const entries = [...nav.querySelectorAll<HTMLAnchorElement>("ol a[href^='#']")].flatMap((link) => {
    const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    return heading ? [{ link, heading }] : [];
  });
  let waiting = false;
  const mark = () => {
    waiting = false;
    const line = innerHeight * 0.3;
    const atEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
    const passed = entries.filter(({ heading }) => heading.getBoundingClientRect().top < line);
    const current = (atEnd ? entries.at(-1) : passed.at(-1)) ?? entries[0];
    for (const { link } of entries) {
      if (link === current?.link) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };
  const later = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(mark);
  };
  addEventListener("scroll", later, { passive: true });
  addEventListener("resize", later, { passive: true });
  mark();
}

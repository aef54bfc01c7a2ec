// The path below which a proxy shows the site; see `app/src/base.rs`.
// Invariant: places are named from the site's own root everywhere else, and here alone become addresses.

const base = globalThis.document?.documentElement.dataset["base"] ?? "";

/** A place of this site, such as `/chapters`, as the browser asks for it. */
export function at(place: string): string {
  return base + place;
}

/** Rendered text that came later: its links and pictures as the browser asks for them. */
export function within(html: string): string {
  if (base === "") return html;
  const holder = document.createElement("template");
  holder.innerHTML = html;
  for (const name of ["href", "src"]) {
    for (const element of holder.content.querySelectorAll(`[${name}^="/"]:not([${name}^="//"])`)) {
      element.setAttribute(name, at(element.getAttribute(name) ?? ""));
    }
  }
  return holder.innerHTML;
}

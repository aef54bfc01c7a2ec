// Reading without a network: the worker that keeps pages, the sign that there is no network, the button for the whole book.
// Invariant: nothing is asked of a browser that cannot do it, and the page is none the slower.

import { announce } from "./announce.ts";
import { at } from "./base.ts";

type Word = { offline: true } | { book: "going"; done: number; of: number } | { book: "kept"; of: number } | { book: "failed" };

/** Lets pages be kept, and shows when this one was. */
export function offline(): void {
  const sign = document.getElementById("offline");
  const show = (is: boolean) => {
    if (!sign || sign.hidden === !is) return;
    const fromTop = scrollY === 0;
    sign.hidden = !is;
    // A page that was reloaded is held where its text was, which is below the sign: whoever reads the beginning would not see it.
    if (is && fromTop) requestAnimationFrame(() => requestAnimationFrame(() => scrollTo({ top: 0, behavior: "instant" })));
  };
  addEventListener("offline", () => show(true));
  addEventListener("online", () => show(false));
  if (!navigator.onLine) show(true);
  if (!("serviceWorker" in navigator)) return;

  const book = document.querySelector<HTMLElement>("[data-book]");
  const button = book?.querySelector("button");
  const said = book?.querySelector<HTMLElement>("[data-book-said]");
  const tell = (text: string) => {
    if (said) said.textContent = text;
  };
  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    const word = data as Word;
    if ("offline" in word) show(true);
    else if (word.book === "going") tell(`${word.done} of ${word.of} pages`);
    else {
      if (button) button.ariaDisabled = null;
      tell(word.book === "kept" ? `All ${word.of} pages are kept in this browser.` : "Not all pages came. Try again when the server can be reached.");
      announce(said?.textContent ?? "");
    }
  });
  navigator.serviceWorker.startMessages();
  // After everything that somebody waits for.
  const begin = () => void register(button, book, tell);
  if (document.readyState === "complete") begin();
  else addEventListener("load", begin);
}

async function register(button: HTMLButtonElement | null | undefined, book: HTMLElement | null, tell: (text: string) => void): Promise<void> {
  try {
    await navigator.serviceWorker.register(at("/worker.js"));
    const { active } = await navigator.serviceWorker.ready;
    if (!active) return;
    const files = performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => name.startsWith(location.origin));
    active.postMessage({ keep: "page", url: location.href, files });
    if (!book || !button) return;
    book.hidden = false;
    button.addEventListener("click", () => {
      // Not disabled, which would take the focus away.
      if (button.ariaDisabled === "true") return;
      button.ariaDisabled = "true";
      tell("Keeping…");
      active.postMessage({ keep: "book" });
    });
  } catch {
    // A browser that keeps nothing, a private window for example, reads all the same.
  }
}

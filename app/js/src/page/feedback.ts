// "Was this clear?" without leaving the page, about the section that is being read.
// Invariant: without this the form does the same, and comes back to the page.

import { announce } from "./announce.ts";
import { at } from "./base.ts";

/** Lets the form of a chapter ask about the section that is read, and send without a new page. */
export function feedback(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-feedback]");
  const said = document.querySelector<HTMLElement>("[data-said]");
  const section = form?.querySelector("select");
  if (!form || !said || !section) return;
  for (const link of document.querySelectorAll<HTMLAnchorElement>("a[href='#feedback']")) {
    link.addEventListener("click", () => {
      const read = document.querySelector<HTMLAnchorElement>("[data-follow] [aria-current]");
      const option = [...section.options].find((option) => read && option.value.endsWith(read.hash));
      if (option) section.value = option.value;
    });
  }
  // A mistake that is not named cannot be mended.
  const text = form.querySelector("textarea");
  form.addEventListener("change", () => {
    if (text) text.required = new FormData(form).get("opinion") === "mistake";
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send(form, said);
  });
}

async function send(form: HTMLFormElement, said: HTMLElement): Promise<void> {
  const button = form.querySelector("button");
  // Not disabled, which would take the focus away.
  if (button?.ariaDisabled === "true") return;
  if (button) button.ariaDisabled = "true";
  const tell = (text: string) => {
    said.textContent = text;
    announce(text);
  };
  try {
    const response = await fetch(at("/api/feedback"), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(Object.fromEntries(new FormData(form))),
    });
    if (response.ok) {
      form.reset();
      tell(said.dataset["said"] ?? "");
    } else {
      const problem = (await response.json()) as { detail: string; next: string };
      tell(`${problem.detail} ${problem.next}`);
    }
  } catch {
    tell("The server cannot be reached. What you wrote is still here; send it again later.");
  } finally {
    if (button) button.ariaDisabled = null;
  }
}

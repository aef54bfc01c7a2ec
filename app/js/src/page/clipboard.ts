// Copies texts.
// Invariant: works wherever the browser lets a page copy at all, also on a plain http address.

/** Puts a text into the clipboard; rejects when the browser forbids it. */
export async function copyText(text: string): Promise<void> {
  // Only secure pages are given one.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard) return clipboard.writeText(text);
  const fill = (event: ClipboardEvent) => {
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  document.addEventListener("copy", fill, { capture: true });
  try {
    if (!document.execCommand("copy")) throw new Error("copying is forbidden");
  } finally {
    document.removeEventListener("copy", fill, { capture: true });
  }
}

// The editor part: loaded when a file is opened.
// The islands know only `open` and the methods of what it gives.

import { Editor } from "../editor/editor.ts";

/** An editor in `host`; `tell` gets each notice as JSON. */
export function open(host: HTMLElement, tell: (notice: string) => void): Editor {
  return new Editor(host, (notice) => tell(JSON.stringify(notice)));
}

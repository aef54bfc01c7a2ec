// The terminal part: loaded when a sandbox is there.
// The islands know only `open` and the methods of what it gives.

import xtermStyle from "@xterm/xterm/css/xterm.css" with { type: "text" };
import { adopt, styleByProperties } from "../terminal/sheet.ts";
import { Terminals } from "../terminal/terminals.ts";

adopt(xtermStyle);
styleByProperties();

/** Terminals of the sandbox behind `url`, in `host`; `tell` gets each notice as JSON. */
export function open(host: HTMLElement, url: string, preview: string | null, tell: (notice: string) => void): Terminals {
  return new Terminals(host, url, preview, (notice) => tell(JSON.stringify(notice)));
}

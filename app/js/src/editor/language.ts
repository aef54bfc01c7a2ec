// Which language a file is written in, by its name or its first line.
// Invariant: what is not known is plain text.

import { StreamLanguage } from "@codemirror/language";
import { json } from "@codemirror/lang-json";
import { yaml } from "@codemirror/lang-yaml";
import { dockerFile } from "@codemirror/legacy-modes/mode/dockerfile";
import { nginx } from "@codemirror/legacy-modes/mode/nginx";
import { python } from "@codemirror/legacy-modes/mode/python";
import { shell } from "@codemirror/legacy-modes/mode/shell";
import type { Extension } from "@codemirror/state";

/** The name of a file's language, for tests and for choosing. */
export function languageName(path: string, firstLine: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  const ending = name.includes(".") ? name.slice(name.lastIndexOf(".") + 1) : "";
  if (/^(dockerfile|containerfile)(\..*)?$/.test(name) || ending === "dockerfile") return "dockerfile";
  if (ending === "yaml" || ending === "yml") return "yaml";
  if (ending === "json") return "json";
  if (ending === "py") return "python";
  if (["sh", "bash", "env"].includes(ending) || name === ".dockerignore" || name === ".gitignore") return "shell";
  if (name === "nginx.conf" || ending === "conf") return "nginx";
  if (/^#!.*\bpython/.test(firstLine)) return "python";
  if (/^#!.*\b(sh|bash|dash)\b/.test(firstLine)) return "shell";
  return "text";
}

/** The editor's support for a file. */
export function languageOf(path: string, text: string): Extension {
  switch (languageName(path, text.slice(0, 120).split("\n")[0] ?? "")) {
    case "dockerfile":
      return StreamLanguage.define(dockerFile);
    case "yaml":
      return yaml();
    case "json":
      return json();
    case "python":
      return StreamLanguage.define(python);
    case "shell":
      return StreamLanguage.define(shell);
    case "nginx":
      return StreamLanguage.define(nginx);
    default:
      return [];
  }
}

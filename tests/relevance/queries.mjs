// The judged queries.
// Invariant: what is read is complete and plausible; a faulty file is an error with the query's text.

import { readFileSync } from "node:fs";
import { parse } from "smol-toml";

export const KINDS = ["word", "phrase", "flag", "command", "question", "typo", "synonym", "prefix", "error", "whole-error"];
export const PARTS = [7, 8, 9, 10, 11];
const KEYS = ["text", "kind", "part", "best", "good"];

export function queries(file = new URL("queries.toml", import.meta.url)) {
  const { query: all } = parse(readFileSync(file, "utf8"));
  const seen = new Set();
  for (const query of all) {
    const { text, kind, part, best, good = [] } = query;
    const wrong = (why) => {
      throw new Error(`query "${text}": ${why}`);
    };
    if (typeof text !== "string" || !text.trim()) wrong("has no text");
    if (seen.has(text)) wrong("is there twice");
    seen.add(text);
    for (const key of Object.keys(query)) if (!KEYS.includes(key)) wrong(`unknown key ${key}`);
    if (!KINDS.includes(kind)) wrong(`unknown kind ${kind}`);
    if (!PARTS.includes(part)) wrong(`unknown part ${part}`);
    if (!best?.length) wrong("has no answer");
    for (const url of good) if (best.includes(url)) wrong(`${url} is both best and good`);
    if (new Set([...best, ...good]).size !== best.length + good.length) wrong("names an address twice");
  }
  return all;
}

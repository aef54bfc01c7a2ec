import assert from "node:assert/strict";
import { test } from "node:test";
import { KINDS, PARTS, queries } from "./queries.mjs";

const all = queries();
const of = (key, value) => all.filter((query) => query[key] === value).length;

test("there are enough queries of every part and kind", () => {
  assert.ok(all.length >= 180, `${all.length}`);
  for (const part of PARTS) assert.ok(of("part", part) >= 25, `part ${part} has ${of("part", part)}`);
  for (const kind of KINDS) assert.ok(of("kind", kind) >= 10, `${kind} has ${of("kind", kind)}`);
  assert.ok(of("kind", "typo") >= 20 && of("kind", "question") >= 20);
  assert.ok(of("kind", "error") + of("kind", "whole-error") >= 25);
});

test("what is pasted fits into a question to the search", () => {
  for (const { text } of all) assert.ok(text.length <= 2000, text);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { languageName } from "../src/editor/language.ts";
import { place } from "../src/page/beside.ts";
import { holds, words } from "../src/page/filter.ts";

test("languages go by name, else by the first line", () => {
  const cases: [string, string, string][] = [
    ["Dockerfile", "", "dockerfile"],
    ["app/Dockerfile.dev", "", "dockerfile"],
    ["Containerfile", "", "dockerfile"],
    ["compose.yaml", "", "yaml"],
    ["a/b.yml", "", "yaml"],
    ["package.json", "", "json"],
    [".dockerignore", "", "shell"],
    ["run", "#!/bin/sh", "shell"],
    ["run", "#!/usr/bin/env python3", "python"],
    ["nginx.conf", "", "nginx"],
    ["notes", "hello", "text"],
  ];
  for (const [path, first, name] of cases) assert.equal(languageName(path, first), name, path);
});

test("every word of a filter must occur", () => {
  assert.deepEqual(words("  No-Cache  BUILD "), ["no-cache", "build"]);
  assert.ok(holds("docker build --no-cache", words("BUILD no-c")));
  assert.ok(!holds("docker build", words("build cache")));
  assert.ok(holds("anything", words("")));
});

test("a note goes below its mark, above it where there is more room, and never out of the window", () => {
  const window = { width: 400, height: 600 };
  const size = { width: 300, height: 100 };
  const mark = (left: number, top: number) => ({ left, top, bottom: top + 20, width: 10 });
  assert.deepEqual(place(mark(195, 100), size, window, 8), { left: 50, top: 128 });
  assert.deepEqual(place(mark(195, 550), size, window, 8), { left: 50, top: 442 });
  assert.equal(place(mark(0, 100), size, window, 8).left, 8);
  assert.equal(place(mark(390, 100), size, window, 8).left, 92);
  assert.equal(place(mark(100, 100), size, window, 8, 40).left, 40);
  assert.equal(place(mark(100, 100), size, window, 8, 140).left, 92, "beyond the window");
  // What fits nowhere goes where more of it is seen.
  assert.equal(place(mark(195, 100), { width: 300, height: 700 }, window, 8).top, 128);
  assert.equal(place(mark(195, 500), { width: 300, height: 700 }, window, 8).top, 8);
});

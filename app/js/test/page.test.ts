import assert from "node:assert/strict";
import { test } from "node:test";
import { languageName } from "../src/editor/language.ts";
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

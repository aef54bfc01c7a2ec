// The committed pictures of the mark: they were drawn from the mark as it is.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";

/** The tests are run in `app/js`. */
const ROOT = "../../";

test("the pictures were drawn from the mark as it is now", () => {
  const digest = createHash("sha256");
  for (const source of ["style/mark.svg", "tests/browser/brand.mjs"]) digest.update(readFileSync(ROOT + source));
  const { sha256 } = JSON.parse(readFileSync(`${ROOT}style/brand/made-from.json`, "utf8")) as { sha256: string };
  assert.equal(sha256, digest.digest("hex"), "run `node tests/browser/brand.mjs` and commit what it draws");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { judge, rankOf, recallOf, summary } from "./metrics.mjs";

test("the rank is that of the first answer, and an address twice takes one place", () => {
  assert.equal(rankOf(["/a", "/a", "/b"], ["/b", "/c"]), 2);
  assert.equal(rankOf(["/a"], ["/b"]), 0);
  assert.equal(rankOf(Array.from({ length: 11 }, (_, at) => `/${at}`), ["/10"]), 0);
});

test("a page is not its section", () => {
  assert.equal(rankOf(["/chapters/a"], ["/chapters/a#b"]), 0);
  assert.equal(rankOf(["/chapters/a#b"], ["/chapters/a"]), 0);
});

test("recall counts as many as can be among the first five", () => {
  assert.equal(recallOf(["/a", "/x", "/b"], ["/a", "/b"]), 1);
  assert.equal(recallOf(["/a", "/x"], ["/a", "/b"]), 0.5);
  assert.equal(recallOf(["/0", "/1", "/2", "/3", "/4"], ["/0", "/1", "/2", "/3", "/4", "/5", "/6"]), 1);
  assert.equal(recallOf(["/1", "/2", "/3", "/4", "/5", "/a"], ["/a"]), 0);
});

test("what is good counts for recall and not for the rank", () => {
  assert.deepEqual(judge({ best: ["/a"], good: ["/b"] }, ["/b"]), { rank: 0, recall: 0.5, none: false });
  assert.deepEqual(judge({ best: ["/a"] }, []), { rank: 0, recall: 0, none: true });
});

test("a summary is the mean", () => {
  const outcomes = [{ rank: 1, recall: 1, none: false }, { rank: 2, recall: 0.5, none: false }, { rank: 0, recall: 0, none: true }, { rank: 4, recall: 0.5, none: false }];
  assert.deepEqual(summary(outcomes), { mrr: 1.75 / 4, recall: 0.5, zero: 0.25 });
});

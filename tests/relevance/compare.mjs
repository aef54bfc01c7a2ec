// Asks Drydock's search and others, over the same content, every judged query.
// usage: node compare.mjs --server http://127.0.0.1:PORT [--misses] [--keep]
//   --misses  also prints each query whose first result is not the answer
//   --keep    writes what was reached into floor.json; a later run that falls below it fails
// Writes target/relevance.json. Exits with 1 below 0.9, when not clearly ahead of the best of the others, or below the floor.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { drydock } from "./engines/drydock.mjs";
import { mdbook } from "./engines/mdbook.mjs";
import { minisearch } from "./engines/minisearch.mjs";
import { pagefind } from "./engines/pagefind.mjs";
import { judge, summary } from "./metrics.mjs";
import { KINDS, PARTS, queries } from "./queries.mjs";
import { site } from "./site.mjs";

const LEAST = 0.9;
const AHEAD = 0.05;
/** Smaller differences are rounding. */
const SLACK = 0.0005;
const FLOOR = new URL("floor.json", import.meta.url);
const TARGET = fileURLToPath(new URL("../../target", import.meta.url));

const { values: options } = parseArgs({
  options: { server: { type: "string" }, misses: { type: "boolean" }, keep: { type: "boolean" } },
});
if (!options.server) {
  console.error("usage: node compare.mjs --server http://127.0.0.1:PORT [--misses] [--keep]");
  process.exit(2);
}

const content = await site(options.server);
const judged = queries();
const known = new Set(content.documents.map(({ url }) => url));
const gone = judged.flatMap(({ text, best, good = [] }) =>
  [...best, ...good].filter((url) => !known.has(url)).map((url) => `  ${url}, judged for "${short(text)}"`),
);
if (gone.length > 0) {
  console.error(`judged pages that the site does not have:\n${gone.join("\n")}`);
  process.exit(2);
}

const finding = await pagefind(content);
const engines = [drydock(options.server), ...mdbook(content), ...finding, ...minisearch(content)];
const asked = [];
for (const engine of engines) {
  const outcomes = [];
  for (const query of judged) {
    const results = await engine.ask(query.text);
    outcomes.push({ query, results: results.slice(0, 10), ...judge(query, results) });
  }
  asked.push({ name: engine.name, outcomes, ...summary(outcomes) });
}
await finding.end();

const part = (outcomes, key, value) => summary(outcomes.filter(({ query }) => query[key] === value));
const [ours, ...others] = asked;
const best = others.reduce((one, other) => (other.mrr > one.mrr ? other : one));

console.log(`${judged.length} queries over ${content.documents.length} documents\n`);
table(["engine", "MRR@10", "recall@5", "nothing found"], asked.map(({ name, mrr, recall, zero }) => [name, fixed(mrr), fixed(recall), `${(100 * zero).toFixed(1)} %`]));
for (const [key, values] of [["kind", KINDS], ["part", PARTS]]) {
  const rows = values.map((value) => [
    value,
    judged.filter((query) => query[key] === value).length,
    fixed(part(ours.outcomes, key, value).recall),
    ...asked.map(({ outcomes }) => fixed(part(outcomes, key, value).mrr)),
  ]);
  console.log(`\nMRR@10 by ${key}`);
  table([key, "queries", "our recall@5", ...asked.map(({ name }) => name)], rows);
}
if (options.misses) misses();

mkdirSync(TARGET, { recursive: true });
const written = asked.map(({ name, mrr, recall, zero, outcomes }) => ({
  name,
  mrr,
  recall,
  zero,
  kinds: Object.fromEntries(KINDS.map((kind) => [kind, part(outcomes, "kind", kind)])),
  parts: Object.fromEntries(PARTS.map((number) => [number, part(outcomes, "part", number)])),
  queries: outcomes.map(({ query, results, rank, recall: of }) => ({ text: query.text, kind: query.kind, part: query.part, rank, recall: of, results })),
}));
writeFileSync(`${TARGET}/relevance.json`, `${JSON.stringify({ queries: judged.length, documents: content.documents.length, engines: written }, null, 1)}\n`);

const reached = { mrr: ours.mrr, recall: ours.recall, zero: ours.zero };
const faults = [];
if (ours.mrr < LEAST) faults.push(`MRR@10 is ${fixed(ours.mrr)}, less than ${LEAST}`);
if (ours.mrr < best.mrr + AHEAD) faults.push(`not clearly ahead of ${best.name}, which has ${fixed(best.mrr)}`);
if (options.keep) {
  writeFileSync(FLOOR, `${JSON.stringify(reached, null, 2)}\n`);
} else {
  const floor = JSON.parse(readFileSync(FLOOR, "utf8"));
  if (reached.mrr < floor.mrr - SLACK) faults.push(`MRR@10 fell from ${fixed(floor.mrr)} to ${fixed(reached.mrr)}`);
  if (reached.recall < floor.recall - SLACK) faults.push(`recall@5 fell from ${fixed(floor.recall)} to ${fixed(reached.recall)}`);
  if (reached.zero > floor.zero + SLACK) faults.push(`more queries find nothing: ${fixed(reached.zero)} instead of ${fixed(floor.zero)}`);
}
console.log();
for (const fault of faults) console.log(`FAULT: ${fault}`);
if (faults.length === 0) console.log(`${fixed(ours.mrr)}, ${fixed(ours.mrr - best.mrr)} ahead of ${best.name}`);
process.exitCode = faults.length === 0 ? 0 : 1;

function misses() {
  console.log("\nWhere the first result is not the answer");
  for (const { query, results, rank } of ours.outcomes) {
    if (rank === 1) continue;
    const others = asked.slice(1).map(({ name, outcomes }) => [name, outcomes.find((it) => it.query === query).rank]);
    console.log(`\n${rank ? `rank ${rank}` : "missing"}  ${query.kind}  ${short(query.text)}`);
    console.log(`  wanted  ${query.best.join("  ")}`);
    console.log(`  came    ${results.slice(0, Math.max(3, rank)).join("  ") || "nothing"}`);
    console.log(`  others  ${others.map(([name, at]) => `${name}: ${at || "none"}`).join(", ")}`);
  }
}

function table(head, rows) {
  const all = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  for (const row of all) console.log(row.map((cell, column) => (column ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))).join("  "));
}

function fixed(value) {
  return value.toFixed(3);
}

function short(text) {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length > 70 ? `${line.slice(0, 69)}…` : line;
}

// What a list of results is worth against a judgement.
// Invariant: a result counts when its address is one that was judged, and only once; every engine is measured by this alone.

/** How far down a first answer still counts, and how far down answers are counted. */
export const DEEPEST = 10;
export const ABOVE = 5;

/** The place of the first result that is THE answer; 0 when there is none among the first ten. */
export function rankOf(results, best) {
  return once(results).slice(0, DEEPEST).findIndex((url) => best.includes(url)) + 1;
}

/** The share of the acceptable pages that are among the first five, of as many as can be there. */
export function recallOf(results, accepted) {
  const found = once(results).slice(0, ABOVE).filter((url) => accepted.includes(url)).length;
  return found / Math.min(ABOVE, accepted.length);
}

/** One query's outcome. */
export function judge(query, results) {
  return {
    rank: rankOf(results, query.best),
    recall: recallOf(results, [...query.best, ...(query.good ?? [])]),
    none: results.length === 0,
  };
}

/** The means over outcomes. */
export function summary(outcomes) {
  const mean = (value) => outcomes.reduce((sum, outcome) => sum + value(outcome), 0) / outcomes.length;
  return {
    mrr: mean(({ rank }) => (rank ? 1 / rank : 0)),
    recall: mean(({ recall }) => recall),
    zero: mean(({ none }) => (none ? 1 : 0)),
  };
}

const once = (results) => [...new Set(results)];

// MiniSearch over sections, with prefixes, typing errors and the boost of titles that its documentation shows;
// and with the boosts that VitePress ships with, the best-known use of it for documentation.

import MiniSearch from "minisearch";

export function minisearch({ documents }) {
  const index = new MiniSearch({ fields: ["title", "titles", "text"] });
  index.addAll(documents.map(({ heading, above, text }, id) => ({ id, title: heading, titles: above.join("\n"), text })));
  const engine = (name, boost) => ({
    name,
    ask: async (text) => index.search(text, { prefix: true, fuzzy: 0.2, boost }).map(({ id }) => documents[id].url),
  });
  return [engine("MiniSearch", { title: 2 }), engine("MiniSearch, VitePress", { title: 4, text: 2, titles: 1 })];
}

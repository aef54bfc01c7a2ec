// mdBook's search: elasticlunr over sections, with the fields and options that mdBook passes.
// Its default links words by OR; the sample in its documentation sets `use-boolean-and`, so that is tried as well.

import elasticlunr from "elasticlunr";

/** mdBook's `limit-results`. */
const MOST = 30;

export function mdbook({ documents }) {
  const index = elasticlunr(function () {
    this.setRef("id");
    for (const field of ["title", "body", "breadcrumbs"]) this.addField(field);
    this.saveDocument(false);
  });
  const flat = (text) => text.replace(/\s+/g, " ").trim();
  documents.forEach(({ heading, above, text }, id) =>
    index.addDoc({ id, title: flat(heading), body: flat(text), breadcrumbs: flat([...above, heading].join(" » ")) }),
  );
  const options = (bool) => ({
    bool,
    expand: true,
    fields: { title: { boost: 2 }, body: { boost: 1 }, breadcrumbs: { boost: 1 } },
  });
  const engine = (name, bool) => ({
    name,
    ask: async (text) => index.search(text.trim(), options(bool)).slice(0, MOST).map(({ ref }) => documents[ref].url),
  });
  return [engine("mdBook", "OR"), engine("mdBook, AND", "AND")];
}

// Drydock's own search, asked over HTTP.

export function drydock(server) {
  return {
    name: "Drydock",
    async ask(text) {
      const url = new URL("/api/search", server);
      url.search = new URLSearchParams({ q: text, limit: "10" });
      const answer = await fetch(url);
      if (!answer.ok) throw new Error(`${answer.status} for ${text}`);
      return (await answer.json()).hits.map((hit) => hit.url);
    },
  };
}

// What there is to find, taken from a running server's pages.
// Invariant: every engine that is compared gets these documents and no others: a section of a chapter, an entry of the cheat
// sheet, an exercise. What Drydock searches and its pages do not show (tags, what a check explains) is added from `content/`.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse as parseHtml } from "parse5";
import { parse as parseToml } from "smol-toml";

const CONTENT = fileURLToPath(new URL("../../content", import.meta.url));
/** Not part of a text: controls, and the signs behind headings. */
const LEFT_OUT = new Set(["script", "style", "button", "svg", "template"]);
const LINES = new Set("p div li tr td th pre h1 h2 h3 h4 h5 h6 dt dd dl ul ol table figure figcaption blockquote section article header aside".split(" "));

/**
 * A document is `{url, title, above, heading, text}`: `title` of its page, `above` the headings that it stands under.
 * Returns them all, and the pages as lists of the documents on each.
 */
export async function site(server) {
  const page = async (path) => {
    const answer = await fetch(new URL(path, server));
    if (!answer.ok) throw new Error(`${answer.status} from ${path}`);
    return parseHtml(await answer.text());
  };
  const listed = async (kind) => {
    const links = all(await page(`/${kind}`), (node) => node.tagName === "a").map((node) => attribute(node, "href") ?? "");
    const found = [...new Set(links.filter((href) => new RegExp(`^/${kind}/[a-z0-9-]+$`).test(href)))];
    if (found.length === 0) throw new Error(`no ${kind} are listed`);
    return found;
  };
  const pages = [];
  for (const url of await listed("chapters")) pages.push(chapter(url, await page(url), tagsOfChapter(url)));
  for (const entry of entries(await page("/cheatsheet/whole"), await page("/cheatsheet"))) pages.push([entry]);
  for (const url of await listed("exercises")) pages.push([exercise(url, await page(url))]);
  return { pages, documents: pages.flat() };
}

function chapter(url, html, tags) {
  const article = first(html, (node) => node.tagName === "article" && has(node, "text"));
  const title = text(first(article, (node) => node.tagName === "h1"));
  const lead = text(first(article, (node) => has(node, "lead")));
  const documents = [{ url, title, above: [], heading: title, text: lines(lead, tags.join(", ")) }];
  // The headings that are open, by level.
  const open = [];
  const into = (node) => {
    const level = { h2: 2, h3: 3 }[node.tagName];
    const anchor = level && attribute(node, "id");
    if (anchor) {
      open.length = level - 2;
      documents.push({ url: `${url}#${anchor}`, title, above: [title, ...open.filter(Boolean)], heading: text(node), text: "" });
      open[level - 2] = text(node);
    } else if (node.childNodes?.some((child) => ["h2", "h3"].includes(child.tagName))) {
      node.childNodes.forEach(into);
    } else {
      const last = documents.at(-1);
      last.text = lines(last.text, text(node));
    }
  };
  first(article, (node) => has(node, "prose")).childNodes.forEach(into);
  return documents;
}

/** `list` has the words that are kept with each, and the address. */
function entries(html, list) {
  const listed = all(list, (node) => attribute(node, "data-entry") !== undefined).map((item) => {
    const url = attribute(first(item, (node) => node.tagName === "a"), "href");
    return [url.split("#")[1], { url, words: attribute(item, "data-entry") }];
  });
  const places = new Map(listed);
  return all(html, (node) => node.tagName === "section" && has(node, "group")).flatMap((group) => {
    const heading = text(first(group, (node) => node.tagName === "h2"));
    return all(group, (node) => node.tagName === "article" && has(node, "entry")).map((entry) => {
      const task = first(entry, (node) => node.tagName === "h3");
      const rest = entry.childNodes.filter((node) => node !== task).map(text);
      const { url, words } = places.get(attribute(entry, "id"));
      const body = lines(...rest, words);
      return { url, title: "Cheat sheet", above: ["Cheat sheet", heading], heading: text(task), text: body };
    });
  });
}

function exercise(url, html) {
  const title = text(first(html, (node) => node.tagName === "h1"));
  const task = text(first(html, (node) => attribute(node, "id") === "task"));
  const file = parseToml(readFileSync(join(CONTENT, url, "exercise.toml"), "utf8"));
  const explained = file.check.flatMap(({ claim, why }) => [claim, why]);
  return { url, title, above: ["Exercises"], heading: title, text: lines(file.summary, task, ...explained, file.tags.join(", ")) };
}

function tagsOfChapter(url) {
  const name = new RegExp(`^[0-9]+-${url.split("/").at(-1)}\\.md$`);
  const folder = join(CONTENT, "chapters");
  const file = readdirSync(folder, { recursive: true }).find((path) => name.test(path.split("/").at(-1)));
  return parseToml(readFileSync(join(folder, file), "utf8").split("+++")[1]).tags;
}

const attribute = (node, name) => node.attrs?.find((it) => it.name === name)?.value;
const has = (node, name) => (attribute(node, "class") ?? "").split(/\s+/).includes(name);
const lines = (...texts) => texts.filter(Boolean).join("\n");

function* below(node) {
  yield node;
  for (const child of node.childNodes ?? []) yield* below(child);
}
const all = (node, wanted) => [...below(node)].filter(wanted);
function first(node, wanted) {
  for (const found of below(node)) if (wanted(found)) return found;
  throw new Error("a page is not built as expected");
}

function text(node) {
  const of = (it) => {
    if (it.nodeName === "#text") return it.value;
    if (LEFT_OUT.has(it.tagName) || has(it, "anchor")) return "";
    const inside = (it.childNodes ?? []).map(of).join("");
    return LINES.has(it.tagName) ? `\n${inside}\n` : inside;
  };
  return of(node).replace(/[^\S\n]+/g, " ").replace(/ ?\n[\n ]*/g, "\n").trim();
}

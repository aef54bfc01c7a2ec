// How the pages look to a newcomer: from a phone to a desk, light and dark, for everybody.

import { looksRight } from "./stage/looks.mjs";
import { stage } from "./stage/stage.mjs";

const can = stage();
const PAGES = [
  ["home", "/", { fullPage: true }],
  ["chapters", "/chapters", { fullPage: true }],
  ["chapter", "/chapters/flattening-images", {}],
  ["cheat sheet", "/cheatsheet", {}],
  ["essential sheet", "/cheatsheet/essential", { fullPage: true }],
  ["whole part", "/chapters/part/7", {}],
  ["design", "/design", { fullPage: true }],
  ["search results", "/search?q=flaten+image", { fullPage: true }],
  ["exercises", "/exercises", { fullPage: true }],
  ["exercise", "/exercises/flatten-secret-image", {}],
  ["progress before anything", "/progress", { fullPage: true }],
];

for (const [name, path, options] of PAGES) {
  can(`anybody can use the page “${name}” on a phone, a tablet and a desk, light and dark`, async ({ arrive }) => {
    const reader = await arrive();
    await reader.open(path);
    await looksRight(reader.page, name, options);
  });
}

can("anybody can use the open search on a phone, a tablet and a desk, light and dark", async ({ arrive }) => {
  const reader = await arrive();
  await reader.open("/chapters/flattening-images");
  await reader.page.keyboard.press("/");
  await reader.page.getByRole("combobox", { name: "Search" }).fill("flaten image");
  await reader.page.locator(".palette-hit").first().waitFor();
  await looksRight(reader.page, "search open");
});

// Finding and taking: search as you type, copy, the choice of light or dark.

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { stage } from "./stage/stage.mjs";

const can = stage();
/** Waits until the palette shows the hits of what is typed, not of something before. */
const answered = (page) => page.locator(".palette-note", { hasText: /\d+ hits?\b/ }).waitFor();

for (const keys of ["/", "Control+k"]) {
  can(`a reader presses ${keys}, types with a slip, chooses the chapter on flattening by keyboard, and Enter opens it`, async ({ arrive }) => {
    const reader = await arrive();
    const { page } = reader;
    await reader.open("/chapters/build-cache");
    await page.keyboard.press(keys);
    const field = page.getByRole("combobox", { name: "Search" });
    await field.waitFor();
    assert.ok(await field.evaluate((it) => it === document.activeElement), "the field has the focus");
    await page.keyboard.type("flaten image");
    await answered(page);
    const chosen = page.locator('.palette-hit[aria-selected="true"]');
    await chosen.filter({ hasText: /flatten/i }).waitFor();
    const chapter = page.getByRole("group", { name: "Chapters" }).getByRole("option", { name: "Flattening images" }).first();
    const wanted = await chapter.getAttribute("id");
    for (let presses = 0; (await field.getAttribute("aria-activedescendant")) !== wanted; presses++) {
      assert.ok(presses < 12, "the arrows never come to the chapter");
      await page.keyboard.press("ArrowDown");
      assert.equal(await field.getAttribute("aria-activedescendant"), await chosen.getAttribute("id"));
    }
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/chapters\/flattening-images/);
    assert.equal(await page.locator("h1").innerText(), "Flattening images");
  });
}

can("a reader types what a section is about, and Enter opens the chapter at that section", async ({ arrive }) => {
  const reader = await arrive();
  const { page } = reader;
  await reader.open("/");
  await page.keyboard.press("/");
  await page.getByRole("combobox", { name: "Search" }).fill("what import drops");
  await answered(page);
  await page.getByRole("option", { name: /What import drops/ }).waitFor();
  const chosen = page.locator('.palette-hit[aria-selected="true"]');
  while (!/What import drops/.test(await chosen.innerText())) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(/flattening-images#what-import-drops$/);
  const heading = page.getByRole("heading", { name: "What import drops" });
  await page.waitForFunction(() => {
    const { top } = document.getElementById("what-import-drops").getBoundingClientRect();
    return top > 0 && top < innerHeight / 2;
  });
  assert.ok(await heading.isVisible());
});

can("a reader types as soon as the key is pressed, and no letter is lost", async ({ arrive }) => {
  const reader = await arrive();
  const { page } = reader;
  await reader.open("/chapters/build-cache");
  await page.route("**/*.wasm", async (route) => {
    await pause(700);
    await route.continue();
  });
  await page.keyboard.press("/");
  await page.keyboard.type("flaten");
  const field = page.getByRole("combobox", { name: "Search" });
  await field.waitFor();
  await page.keyboard.type(" image");
  assert.equal(await field.inputValue(), "flaten image");
  await answered(page);
  await page.keyboard.press("Escape");
  assert.ok(await page.evaluate(() => document.activeElement === document.body), "the focus is where it was");
  assert.equal(await page.getByRole("searchbox", { name: /Search chapters/ }).inputValue(), "");
});

can("a reader presses Enter before the hits are there, and it opens a hit of what they typed", async ({ arrive }) => {
  const reader = await arrive();
  const { page } = reader;
  await reader.open("/");
  const kinds = ["entry", "chapter", "exercise", "error"];
  const hits = await (await reader.ask("GET", "/api/search?q=what%20import%20drops&limit=12")).json();
  const first = kinds.map((kind) => hits.find((hit) => hit.kind === kind)).find(Boolean);
  await page.keyboard.press("/");
  await page.getByRole("combobox", { name: "Search" }).fill("prune");
  await answered(page);
  await page.getByRole("combobox", { name: "Search" }).fill("what import drops");
  await page.keyboard.press("Enter");
  await page.waitForURL(`**${first.url}`);
});

can("a reader takes up a search of before", async ({ arrive }) => {
  const reader = await arrive();
  const { page } = reader;
  await reader.open("/");
  await page.keyboard.press("/");
  await page.getByRole("combobox", { name: "Search" }).fill("flaten image");
  await answered(page);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/(chapters|cheatsheet|exercises)/);
  await page.keyboard.press("/");
  await page.getByRole("button", { name: "flaten image" }).click();
  const field = page.getByRole("combobox", { name: "Search" });
  assert.equal(await field.inputValue(), "flaten image");
  assert.ok(await field.evaluate((it) => it === document.activeElement), "the field has the focus");
  await answered(page);
});

can("a reader closes the search with Escape and goes on where they were", async ({ arrive }) => {
  const reader = await arrive();
  const { page } = reader;
  await reader.open("/chapters/build-cache");
  await page.getByRole("searchbox", { name: /Search chapters/ }).click();
  await page.getByRole("combobox", { name: "Search" }).waitFor();
  await page.keyboard.type("prune");
  await page.locator(".palette-hit").first().waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("combobox", { name: "Search" }).waitFor({ state: "hidden" });
  assert.match(page.url(), /build-cache$/);
});

can("somebody at work pastes an error message and copies the command that helps", async ({ arrive }) => {
  const reader = await arrive();
  const { page } = reader;
  await reader.open("/");
  await page.keyboard.press("/");
  await page.getByRole("combobox", { name: "Search" }).fill("COPY failed: forbidden path outside the build context");
  await page.locator(".palette-hit", { hasText: /context/i }).first().waitFor();
  await page.getByRole("combobox", { name: "Search" }).fill("docker save");
  await answered(page);
  const entry = page.locator(".palette-hit", { has: page.locator(".palette-snippet.command", { hasText: "docker save" }) }).first();
  await entry.waitFor();
  while ((await entry.getAttribute("aria-selected")) !== "true") await page.keyboard.press("ArrowDown");
  const command = (await entry.locator(".palette-snippet").innerText()).trim();
  await page.keyboard.press("Control+Enter");
  await page.locator("#announce", { hasText: "Copied" }).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(copied.includes("docker save") && copied.startsWith(command.slice(0, 12)), `${copied} for ${command}`);
});

can("a reader copies a block of code without its prompts and output", async ({ arrive }) => {
  const reader = await arrive();
  const { page } = reader;
  await reader.open("/chapters/flattening-images");
  const block = page.locator("figure.code", { hasText: "container=$(docker create leaky)" }).first();
  await block.hover();
  await block.getByRole("button", { name: "Copy" }).click();
  await block.getByRole("button", { name: "Copied" }).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /^container=\$\(docker create leaky\)\ndocker export/);
  assert.doesNotMatch(copied, /^\$ |sha256:|Imported from/m);
});

can("a reader copies twice in a row, also where the browser gives the page no clipboard", async ({ arrive }) => {
  const reader = await arrive();
  const { page } = reader;
  await page.addInitScript(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
  await reader.open("/cheatsheet");
  const entry = page.locator("[data-entry]").first();
  await entry.hover();
  await entry.getByRole("button", { name: "Copy" }).click();
  await entry.getByRole("button", { name: "Copied" }).click();
  await entry.getByRole("button", { name: "Copy", exact: true }).waitFor();
  await page.getByLabel("Filter").focus();
  await page.keyboard.press("Control+v");
  const copied = await page.getByLabel("Filter").inputValue();
  const command = await entry.locator("pre").innerText();
  assert.ok(copied !== "" && command.replace(/\s+/g, "").startsWith(copied.replace(/\s+/g, "").slice(0, 12)), `${copied} for ${command}`);
});

can("a reader filters the cheat sheet and copies a command", async ({ arrive }) => {
  const reader = await arrive();
  const { page } = reader;
  await reader.open("/cheatsheet");
  const all = await page.locator("[data-entry]:visible").count();
  await page.getByLabel("Filter").fill("secret");
  const shown = await page.locator("[data-entry]:visible").count();
  assert.ok(shown > 0 && shown < all, `${shown} of ${all}`);
  const entry = page.locator("[data-entry]:visible").first();
  const command = await entry.locator("pre").innerText();
  await entry.hover();
  await entry.getByRole("button", { name: "Copy" }).click();
  await entry.getByRole("button", { name: "Copied" }).waitFor();
  assert.equal((await page.evaluate(() => navigator.clipboard.readText())).trim(), command.trim());
});

can("a reader chooses dark, and every page remembers it", async ({ arrive }) => {
  const reader = await arrive();
  const { page } = reader;
  const turn = () => page.getByRole("button", { name: "Switch between light and dark" }).click();
  // The sum of red, green and blue of the page's ground: little when it is dark.
  const isDark = (wanted) =>
    page.waitForFunction((dark) => {
      const ground = getComputedStyle(document.documentElement).backgroundColor;
      return ground.match(/\d+/g).reduce((sum, part) => sum + Number(part), 0) < 200 === dark;
    }, wanted);
  await reader.open("/");
  await isDark(false);
  await turn();
  await isDark(true);
  await reader.open("/chapters");
  await isDark(true);
  await turn();
  await isDark(false);
  await page.reload();
  await isDark(false);
});

can("a figure, which draws itself light where it is dark, stands on the ground of the theme", async ({ arrive }) => {
  const reader = await arrive();
  const { page } = reader;
  await reader.open("/chapters/image-names");
  const brightness = () =>
    page.locator("figure img").first().evaluate((figure) =>
      getComputedStyle(figure).backgroundColor.match(/\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0));
  assert.ok((await brightness()) > 600);
  await page.getByRole("button", { name: "Switch between light and dark" }).click();
  assert.ok((await brightness()) < 200);
  await page.emulateMedia({ media: "print" });
  assert.ok((await brightness()) > 600, "on paper");
});

can("a reader walks every page of the site without a complaint of the browser", async ({ arrive }) => {
  const reader = await arrive();
  const { page } = reader;
  await reader.open("/");
  const seen = new Set();
  const ahead = ["/", "/chapters", "/cheatsheet", "/exercises", "/progress", "/search", "/search?q=layer"];
  while (ahead.length > 0) {
    const path = ahead.pop();
    if (seen.has(path)) continue;
    seen.add(path);
    await reader.open(path);
    assert.equal(await page.locator("h1").count(), 1, path);
    const links = await page.locator("a[href^='/']").evaluateAll((all) => all.map((link) => link.getAttribute("href").replace(/#.*/, "")));
    ahead.push(...links.filter((link) => link !== "" && !seen.has(link) && !link.startsWith("/search?")));
  }
  assert.ok(seen.size > 20, `${seen.size} pages`);
}, 600_000);

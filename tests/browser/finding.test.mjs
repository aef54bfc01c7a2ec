// Finding and taking: search as you type, copy, the choice of light or dark.

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { stage } from "./stage/stage.mjs";

const can = stage();
/** Waits until the palette shows the hits of what is typed, not of something before. */
const answered = (page) => page.locator(".palette-note [role=status]", { hasText: /\d+ hits?$/ }).waitFor();

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
    const chapter = page.getByRole("group", { name: /^Chapters \d+$/ }).getByRole("option", { name: "Flattening images" }).first();
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
  const { hits } = await (await reader.ask("GET", "/api/search?q=what%20import%20drops&limit=12")).json();
  await page.keyboard.press("/");
  await page.getByRole("combobox", { name: "Search" }).fill("prune");
  await answered(page);
  await page.getByRole("combobox", { name: "Search" }).fill("what import drops");
  await page.keyboard.press("Enter");
  await page.waitForURL(`**${hits[0].url}`);
});

can("a reader who listens is told what there is, how much of it, and where they are", async ({ arrive }) => {
  const reader = await arrive();
  const { page } = reader;
  await reader.open("/chapters/build-cache");
  await page.keyboard.press("/");
  const dialog = page.getByRole("dialog", { name: "Search" });
  const field = dialog.getByRole("combobox", { name: "Search" });
  const status = dialog.getByRole("status");
  await field.waitFor();
  assert.equal(await field.getAttribute("aria-expanded"), "false");
  assert.equal(await field.getAttribute("aria-activedescendant"), null);
  await page.route("**/api/search?*", async (route) => {
    await pause(300);
    await route.continue();
  });
  await page.keyboard.type("prune");
  await dialog.getByText("Searching…").waitFor();
  assert.equal(await status.innerText(), "", "what is under way is not told");
  await status.filter({ hasText: /^12 of \d+ hits$/ }).waitFor();
  assert.equal(await field.getAttribute("aria-expanded"), "true");
  assert.equal(await field.getAttribute("aria-autocomplete"), "list");
  const list = page.locator(`#${await field.getAttribute("aria-controls")}`);
  assert.equal(await list.getAttribute("role"), "listbox");
  const keys = await page.locator(`#${await field.getAttribute("aria-describedby")}`).textContent();
  assert.match(keys, /Enter open .*Ctrl Enter copy the command or start the exercise .*Esc close/s);
  const groups = list.getByRole("group");
  assert.ok((await groups.count()) > 1);
  assert.equal(await list.getByRole("option").count(), 12);
  let inGroups = 0;
  for (const group of await groups.all()) {
    const [label] = (await page.locator(`#${await group.getAttribute("aria-labelledby")}`).innerText()).match(/^(Cheat sheet|Chapters|Exercises|Error messages) \d+$/) ?? [];
    assert.ok(label, await group.innerText());
    inGroups += await group.getByRole("option").count();
  }
  assert.equal(inGroups, 12, "every option is in a group");
  // One option is chosen, the field names it, and it can be seen, all the way round and back.
  for (const key of [...Array(13).fill("ArrowDown"), "ArrowUp", "ArrowUp", "PageDown", "PageUp"]) {
    await page.keyboard.press(key);
    const chosen = list.locator('[aria-selected="true"]');
    assert.equal(await chosen.count(), 1, key);
    assert.equal(await field.getAttribute("aria-activedescendant"), await chosen.getAttribute("id"), key);
    const [box, around] = [await chosen.boundingBox(), await list.boundingBox()];
    assert.ok(box.y >= around.y - 1 && box.y + box.height <= around.y + around.height + 1, `${key}: the chosen option can be seen`);
    assert.ok(await field.evaluate((it) => it === document.activeElement), "the field keeps the focus");
  }
  await field.fill("zzzzqqqq");
  await status.filter({ hasText: "Nothing found." }).waitFor();
  assert.equal(await field.getAttribute("aria-expanded"), "false");
  assert.equal(await field.getAttribute("aria-activedescendant"), null);
});

can("a reader who finds nothing goes on by keyboard to where it may be", async ({ arrive }) => {
  const reader = await arrive();
  const { page } = reader;
  await reader.open("/chapters/build-cache");
  await page.keyboard.press("/");
  const dialog = page.getByRole("dialog", { name: "Search" });
  await dialog.getByRole("combobox").fill("zzzzqqqq");
  await dialog.getByText("Try fewer words or the bare command").waitFor();
  const sheet = dialog.getByRole("link", { name: "cheat sheet" });
  for (let presses = 0; !(await sheet.evaluate((it) => it === document.activeElement)); presses++) {
    assert.ok(presses < 4, "Tab never comes to the link");
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
  await page.waitForURL("**/cheatsheet");
});

can("a reader closes the search, and the focus is where it was", async ({ arrive }) => {
  const reader = await arrive();
  const { page } = reader;
  await reader.open("/chapters/build-cache");
  const before = page.getByRole("button", { name: "Switch between light and dark" });
  for (const close of [() => page.keyboard.press("Escape"), () => page.getByRole("dialog").getByRole("button", { name: "Close" }).click()]) {
    await before.focus();
    await page.keyboard.press("Control+k");
    const field = page.getByRole("combobox", { name: "Search" });
    await field.waitFor();
    await field.fill("prune");
    await answered(page);
    await close();
    await field.waitFor({ state: "hidden" });
    assert.ok(await before.evaluate((it) => it === document.activeElement), "the focus is where it was");
  }
});

can("a learner starts an exercise by keyboard from another page, and nothing starts by itself", async ({ arrive }) => {
  const learner = await arrive();
  const { page } = learner;
  await learner.open("/chapters/build-cache");
  await page.keyboard.press("/");
  const field = page.getByRole("combobox", { name: "Search" });
  await field.waitFor();
  await page.keyboard.type("flatten an image that leaks a secret");
  await answered(page);
  const exercise = page.getByRole("group", { name: /^Exercises/ }).getByRole("option", { name: /secret/i }).first();
  const wanted = await exercise.getAttribute("id");
  for (let presses = 0; (await field.getAttribute("aria-activedescendant")) !== wanted; presses++) {
    assert.ok(presses < 12, "the arrows never come to the exercise");
    await page.keyboard.press("ArrowDown");
  }
  await page.keyboard.press("Control+Enter");
  await page.waitForURL("**/exercises/flatten-secret-image");
  await learner.terminal.prompt(60_000);
  assert.equal(learner.leases.size, 1);
  // Once: the mark is taken, and an address is no press.
  assert.equal(await page.evaluate(() => sessionStorage.getItem("start-exercise")), null);
  await learner.ask("DELETE", `/api/leases/${learner.lease}`);
  await learner.open("/exercises/flatten-secret-image");
  await page.locator(".berth").getByRole("button", { name: /^Start/ }).and(page.locator(":enabled")).waitFor();
  assert.equal(learner.leases.size, 1);
});

can("a reader pastes a long log in any script, and it is looked for", async ({ arrive }) => {
  const reader = await arrive();
  const { page } = reader;
  await reader.open("/");
  await page.keyboard.press("/");
  const field = page.getByRole("combobox", { name: "Search" });
  await field.fill(`${"ошибка сборки 日本語 🐳 ".repeat(300)} failed to read dockerfile: open Dockerfile: no such file or directory`);
  const message = page.getByRole("group", { name: /^Error messages/ }).getByRole("option").first();
  await message.filter({ hasText: "failed to read dockerfile" }).waitFor();
  assert.equal(await message.getAttribute("aria-selected"), "true", "the message that was pasted is the first");
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
  await reader.open("/cheatsheet/cache-and-stages");
  const entry = page.locator(".entry").first();
  await entry.hover();
  await entry.getByRole("button", { name: "Copy" }).click();
  await entry.getByRole("button", { name: "Copied" }).click();
  await entry.getByRole("button", { name: "Copy", exact: true }).waitFor();
  await page.keyboard.press("/");
  const field = page.getByRole("combobox", { name: "Search" });
  await field.focus();
  await page.keyboard.press("Control+v");
  const copied = await field.inputValue();
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
  assert.ok(await page.locator("section[data-group]:visible").evaluateAll((groups) => groups.every((group) => group.querySelector("[data-entry]:not([hidden])"))), "a group without a task is shown");
  await page.getByLabel("Filter").fill("--ignore-nothing-at-all");
  await page.locator("[data-filter-count]", { hasText: "Nothing" }).waitFor();
  await page.getByLabel("Filter").fill("secret build");
  const link = page.locator("[data-entry]:visible a").first();
  const task = await link.innerText();
  await link.click();
  await page.waitForURL(/\/cheatsheet\/[a-z-]+#/);
  const entry = page.locator(".entry:target");
  assert.equal(await entry.getByRole("heading").innerText(), task);
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

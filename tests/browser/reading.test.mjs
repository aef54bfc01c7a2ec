// Reading: every page of text works without a script, and stays where it is when one comes.

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { stage } from "./stage/stage.mjs";

const can = stage();
const plain = { javaScriptEnabled: false };

can("a visitor without JavaScript comes from home to a chapter", async ({ arrive }) => {
  const { page } = await arrive(plain);
  await page.goto("/");
  assert.match(await page.locator("h1").innerText(), /real engine/);
  await page.getByRole("link", { name: "Chapters" }).first().click();
  await page.getByRole("heading", { name: "Building images" }).waitFor();
  await page.getByRole("link", { name: "Flattening images", exact: true }).click();
  await page.waitForURL("**/chapters/flattening-images");
  assert.equal(await page.locator("h1").innerText(), "Flattening images");
});

can("a visitor without JavaScript reads a chapter with its contents list, coloured code, tables and pictures", async ({ arrive }) => {
  const visitor = await arrive(plain);
  const { page } = visitor;
  await visitor.open("/chapters/flattening-images");
  const entries = page.locator("nav.contents a");
  const targets = await entries.evaluateAll((links) => links.map((link) => decodeURIComponent(link.hash.slice(1))));
  assert.ok(targets.length >= 5, `${targets}`);
  for (const target of targets) assert.equal(await page.locator(`[id="${target}"]`).count(), 1, target);
  await entries.filter({ hasText: "Export and import" }).click();
  await page.waitForURL(/#export-and-import$/);

  const coloured = await page.locator(".prose pre [class^='hl-']").evaluateAll((words) => {
    const ink = (word) => getComputedStyle(word).color;
    return { words: words.length, inks: new Set(words.map(ink)).size };
  });
  assert.ok(coloured.words > 50 && coloured.inks >= 3, JSON.stringify(coloured));

  const table = page.locator(".prose table").first();
  assert.deepEqual(await table.locator("th").allInnerTexts(), ["place", "look with", "how things get there"]);
  assert.equal(await table.locator("tbody tr").count(), 4);

  for (const picture of await page.locator(".prose img").all()) {
    await picture.scrollIntoViewIfNeeded();
    assert.ok(await picture.evaluate((image) => image.decode().then(() => image.naturalWidth > 0)));
    assert.ok((await picture.getAttribute("alt")).length > 20);
  }
  assert.equal(await page.locator("[data-copy]:visible, [data-run]:visible").count(), 0, "buttons that cannot work are shown");
  assert.ok(await page.locator("a[rel=next]").isVisible());
});

can("a visitor without JavaScript finds a command on the cheat sheet", async ({ arrive }) => {
  const visitor = await arrive(plain);
  await visitor.open("/cheatsheet");
  const { page } = visitor;
  await page.getByRole("link", { name: "Flatten an image into one layer" }).click();
  await page.waitForURL(/\/cheatsheet\/flatten-and-secrets#/);
  const entry = page.locator("article.entry:target");
  assert.match(await entry.locator("pre").innerText(), /docker export/);
  assert.ok(await entry.locator(".does").innerText());
  await entry.locator(".more a").click();
  await page.waitForURL(/\/chapters\//);
  for (const group of await page.locator("nav.groups a").all()) assert.ok(await group.getAttribute("href"));
});

can("a visitor without JavaScript searches by form and by address", async ({ arrive }) => {
  const visitor = await arrive(plain);
  await visitor.open("/search?q=flaten+image");
  const { page } = visitor;
  assert.match(await page.locator("main").innerText(), /Flattening images/);
  const chapters = page.getByRole("region", { name: /^Chapters \d+/ });
  const all = Number((await chapters.getByRole("heading", { level: 2 }).innerText()).match(/\d+/)[0]);
  await page.getByRole("link", { name: `All ${all} in Chapters` }).click();
  await page.waitForURL(/kind=chapter/);
  assert.equal(await page.locator(".hit").count(), Math.min(all, 40));
  assert.equal(await page.locator(".hit:not(.chapter)").count(), 0);
  await page.locator("#q").fill("healthcheck");
  await page.getByRole("button", { name: "Search" }).click();
  await page.waitForURL(/q=healthcheck/);
  const first = page.locator(".hit a").first();
  assert.match(await first.innerText(), /health/i);
  await first.click();
  await page.waitForURL(/\/(chapters|cheatsheet|exercises)/);
  await visitor.open(`/search?q=${encodeURIComponent("failed to solve: failed to read dockerfile: open Dockerfile: no such file or directory")}`);
  const message = page.getByRole("region", { name: /^Error messages \d+/ }).locator(".hit a").first();
  assert.match(await message.innerText(), /failed to read dockerfile/);
  await page.getByRole("navigation", { name: "Narrow to" }).getByRole("link", { name: /^Error messages \d+/ }).click();
  await page.waitForURL(/kind=error/);
  assert.match(await page.locator(".hit a").first().innerText(), /failed to read dockerfile/);
  await visitor.open("/search?q=zzzzqqqq");
  assert.match(await page.locator(".empty").innerText(), /Nothing found/);
});

can("a visitor without JavaScript reads an exercise's task and checks, and is told what a sandbox needs", async ({ arrive }) => {
  const visitor = await arrive(plain);
  await visitor.open("/exercises/flatten-secret-image");
  const { page } = visitor;
  assert.match(await page.locator("#task").innerText(), /An image named app:flat/);
  assert.match(await page.locator("#checks .check-list").innerText(), /The key is nowhere in app:flat/);
  assert.ok(await page.locator("noscript p", { hasText: "A sandbox needs JavaScript" }).isVisible());
  assert.ok(await page.getByRole("button", { name: "Start" }).isDisabled());
});

can("a visitor who goes astray is told what to do", async ({ arrive }) => {
  const visitor = await arrive(plain);
  await visitor.open("/chapters/no-such-chapter", 404);
  assert.ok(await visitor.page.getByRole("link", { name: "Search" }).isVisible());
  await visitor.open("/no/such/page", 404);
  visitor.watch.forgive(404);
});

can("a reader says of the section they read that something is wrong in it, with a script and without", async ({ arrive, server }) => {
  const reader = await arrive();
  const { page } = reader;
  await reader.open("/chapters/flattening-images");
  await page.locator("#export-and-import").scrollIntoViewIfNeeded();
  await page.evaluate(() => document.getElementById("export-and-import").scrollIntoView());
  await page.locator("nav.contents [aria-current]", { hasText: "Export and import" }).waitFor();
  await page.getByRole("link", { name: "Was this section clear?" }).click();
  const form = page.locator("form[data-feedback]");
  assert.equal(await form.locator("select").inputValue(), "flattening-images#export-and-import");
  await form.getByLabel("Something is wrong").check();
  await form.getByRole("button", { name: "Send" }).click();
  assert.ok(await form.getByLabel("in your words").evaluate((text) => text.matches(":invalid")), "a mistake without words is sent");
  await form.getByLabel("in your words").fill("a letter is missing");
  await form.getByRole("button", { name: "Send" }).click();
  await page.locator(".feedback-said", { hasText: "Thank you." }).waitFor();
  assert.equal(await form.getByLabel("in your words").inputValue(), "");

  const other = await arrive(plain);
  await other.open("/chapters/flattening-images");
  await other.page.getByLabel("It was clear").check();
  await other.page.locator("form[data-feedback] button").click();
  await other.page.waitForURL(/\?said#feedback$/);
  await other.page.getByText("Thank you. The authors will read it.").waitFor();
});

can("a reader on a phone enlarges a figure, with the keyboard too, and comes back to the text", async ({ arrive }) => {
  const reader = await arrive({ viewport: { width: 360, height: 740 } });
  const { page } = reader;
  await reader.open("/chapters/flattening-images");
  const small = page.locator("figure.image img").first();
  const button = page.getByRole("button", { name: "Enlarge the figure" }).first();
  await button.focus();
  await page.keyboard.press("Enter");
  const large = page.getByRole("dialog", { name: "The figure, enlarged" }).locator("img");
  await large.waitFor();
  assert.equal(await large.getAttribute("alt"), await small.getAttribute("alt"));
  assert.ok((await large.boundingBox()).width > 2 * (await small.boundingBox()).width);
  await page.keyboard.press("Escape");
  await large.waitFor({ state: "detached" });
  assert.ok(await button.evaluate((it) => it === document.activeElement), "the focus is lost");
});

can("a reader opens a footnote where it is mentioned, with the keyboard too, and goes on there; without a script they go to the foot", async ({ arrive }) => {
  const reader = await arrive();
  const { page } = reader;
  await reader.open("/chapters/only-in-a-container");
  const mark = page.getByRole("link", { name: "Footnote 1", exact: true });
  const note = page.getByRole("dialog", { name: "Footnote 1" });
  await mark.scrollIntoViewIfNeeded();
  const before = await page.evaluate(() => [scrollY, document.documentElement.scrollHeight]);
  await mark.focus();
  await page.keyboard.press("Enter");
  await note.waitFor();
  assert.match(await note.innerText(), /systemd-nspawn/);
  // Told in a moment of its own.
  await mark.and(page.locator("[aria-expanded=true]")).waitFor();
  assert.deepEqual(await page.evaluate(() => [scrollY, document.documentElement.scrollHeight]), before, "the text moved");
  const [at, box] = [await mark.boundingBox(), await note.boundingBox()];
  assert.ok(box.y >= at.y + at.height || box.y + box.height <= at.y, "the note covers its mark");
  assert.ok(Math.min(Math.abs(box.y - at.y - at.height), Math.abs(at.y - box.y - box.height)) < 20, "the note is far from its mark");
  await page.keyboard.press("Escape");
  await note.waitFor({ state: "detached" });
  assert.ok(await mark.evaluate((it) => it === document.activeElement), "the focus is lost");
  await mark.and(page.locator("[aria-expanded=false]")).waitFor();

  await page.setViewportSize({ width: 360, height: 740 });
  await mark.scrollIntoViewIfNeeded();
  await mark.click();
  const narrow = await note.boundingBox();
  assert.ok(narrow.x >= 0 && narrow.x + narrow.width <= 360, JSON.stringify(narrow));
  await page.locator("h1").click({ force: true, position: { x: 1, y: 1 } });
  await note.waitFor({ state: "detached" });

  const other = await arrive(plain);
  await other.open("/chapters/only-in-a-container");
  await other.page.getByRole("link", { name: "Footnote 1", exact: true }).click();
  await other.page.waitForURL(/#fn:1$/);
  await other.page.getByRole("link", { name: /Back to where footnote 1/ }).click();
  await other.page.waitForURL(/#fnref:1$/);
});

can("a reader sees how far they have read, without anything moving for it", async ({ arrive }) => {
  const reader = await arrive();
  const { page } = reader;
  await page.emulateMedia({ reducedMotion: "no-preference" });
  await reader.open("/chapters/flattening-images");
  const width = () => page.evaluate(() => {
    const bar = getComputedStyle(document.querySelector(".top"), "::after");
    return bar.content === "none" ? null : new DOMMatrix(bar.transform).a;
  });
  const at = async (where) => {
    await page.evaluate(where);
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    return width();
  };
  assert.equal(await width(), 0);
  const middle = await at(() => scrollTo({ top: document.querySelector(".prose").offsetTop + document.querySelector(".prose").offsetHeight / 2, behavior: "instant" }));
  assert.ok(middle > 0.35 && middle < 0.75, `${middle}`);
  // The end of the text, not of the page with its form and its links.
  const end = await at(() => scrollTo({ top: document.querySelector(".prose").getBoundingClientRect().bottom + scrollY - innerHeight + 2, behavior: "instant" }));
  assert.ok(end > 0.99, `${end}`);
  await page.emulateMedia({ reducedMotion: "reduce" });
  assert.equal(await width(), null, "it moves for somebody who asked for less motion");
});

can("what a reader copies from a session is what is typed, without prompts and answers", async ({ arrive }) => {
  const reader = await arrive({ permissions: ["clipboard-read", "clipboard-write"] });
  const { page } = reader;
  await reader.open("/chapters/flattening-images");
  const block = page.locator("figure.code:has(.hl-prompt)").first();
  await block.hover();
  await block.getByRole("button", { name: "Copy" }).click();
  await block.getByRole("button", { name: "Copied" }).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const shown = await block.locator("code").innerText();
  const typed = shown.split("\n").filter((line) => line.startsWith("$ ")).map((line) => line.slice(2));
  assert.ok(typed.length > 0 && copied.startsWith(typed[0]) && !copied.includes("$ "), copied);

  const heading = page.locator(".prose h2").nth(1);
  const anchor = heading.locator(".anchor");
  assert.equal(await anchor.evaluate((it) => getComputedStyle(it).opacity), "0");
  await heading.hover();
  assert.equal(await anchor.evaluate((it) => getComputedStyle(it).opacity), "1");
  assert.equal(await anchor.getAttribute("href"), `#${await heading.getAttribute("id")}`);
});

for (const [where, options] of [
  ["on a phone", { viewport: { width: 412, height: 823 }, isMobile: true, hasTouch: true }],
  ["at a desk", {}],
]) {
  can(`nothing on a page moves when its scripts come late, ${where}`, async ({ arrive }) => {
    for (const path of ["/", "/chapters", "/chapters/graphical-programs", "/cheatsheet", "/cheatsheet/cache-and-stages", "/search", "/exercises", "/exercises/flatten-secret-image"]) {
      // Somebody new each time: their browser has no script yet.
      const reader = await arrive(options);
      const { page } = reader;
      await page.addInitScript(() => {
        window.moved = [];
        const watch = new PerformanceObserver((list) => {
          for (const { sources } of list.getEntries()) window.moved.push(...sources.map(({ node, previousRect, currentRect }) => `${node?.nodeName}.${node?.className} from ${previousRect.y} to ${currentRect.y}`));
        });
        watch.observe({ type: "layout-shift", buffered: true });
      });
      await page.route("**/*.js", async (route) => {
        await pause(700);
        await route.continue();
      });
      await reader.open(path);
      // What only a script shows is there.
      await page.locator(".theme:not([hidden])").waitFor();
      await pause(200);
      assert.deepEqual(await page.evaluate(() => window.moved), [], path);
      await page.unrouteAll({ behavior: "ignoreErrors" });
    }
  });
}

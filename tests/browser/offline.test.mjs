// Reading goes on without a server.

import assert from "node:assert/strict";
import { stage } from "./stage/stage.mjs";

const can = stage();

can("a reader reads again without a network what they have opened, and is told what else there is", async ({ arrive, server }) => {
  const reader = await arrive();
  const { page } = reader;
  await reader.open("/chapters/flattening-images");
  await reader.untilKept("/chapters/flattening-images");
  assert.ok(await page.locator("#offline").isHidden());

  await reader.lose(server);
  await page.getByRole("heading", { name: "Flattening images", level: 1 }).waitFor();
  // It is nobody's who has to look for it.
  await page.waitForFunction(() => {
    const { left, top, width, height } = document.querySelector("#offline").getBoundingClientRect();
    return document.elementFromPoint(left + width / 2, top + height / 2)?.closest("#offline");
  });
  const picture = page.locator(".prose img").first();
  await picture.scrollIntoViewIfNeeded();
  assert.ok(await picture.evaluate((image) => image.decode().then(() => image.naturalWidth > 0)), "no picture");
  assert.notEqual(await page.locator("h1").evaluate((title) => getComputedStyle(title).fontFamily), "", "no style");

  await page.goto("/chapters/capabilities");
  await page.getByRole("heading", { name: "You are offline" }).waitFor();
  await page.getByRole("link", { name: "Flattening images" }).click();
  await page.getByRole("heading", { name: "Flattening images", level: 1 }).waitFor();

  await server.again();
  await page.reload();
  await page.getByRole("heading", { name: "Flattening images", level: 1 }).waitFor();
  reader.watch.away = false;
  assert.ok(await page.locator("#offline").isHidden(), "the sign stays");
});

can("a reader keeps the whole book, and reads a chapter that they never opened without a network", async ({ arrive, server }) => {
  const reader = await arrive();
  const { page } = reader;
  await reader.open("/chapters");
  await page.getByRole("button", { name: "Keep all of it" }).click();
  await page.locator("[data-book-said]", { hasText: /All \d+ pages are kept/ }).waitFor({ timeout: 120_000 });
  const chapters = await page.locator(".row h3 a").count();
  const kept = Number((await page.locator("[data-book-said]").innerText()).match(/\d+/)[0]);
  const groups = await (await page.request.get("/cheatsheet")).text();
  // Besides chapters and groups the five pages that always stand.
  assert.equal(kept, chapters + new Set(groups.match(/href="\/cheatsheet\/[a-z-]+#/g)).size + 5);

  reader.watch.away = true;
  await server.kill();
  await page.goto("/chapters/the-daemon-is-root");
  await page.getByText("You are offline.").waitFor();
  const picture = page.locator(".prose img").first();
  await picture.scrollIntoViewIfNeeded();
  assert.ok(await picture.evaluate((image) => image.decode().then(() => image.naturalWidth > 0)), "no picture");
  await page.goto("/cheatsheet/behave-and-harden#why-was-it-killed");
  assert.ok(await page.locator("#why-was-it-killed").isVisible());
  await server.again();
});

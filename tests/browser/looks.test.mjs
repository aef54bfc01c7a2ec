// How every page looks: compared with approved pictures, so that a change of look is on purpose.
// The pages show a small library of their own (fixtures/library), so that writing content changes no picture.
// UPDATE_LOOKS=1 tests/browser/run.sh looks.test.mjs     approves what there is now

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { WINDOWS, inEveryWindow } from "./stage/looks.mjs";
import { APPROVED, pictureFault } from "./stage/pictures.mjs";
import { BINARY, ROOT } from "./stage/server.mjs";
import { stage } from "./stage/stage.mjs";

const LIBRARY = join(ROOT, "tests/browser/fixtures/library");
const can = stage({ DRYDOCK_CONTENT: LIBRARY, DRYDOCK_POOL__IDLE: "0" });
/** Names of all pictures that were asked for. */
const asked = new Set();

/** Asserts that a page looks as was approved, in every window, light and dark. */
async function looksApproved(reader, name, { fullPage = true } = {}) {
  const { page } = reader;
  const faults = [];
  await page.evaluate(async () => {
    for (const image of document.images) image.loading = "eager";
    await Promise.all([document.fonts.ready, ...[...document.images].map((image) => image.decode())]);
  });
  await inEveryWindow(page, async ({ width }, scheme) => {
    const picture = `${name.replaceAll(" ", "-")}-${width}-${scheme}`;
    asked.add(picture);
    const fault = await pictureFault(picture, await page.screenshot({ fullPage, animations: "disabled", caret: "hide" }));
    if (fault) faults.push(fault);
  });
  assert.deepEqual(faults, [], faults.join("\n"));
}

const PAGES = [
  ["home", "/"],
  ["chapters", "/chapters"],
  ["chapter", "/chapters/mooring"],
  ["chapter after a word to the authors", "/chapters/casting-off?said#feedback"],
  ["cheat sheet", "/cheatsheet"],
  ["group of the cheat sheet", "/cheatsheet/lines"],
  ["essential sheet", "/cheatsheet/essential"],
  ["whole part", "/chapters/part/7"],
  ["search", "/search"],
  ["search results", "/search?q=mooring"],
  ["search without results", "/search?q=zzzzqqqq"],
  ["exercises", "/exercises"],
  ["progress before anything", "/progress"],
  ["nothing here", "/no/such/page", 404],
];

can("the library that is pictured has no fault", async () => {
  // Which program it is, is nothing that it takes as a setting.
  const { DRYDOCK_BIN: _program, ...env } = process.env;
  const { stdout } = await promisify(execFile)(BINARY, ["lint"], { cwd: ROOT, env: { ...env, DRYDOCK_CONTENT: LIBRARY } });
  assert.match(stdout, /3 chapters, 2 exercises, 3 entries/);
});

for (const [name, path, status = 200] of PAGES) {
  can(`the page “${name}” looks as it was approved`, async ({ arrive }) => {
    const reader = await arrive();
    await reader.fetchFont();
    await reader.open(path, status);
    // Comes when the page can be kept.
    if (path === "/chapters") await reader.page.locator("[data-book]").waitFor();
    await looksApproved(reader, name);
    if (status !== 200) reader.watch.forgive(status);
  });
}

can("an exercise before its start looks as it was approved, and what its learner has done", async ({ arrive }) => {
  const learner = await arrive();
  await learner.fetchFont();
  const { page } = learner;
  await learner.open("/exercises/tie-up");
  await page.getByRole("button", { name: /^Start/, disabled: false }).waitFor();
  await looksApproved(learner, "exercise");
  await page.getByRole("tab", { name: /Checks/ }).click();
  await looksApproved(learner, "exercise checks");
  await page.getByRole("tab", { name: "Help" }).click();
  await page.getByRole("button", { name: "Show hint 1 of 2" }).click();
  await page.locator(".hints li").waitFor();
  // It depends on the host.
  await page.locator(".about-sandbox").evaluate((about) => about.remove());
  await looksApproved(learner, "exercise hints");
  await page.getByRole("button", { name: "Show the solution" }).click();
  await page.getByRole("dialog", { name: "Show the solution?" }).waitFor();
  await looksApproved(learner, "question", { fullPage: false });
  await page.getByRole("button", { name: "Show it" }).click();
  await page.locator(".solution").waitFor();
  await looksApproved(learner, "exercise solution");
  await learner.open("/progress");
  await looksApproved(learner, "progress");
  await learner.open("/");
  await looksApproved(learner, "home again");
});

can("a sandbox at work looks as it was approved, and what its checks find", async ({ arrive }) => {
  const learner = await arrive();
  await learner.fetchFont();
  const { page, terminal } = learner;
  await learner.open("/exercises/heave-to");
  await learner.start();
  await page.locator(".tree").getByRole("button", { name: "ship" }).click();
  await page.locator(".cm-content").filter({ hasText: "echo" }).waitFor();
  await terminal.run("clear; printf 'FROM busybox\\nLABEL lines=\"2\"\\n' > Dockerfile; docker build -q -t ship:1 . >/dev/null; sh ship");
  await page.locator(".tree").getByRole("button", { name: "Dockerfile" }).waitFor();
  // It is another each time; its room is kept.
  await page.locator(".time-left > span:not(.visually-hidden)").evaluate(({ style }) => Object.assign(style, { display: "inline-block", width: "6ch", visibility: "hidden", overflow: "hidden", whiteSpace: "nowrap" }));
  await looksApproved(learner, "sandbox", { fullPage: false });
  await learner.check();
  await looksApproved(learner, "sandbox checked", { fullPage: false });
});

can("what is read without a network looks as it was approved, and what was not kept", async ({ arrive, server }) => {
  const reader = await arrive();
  const { page } = reader;
  await reader.open("/chapters/mooring");
  await reader.untilKept("/chapters/mooring");
  await reader.lose(server);
  await looksApproved(reader, "chapter without a network", { fullPage: false });
  await page.goto("/chapters/casting-off");
  await page.getByRole("heading", { name: "You are offline" }).waitFor();
  await looksApproved(reader, "not kept");
  await server.again();
});

can("the open search looks as it was approved", async ({ arrive }) => {
  const reader = await arrive();
  await reader.fetchFont();
  const { page } = reader;
  await reader.open("/chapters/casting-off");
  await page.keyboard.press("/");
  await page.getByRole("combobox", { name: "Search" }).fill("mooring");
  await page.locator(".palette-hit").first().waitFor();
  await looksApproved(reader, "palette", { fullPage: false });
});

can("a figure that is enlarged looks as it was approved", async ({ arrive }) => {
  const reader = await arrive();
  await reader.fetchFont();
  const { page } = reader;
  await reader.open("/chapters/mooring");
  await page.getByRole("button", { name: "Enlarge the figure" }).first().click();
  await page.getByRole("dialog", { name: "The figure, enlarged" }).waitFor();
  await looksApproved(reader, "figure enlarged", { fullPage: false });
});

can("the components look as they were approved, where there is a page of them", async ({ arrive }) => {
  const reader = await arrive();
  await reader.fetchFont();
  // Builds for development have it.
  if ((await reader.ask("GET", "/design")).status() === 404) return;
  await reader.open("/design");
  await looksApproved(reader, "design");
});

can("no picture is approved that no page has", async () => {
  const kept = (existsSync(APPROVED) ? await readdir(APPROVED) : []).filter((file) => file.endsWith(".webp")).map((file) => file.replace(/\.webp$/, ""));
  const stale = kept.filter((name) => !asked.has(name) && !name.startsWith("design-"));
  if (process.env["UPDATE_LOOKS"] === "1") await Promise.all(stale.map((name) => rm(join(APPROVED, `${name}.webp`))));
  else assert.deepEqual(stale, []);
  assert.ok(asked.size >= 2 * WINDOWS.length * PAGES.length);
});

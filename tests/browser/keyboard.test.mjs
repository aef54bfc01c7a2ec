// The main job by keyboard alone: find an exercise, start, work in terminal and editor, fail, take a hint, pass, go on.

import assert from "node:assert/strict";
import { Keys } from "./stage/keys.mjs";
import { stage } from "./stage/stage.mjs";

const can = stage();
const is = (tag, name) => (stop) => stop.tag === tag && (name instanceof RegExp ? name.test(stop.name) : stop.name === name);
const within = (place, name) => (stop) => stop.within.includes(place) && name.test(stop.name);

/** All that the exercise asks for but for the default arguments. */
const LACKING = [
  "FROM busybox",
  'LABEL org.opencontainers.image.title="badge" org.opencontainers.image.version="1.4.2"',
  'ENV BADGE_EVENT="open day"',
  "WORKDIR /srv/badge",
  "COPY layout.txt .",
  "COPY --chmod=755 badge /usr/local/bin/",
  'ENTRYPOINT ["badge"]',
];

can("a learner with nothing but a keyboard finds an exercise, works in terminal and editor, fails, takes a hint, passes and goes on", async ({ arrive }) => {
  const learner = await arrive();
  const { page, terminal } = learner;
  const keys = await Keys.of(learner);

  // Past the navigation, and into the search.
  await learner.open("/");
  assert.ok(is("a", "Skip to the text")(await keys.press("Tab")), "the first stop is the way to the text");
  assert.equal((await keys.press("Enter")).tag, "main");
  assert.match((await keys.press("Tab")).name, /^Start the first exercise/);
  await page.keyboard.press("/");
  // The palette is fetched now.
  await page.waitForFunction(() => document.activeElement?.getAttribute("role") === "combobox");
  assert.equal((await keys.here()).role, "combobox");
  await keys.type("write your first dockerfile");
  await page.locator('.palette-hit[aria-selected="true"]').waitFor();
  const chosen = page.locator('.palette-hit[aria-selected="true"]');
  for (let presses = 0; !(await chosen.getAttribute("id").then((id) => page.locator(`#${id}`).evaluate((hit) => hit.parentElement.getAttribute("aria-labelledby") === "palette-exercise"))); presses++) {
    assert.ok(presses < 12, "the arrows never come to an exercise");
    assert.equal((await keys.press("ArrowDown")).role, "combobox");
  }
  assert.match(await chosen.innerText(), /Write your first Dockerfile/);
  await keys.leave("Enter", "**/exercises/first-dockerfile");

  // Start. What is pressed goes; the focus waits nearby and comes to the terminal.
  await page.getByRole("button", { name: /^Start/, disabled: false }).waitFor();
  await keys.until("Start", is("button", "Start"));
  await page.keyboard.press("Enter");
  await terminal.prompt(60_000);
  await page.waitForFunction(() => document.activeElement?.closest(".screens"));
  assert.match((await keys.here()).name, /^Terminal\. Press F6 to leave it\.$/);
  await keys.unlost();

  // In the terminal Tab belongs to the shell; the page says how to get out.
  await keys.type("cat lay");
  await keys.press("Tab");
  await terminal.shows("cat layout.txt");
  await page.keyboard.press("Enter");
  await terminal.shows("*** %s *** %s ***");
  assert.match(await page.locator(".terminal-bar .way-out").innerText(), /^F6\s+leaves the terminal$/);
  assert.equal((await keys.press("F6")).role, "tab");

  // A new file, and into the editor by itself; Tab belongs to the text there, and the page says how to get out.
  await keys.until("New file", within("tree", /^New file$/), "Shift+Tab");
  assert.equal((await keys.press("Enter")).name, "Name of the new file");
  assert.equal((await keys.press("Escape")).name, "New file");
  assert.equal((await keys.press("Enter")).name, "Name of the new file");
  await keys.type("Dockerfile");
  await page.keyboard.press("Enter");
  await page.locator(".editor-bar code", { hasText: "Dockerfile" }).waitFor();
  await page.waitForFunction(() => document.activeElement?.matches("[data-editor]"));
  await keys.type(`${LACKING.join("\n")}\n`);
  await page.keyboard.press("Control+s");
  await page.locator(".editor-bar [role=status]", { hasText: /^Saved$/ }).waitFor();
  assert.match(await page.locator(".editor-bar .way-out").innerText(), /^F6\s+leaves the editor$/);
  assert.ok(within("tree", /^Dockerfile$/)(await keys.press("F6")));
  await keys.unlost();

  // Back into the terminal, through its tab.
  const intoTerminal = async () => {
    await keys.until("the terminal's tab", (stop) => stop.role === "tab" && stop.within.includes("terminal-bar"));
    await keys.press("Enter");
    await page.waitForFunction(() => document.activeElement?.closest(".screens"));
  };
  /** Types a command and waits for its end. */
  const run = async (command) => {
    await keys.type(`clear; ${command}; echo "it is done: "$((6*7))\n`);
    await terminal.shows("it is done: 42", 120_000);
    await terminal.prompt();
  };
  await intoTerminal();
  await run("docker build -q -t badge:1 .");
  await terminal.shows("sha256:");

  // Check; the focus stays where it was pressed until there is a verdict.
  const check = async () => {
    await keys.press("F6");
    await keys.until("Check", within("toolbar", /^Check$/), "Shift+Tab");
    const before = await page.locator("#checks .history > ol > li").count();
    assert.match((await keys.press("Enter")).name, /^Check(ing…)?$/);
    await page.locator("#checks .history > ol > li").nth(before).waitFor({ state: "attached" });
    await page.locator(".check-now:not([aria-disabled])").waitFor({ timeout: 120_000 });
    assert.ok(within("toolbar", /^Check$/)(await keys.here()), "the focus is on Check still");
    await keys.unlost();
    return learner.graded();
  };
  const first = await check();
  assert.match(first.summary, /do(es)? not hold yet/);
  const failed = first.checks.find(({ claim }) => claim.includes("Without any argument"));
  assert.equal(failed.mark, "failed", JSON.stringify(first.checks, null, 1));
  assert.match(failed.details, /Expected[\s\S]*Seen[\s\S]*Why/);

  // Read it: from the tab into the panel, as far as where to read on, which is then in sight.
  await keys.until("the tab of the checks", (stop) => stop.role === "tab" && /^Checks/.test(stop.name), "Shift+Tab");
  const readOn = await keys.until("where to read on", (stop) => stop.within.includes("checks") && stop.href.startsWith("/chapters/"));
  assert.match(readOn.href, /^\/chapters\/entrypoint-and-cmd#/);
  const claim = page.locator(".check.failed .claim", { hasText: "Without any argument" });
  assert.ok(await claim.evaluate((it) => it.getBoundingClientRect().top >= 0 && it.getBoundingClientRect().bottom <= innerHeight), "the failure is in sight");

  // A hint.
  await keys.until("the tab of the checks", (stop) => stop.role === "tab" && /^Checks/.test(stop.name), "Shift+Tab");
  assert.equal((await keys.press("ArrowRight")).name, "Help");
  await keys.until("the first hint", within("help", /^Show hint 1 of 4$/));
  await keys.press("Enter");
  await page.locator(".hints li", { hasText: "Six instructions do it" }).waitFor();
  assert.match((await keys.here()).name, /^Show hint 2 of 4$/);

  // Mend the file: into the tree, Enter opens it in the editor.
  await keys.until("the Dockerfile", within("tree", /^Dockerfile$/));
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.matches("[data-editor]"));
  await keys.press("Control+End");
  await keys.type('CMD ["--help"]\n');
  await page.locator(".editor-bar [role=status]", { hasText: /^Saved$/ }).waitFor();
  await keys.press("F6");
  await intoTerminal();
  await run("docker build -q -t badge:1 . && docker run --rm badge:1");
  await terminal.shows("usage: badge NAME...");
  const second = await check();
  assert.match(second.summary, /^Solved: (\d+) of \1 points\./, JSON.stringify(second.checks, null, 1));

  // On to the next.
  await keys.until("the tab of the checks", (stop) => stop.role === "tab" && /^Checks/.test(stop.name), "Shift+Tab");
  assert.equal((await keys.press("ArrowLeft")).name, "Task");
  const next = await keys.until("the next exercise", (stop) => stop.within.includes("task") && /^Next/.test(stop.name));
  await keys.leave("Enter", `**${next.href}`);
  assert.notEqual(await page.locator("h1").innerText(), "Write your first Dockerfile");
  assert.ok(is("a", "Skip to the text")(await keys.press("Tab")));
  await keys.unlost();
}, 400_000);

// Nobody is kept out: axe-core finds nothing on any page in any state, on a phone and a desk, light and dark.
// The states of the main job are in flagship.test.mjs, by the same means.

import assert from "node:assert/strict";
import { looksRight } from "./stage/looks.mjs";
import { stage } from "./stage/stage.mjs";

const can = stage();
const EXERCISE = "/exercises/flatten-secret-image";
/** Name, path, and the status that is expected where it is not 200. */
const PAGES = [
  ["home", "/"],
  ["chapters", "/chapters"],
  ["chapter with figures and a table", "/chapters/flattening-images"],
  ["chapter with footnotes", "/chapters/running-a-registry"],
  ["chapter with much code", "/chapters/yaml-for-compose"],
  ["chapter after a word to the authors", "/chapters/flattening-images?said#feedback"],
  ["cheat sheet", "/cheatsheet"],
  ["group of the cheat sheet", "/cheatsheet/flatten-and-secrets"],
  ["search", "/search"],
  ["search results", "/search?q=flaten+image"],
  ["search without results", "/search?q=zzzzqqqq"],
  ["exercises", "/exercises"],
  ["exercise", EXERCISE],
  ["progress before anything", "/progress"],
  ["nothing here", "/no/such/page", 404],
  ["no such chapter", "/chapters/no-such-chapter", 404],
];

for (const [name, path, status = 200] of PAGES) {
  can(`nothing keeps people out of the page “${name}”`, async ({ arrive }) => {
    const reader = await arrive();
    await reader.open(path, status);
    await looksRight(reader.page, name, { fullPage: true });
    if (status !== 200) reader.watch.forgive(status);
  });
}

can("nothing keeps people out of the page that says why a form was not taken", async ({ arrive }) => {
  const reader = await arrive();
  await reader.open("/chapters/flattening-images");
  await Promise.all([
    reader.page.waitForURL("**/feedback"),
    reader.page.evaluate(() => {
      const form = document.querySelector("form[data-feedback]");
      form.querySelector("select").remove();
      // As a page without its script would send it.
      HTMLFormElement.prototype.submit.call(form);
    }),
  ]);
  await reader.page.getByRole("heading", { name: "That was not taken" }).waitFor();
  await looksRight(reader.page, "form not taken");
  reader.watch.forgive(400);
});

can("nothing keeps people out of the search as one types, whatever it finds", async ({ arrive }) => {
  const reader = await arrive();
  const { page } = reader;
  await reader.open("/chapters/flattening-images");
  await page.keyboard.press("/");
  const field = page.getByRole("combobox", { name: "Search" });
  await field.waitFor();
  await looksRight(page, "palette empty");
  await field.fill("flaten image");
  await page.locator(".palette-hit").first().waitFor();
  await looksRight(page, "palette with results");
  await field.fill("zzzzqqqq");
  await page.locator(".palette-note", { hasText: "Nothing found" }).waitFor();
  await looksRight(page, "palette without results");
  await field.fill("prune");
  await page.locator(".palette-hit").first().waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL("**/cheatsheet/*#*");
  await page.keyboard.press("/");
  await page.locator(".palette-recent button").waitFor();
  await looksRight(page, "palette with searches of before");
});

can("nothing keeps people out of what opens on a page of text: a figure, the filtered cheat sheet, the form that was sent", async ({ arrive }) => {
  const reader = await arrive();
  const { page } = reader;
  await reader.open("/chapters/flattening-images");
  await page.getByRole("button", { name: "Enlarge the figure" }).first().click();
  await page.getByRole("dialog", { name: "The figure, enlarged" }).waitFor();
  await looksRight(page, "figure enlarged");
  await page.keyboard.press("Escape");
  await page.getByLabel("It was clear").check();
  await page.locator("form[data-feedback] button").click();
  await page.locator(".feedback-said", { hasText: "Thank you." }).waitFor();
  await looksRight(page, "form sent", { within: ".feedback" });
  await reader.open("/cheatsheet");
  await page.getByLabel("Filter").fill("cache");
  await page.locator("[data-filter-count]", { hasText: /\d/ }).waitFor();
  await looksRight(page, "cheat sheet filtered");
});

can("nothing keeps people out of what is read without a network", async ({ arrive, server }) => {
  const reader = await arrive();
  const { page } = reader;
  await reader.open("/chapters/flattening-images");
  await reader.untilKept("/chapters/flattening-images");
  await reader.lose(server);
  await looksRight(page, "chapter without a network");
  await page.goto("/chapters/capabilities");
  await page.getByRole("heading", { name: "You are offline" }).waitFor();
  await looksRight(page, "not kept");
  await server.again();
});

can("nothing keeps people out of an exercise: its tabs, its files, its terminals, its preview, its questions", async ({ arrive }) => {
  const learner = await arrive();
  const { page, terminal } = learner;
  await learner.open(EXERCISE);
  for (const tab of [/Checks/, "Help", "Task"]) {
    await page.getByRole("tab", { name: tab }).click();
    await looksRight(page, `exercise ${tab.source ?? tab}`);
  }
  await learner.start();
  await page.locator(".tree").getByRole("button", { name: "Dockerfile" }).click();
  await page.locator(".cm-content").filter({ hasText: "FROM busybox" }).waitFor();
  await page.getByRole("button", { name: "New file" }).click();
  await page.getByLabel("Name of the new file").waitFor();
  await looksRight(page, "files");
  // Where it is narrow, one pane is shown at a time.
  await page.locator(".pane-tabs").getByRole("button", { name: "Files" }).click();
  await looksRight(page, "files alone");

  // Two terminals, colours of all kinds, the search in them, read aloud.
  await page.getByRole("button", { name: "One more terminal" }).click();
  await page.waitForFunction(() => document.querySelectorAll(".terminal-tabs [role=tab]").length === 2);
  await page.locator(".pane-tabs").getByRole("button", { name: "Files" }).click();
  await terminal.run("clear; for c in 0 1 2 3 4 5 6 7; do printf \"\\033[3${c}mink$c \\033[9${c}mlight$c \\033[0;4${c}mground$c\\033[0m \"; done; printf '\\033[2mfaint\\033[0m \\033[7mturned\\033[0m\\n'");
  await page.getByRole("button", { name: "Screen reader" }).click();
  await page.getByRole("button", { name: "Search the output" }).click();
  await page.getByRole("textbox", { name: "Search the output" }).fill("light1");
  await looksRight(page, "terminals");
  await page.setViewportSize({ width: 360, height: 740 });
  await page.locator(".pane-tabs").getByRole("button", { name: "Terminal", exact: true }).click();
  await page.setViewportSize({ width: 1440, height: 900 });
  await looksRight(page, "terminals alone");

  await page.locator(".pane-tabs").getByRole("button", { name: "Preview" }).click();
  await looksRight(page, "preview of nothing");
  await terminal.run("clear; mkdir www; echo '<!DOCTYPE html><title>Served</title><h1>Served</h1>' > www/index.html");
  await terminal.run("docker run -d -p 8080:80 -v $PWD/www:/www busybox httpd -f -h /www");
  await page.frameLocator(".preview iframe").getByRole("heading", { name: "Served" }).waitFor({ timeout: 60_000 });
  await looksRight(page, "preview");

  await page.getByRole("button", { name: "Reset" }).click();
  await page.getByRole("dialog", { name: "Reset this exercise?" }).waitFor();
  await looksRight(page, "question");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "End", exact: true }).click();
  await page.getByRole("dialog", { name: "End this sandbox?" }).getByRole("button", { name: "End", exact: true }).click();
  await page.getByText("The sandbox has ended").waitFor();
  await looksRight(page, "sandbox ended");
}, 600_000);

can("nothing keeps people out of the sandbox at the foot of a page of text", async ({ arrive }) => {
  const reader = await arrive();
  const { page, terminal } = reader;
  await reader.tryEntry("why-was-it-killed");
  await terminal.until("the exit code of a container that the page made", (text) => /\n3 OOM=false/.test(text), 60_000);
  await looksRight(page, "drawer", { within: ".drawer" });
  await page.getByRole("button", { name: "Hide" }).click();
  await page.getByRole("button", { name: "Your sandbox" }).waitFor();
  await looksRight(page, "drawer hidden", { within: ".drawer-tab" });
  assert.equal(await page.locator(".drawer .notice").count(), 0);
}, 400_000);

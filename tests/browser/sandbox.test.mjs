// Working in a sandbox: alone, with editor, terminal and preview, to its end and again.

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { stage } from "./stage/stage.mjs";

const can = stage();
const EXERCISE = "/exercises/flatten-secret-image";

can("two learners work side by side and cannot reach each other's sandbox", async ({ arrive }) => {
  const [ada, bo] = await Promise.all([arrive(), arrive()]);
  for (const learner of [ada, bo]) await learner.open(EXERCISE);
  await Promise.all([ada.start(), bo.start()]);
  assert.notEqual(ada.lease, bo.lease);
  const keys = await Promise.all([ada, bo].map((learner) => learner.terminal.run("clear; cat licence.key")));
  assert.notEqual(keys[0], keys[1]);
  await ada.terminal.run("clear; docker tag busybox only:ada; touch only-ada");
  await bo.terminal.run("clear; docker images only; ls");
  assert.doesNotMatch(await bo.terminal.text(), /only.*ada|only-ada/);

  assert.equal((await ada.ask("GET", `/api/leases/${ada.lease}`)).status(), 200);
  const foreign = [
    ["GET", ""], ["GET", "/files"], ["GET", "/files/licence.key"], ["GET", "/ports"], ["GET", "/events"],
    ["PUT", "/files/licence.key"], ["POST", "/attempts"], ["POST", "/extend"], ["POST", "/reset"], ["DELETE", ""],
  ];
  for (const [method, below] of foreign) {
    const answer = await bo.ask(method, `/api/leases/${ada.lease}${below}`);
    assert.ok([403, 404].includes(answer.status()), `${method} ${below}: ${answer.status()}`);
  }
  bo.watch.away = true;
  const opened = await bo.page.evaluate(
    (path) => new Promise((done) => {
      const socket = new WebSocket(location.origin.replace("http", "ws") + path);
      socket.onopen = () => done(true);
      socket.onclose = () => done(false);
    }),
    `/api/leases/${ada.lease}/socket`,
  );
  bo.watch.away = false;
  assert.equal(opened, false, "the socket of another's sandbox opened");
  await ada.terminal.run("clear; echo still here");
  await ada.terminal.shows("still here");
});

can("a learner edits a file, and terminal and editor see each other's changes", async ({ arrive }) => {
  const learner = await arrive();
  const { page, terminal } = learner;
  await learner.open(EXERCISE);
  await learner.start();
  await page.locator(".tree").getByRole("button", { name: "Dockerfile" }).click();
  const editor = page.locator(".cm-content");
  await editor.filter({ hasText: "FROM busybox" }).waitFor();
  await editor.click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("# written in the editor\n");
  await page.keyboard.press("Control+s");
  await page.locator(".editor-bar [role=status]", { hasText: /^Saved$/ }).waitFor();
  await terminal.run("clear; tail -n 1 Dockerfile");
  await terminal.shows("# written in the editor");
  await terminal.run("clear; echo '# written in the terminal' >> Dockerfile");
  await editor.filter({ hasText: "# written in the terminal" }).waitFor();

  await page.getByRole("button", { name: "New file" }).click();
  await page.getByLabel("Name of the new file").fill("notes/today.md");
  await page.keyboard.press("Enter");
  await page.locator(".editor-bar code", { hasText: "notes/today.md" }).waitFor();
  await editor.click();
  await page.keyboard.type("saved by itself");
  await page.locator(".editor-bar [role=status]", { hasText: /^Saved$/ }).waitFor();
  await terminal.run("clear; cat notes/today.md; echo");
  await terminal.shows("saved by itself");
});

/** Waits until a file in the sandbox ends as asked. */
async function saved(learner, file, end) {
  for (const began = Date.now(); ; await pause(200)) {
    const text = await (await learner.ask("GET", `/api/leases/${learner.lease}/files/${file}`)).text();
    if (text.endsWith(end)) return;
    if (Date.now() - began > 20_000) assert.fail(`${file} never ended in ${end}, but:\n${text}`);
  }
}

can("a learner loses nothing that was typed last: on to the next file, at once to a reload, at once to the end", async ({ arrive }) => {
  const learner = await arrive();
  const { page, terminal } = learner;
  await learner.open(EXERCISE);
  await learner.start();
  const tree = page.locator(".tree");
  const editor = page.locator(".cm-content");
  const open = page.locator(".editor-bar code");
  const add = async (line) => {
    await editor.click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type(`${line}\n`);
  };
  // Twice pressed, opened once.
  await tree.getByRole("button", { name: "Dockerfile" }).dblclick();
  await editor.filter({ hasText: "FROM busybox" }).waitFor();
  assert.equal(await page.locator(".cm-editor").count(), 1);
  await add("# on to the next");
  await tree.getByRole("button", { name: "stamp" }).click();
  await open.filter({ hasText: "stamp" }).waitFor();
  await terminal.run("clear; tail -n 1 Dockerfile");
  await terminal.shows("# on to the next");
  await add("# and a reload");
  await page.reload();
  await saved(learner, "stamp", "# and a reload\n");
  await tree.getByRole("button", { name: "stamp" }).click();
  await editor.filter({ hasText: "# and a reload" }).waitFor();
  // A browser that drops what a page sends while it is left.
  const drop = (route) => (route.request().method() === "PUT" ? route.abort("connectionrefused") : route.continue());
  await page.route("**/files/stamp", drop, { times: 1 });
  learner.watch.away = true;
  await add("# and a lost write");
  await page.reload();
  await saved(learner, "stamp", "# and a lost write\n");
  learner.watch.away = false;
  await tree.getByRole("button", { name: "stamp" }).click();
  await editor.filter({ hasText: "# and a lost write" }).waitFor();
  await add("# and the end");
  await page.getByRole("button", { name: "End", exact: true }).click();
  await page.getByRole("dialog", { name: "End this sandbox?" }).getByRole("button", { name: "End", exact: true }).click();
  await page.getByText("The sandbox has ended").waitFor();
  await page.getByRole("button", { name: "Start again" }).click();
  await terminal.prompt(60_000);
  await terminal.run("clear; tail -n 1 stamp");
  await terminal.shows("# and the end");
});

can("a learner who types on and on has all of it saved, and is not told of a conflict", async ({ arrive }) => {
  const learner = await arrive();
  const { page, terminal } = learner;
  await learner.open(EXERCISE);
  await learner.start();
  await page.route("**/files/Dockerfile", async (route) => {
    if (route.request().method() === "PUT") await pause(900);
    await route.continue();
  });
  await page.locator(".tree").getByRole("button", { name: "Dockerfile" }).click();
  const editor = page.locator(".cm-content");
  await editor.filter({ hasText: "FROM busybox" }).waitFor();
  await editor.click();
  await page.keyboard.press("Control+End");
  for (let line = 1; line <= 4; line++) {
    await page.keyboard.type(`# line ${line}\n`);
    await pause(800);
    assert.equal(await page.locator(".conflict").count(), 0);
  }
  await page.locator(".editor-bar [role=status]", { hasText: /^Saved$/ }).waitFor();
  await terminal.run("clear; tail -n 4 Dockerfile");
  await terminal.shows("# line 1 # line 2 # line 3 # line 4");
  assert.match(await editor.innerText(), /# line 1\n+# line 2\n+# line 3\n+# line 4/);
});

can("a learner whose stream of events was refused once still hears of the engine", async ({ arrive }) => {
  const learner = await arrive();
  const { page } = learner;
  await learner.open(EXERCISE);
  let refused = false;
  await page.route("**/api/leases/*/events", async (route) => {
    if (refused) return route.continue();
    refused = true;
    await route.fulfill({ status: 503, body: "" });
  });
  await learner.start();
  assert.ok(refused);
  learner.watch.forgive(503);
});

can("a learner sees every colour that a program puts out", async ({ arrive }) => {
  const learner = await arrive();
  const { page, terminal } = learner;
  await learner.open(EXERCISE);
  await learner.start();
  await terminal.run("clear; printf '\\033[38;2;1;200;3mtrue\\033[0m \\033[31mred\\033[0m \\033[7mturned\\033[0m\\n'");
  const ink = (word) =>
    page.locator(".screen .xterm-rows span", { hasText: new RegExp(`^${word}$`) }).evaluate((it) => [getComputedStyle(it).color, getComputedStyle(it).backgroundColor]);
  assert.equal((await ink("true"))[0], "rgb(1, 200, 3)");
  const [red] = await ink("red");
  const [r, g, b] = red.match(/\d+/g).map(Number);
  assert.ok(r > g && r > b, red);
  const [turned, ground] = await ink("turned");
  assert.notEqual(ground, "rgba(0, 0, 0, 0)", `${turned} on ${ground}`);
});

can("a learner uses several terminals and finds the way out of one by keyboard", async ({ arrive }) => {
  const learner = await arrive();
  const { page, terminal } = learner;
  await learner.open(EXERCISE);
  await learner.start();
  const focused = await page.evaluate(() => document.activeElement.closest(".screen") !== null);
  assert.ok(focused, "the shell has the focus after Start, whose button is gone");
  await terminal.run("clear; in=the-first");
  const tabs = page.getByRole("tablist", { name: "Terminals" }).getByRole("tab");
  await page.getByRole("button", { name: "One more terminal" }).click();
  await page.waitForFunction(() => document.querySelectorAll(".terminal-tabs [role=tab]").length === 2);
  await terminal.run("clear; echo [$in] in the second");
  await terminal.shows("[] in the second");
  await page.keyboard.press("F6");
  assert.ok(await tabs.nth(1).evaluate((tab) => tab === document.activeElement));
  await page.keyboard.press("ArrowLeft");
  // The focus follows a frame later; what is typed before would go to the tab.
  await page.waitForFunction(() => {
    const first = document.querySelector(".terminal-tabs [role=tab]");
    return first.getAttribute("aria-selected") === "true" && first === document.activeElement;
  });
  await terminal.run("clear; echo [$in] again");
  await terminal.shows("[the-first] again");
});

can("a learner who makes the window smaller and larger still sees the end of the output", async ({ arrive }) => {
  const learner = await arrive();
  const { page, terminal } = learner;
  await learner.open(EXERCISE);
  await learner.start();
  await terminal.run("seq 1 100");
  const sizes = [[360, 740], [768, 1024], [1440, 900], [1440, 600], [1440, 900]];
  const resize = async () => {
    for (const [width, height] of sizes) {
      await page.setViewportSize({ width, height });
      await pause(200);
    }
  };
  await resize();
  await terminal.until("the end", (text) => text.includes("\n100\n"));
  await terminal.keys("sleep 2; seq 1 90\n");
  await resize();
  await terminal.until("output that came after the resize", (text) => text.includes("\n90\n"));
  await terminal.run("clear; seq 1 80");
});

can("a reader tries a block of a chapter, and it runs in a sandbox of their own", async ({ arrive }) => {
  const reader = await arrive();
  const { page, terminal } = reader;
  await reader.open("/chapters/flattening-images");
  const block = page.locator("figure.code", { hasText: "docker build -q -t leaky ." }).first();
  await block.hover();
  await block.getByRole("button", { name: "Try it" }).click();
  await page.locator(".drawer").waitFor();
  await terminal.shows("docker build -q -t leaky .", 60_000);
  await terminal.shows("sha256:", 60_000);
  const text = await terminal.prompt();
  assert.equal(text.match(/FROM debian:13/g)?.length ?? 0, 1, `the block is shown more than once:\n${text}`);
  const next = page.locator("figure.code", { hasText: "docker save leaky | grep" }).first();
  await next.hover();
  await next.getByRole("button", { name: "Try it" }).click();
  await terminal.until("two finds", (text) => /wc -l\s+2\s/.test(text), 30_000);
});

can("a reader tries an entry of the cheat sheet, and what it needs is there", async ({ arrive }) => {
  const reader = await arrive();
  const { page, terminal } = reader;
  await reader.tryEntry("why-was-it-killed");
  await terminal.until("the exit code of a container that the page made", (text) => /\n3 OOM=false/.test(text), 60_000);
  assert.equal(await page.locator(".drawer .notice").count(), 0);
});

can("a reader comes back to their sandbox on the next chapter, and tries a block there after the end of a shell", async ({ arrive }) => {
  const reader = await arrive();
  const { page, terminal } = reader;
  await reader.open("/cheatsheet/behave-and-harden");
  const tryIt = async () => {
    const block = page.locator("figure.code", { hasText: "docker volume ls --filter dangling=true" }).first();
    await block.hover();
    await block.getByRole("button", { name: "Try it" }).click();
  };
  await tryIt();
  await terminal.shows("VOLUME NAME", 60_000);
  await terminal.run("clear; here=before-$((40+2))");
  await reader.open("/chapters/flattening-images");
  const tab = page.getByRole("button", { name: "Your sandbox" });
  await tab.click();
  await terminal.run("clear; echo $here");
  await terminal.shows("before-42");
  await page.getByRole("button", { name: "Hide" }).click();
  await page.waitForFunction(() => document.activeElement?.classList.contains("drawer-tab"));
  // Where the home page leads to.
  await reader.open("/cheatsheet");
  await tab.waitFor();
  await reader.open("/cheatsheet/behave-and-harden");
  await tab.click();
  await terminal.prompt();
  await terminal.keys("exit\n");
  await terminal.shows("the shell has ended");
  await tryIt();
  await terminal.shows("VOLUME NAME");
  await page.getByRole("button", { name: "End it" }).click();
  await page.locator(".drawer").getByRole("button", { name: "Start another" }).waitFor();
  await page.reload();
  await page.locator("[data-run]").first().waitFor({ state: "attached" });
  assert.ok(!(await tab.isVisible()), "a sandbox that has ended is not offered");
});

can("a learner sees in the preview what a container serves, on an origin of its own", async ({ arrive }) => {
  const learner = await arrive();
  const { page, terminal } = learner;
  await learner.open(EXERCISE);
  await learner.start();
  await terminal.run("clear; mkdir -p www; echo '<h1>Served from the sandbox</h1><p id=cookies></p><script>cookies.textContent = `[${document.cookie}]`</script>' > www/index.html");
  await terminal.run("docker run -d -p 8080:80 -v $PWD/www:/www busybox httpd -f -h /www");
  await terminal.run("until curl -sf localhost:8080 >/dev/null; do sleep .1; done");
  await page.locator(".pane-tabs").getByRole("button", { name: "Preview" }).click();
  const frame = page.frameLocator(".preview iframe");
  await frame.getByRole("heading", { name: "Served from the sandbox" }).waitFor({ timeout: 30_000 });
  assert.equal(await frame.locator("#cookies").innerText(), "[]", "a cookie of the site reaches a preview");
  const origin = await page.locator(".preview iframe").evaluate((it) => new URL(it.src).origin);
  assert.notEqual(origin, learner.origin);
});

can("a learner sees in the preview the window of a program that runs in a container", async ({ arrive }) => {
  const learner = await arrive();
  const { page, terminal } = learner;
  await learner.open("/exercises/gui-in-a-container");
  await learner.start();
  const steps = [
    "cd /usr/share/novnc && cp vnc_lite.html index.html",
    "Xvfb :1 -screen 0 400x300x24 & sleep 2",
    "xclock -display :1 -bg red -geometry 200x200+50+50 &",
    "x11vnc -quiet -display :1 -localhost -forever -nopw &",
    "sleep 2; exec websockify --web . 8080 127.0.0.1:5900",
  ];
  for (const step of steps) await terminal.run(`clear; echo '${step}' >> show`);
  await terminal.run("clear; docker run -d -p 8080:8080 -v $PWD/show:/show desktop:1 sh /show");
  await terminal.run("until curl -sf localhost:8080 >/dev/null; do sleep .1; done");
  await page.locator(".pane-tabs").getByRole("button", { name: "Preview" }).click();
  const canvas = page.frameLocator(".preview iframe").locator("canvas");
  await canvas.waitFor({ timeout: 30_000 });
  const red = () => canvas.evaluate((it) => {
    // On one of its own, which is there to be read: the browser warns of those that are read again and again.
    const copy = new OffscreenCanvas(it.width, it.height).getContext("2d", { willReadFrequently: true });
    copy.drawImage(it, 0, 0);
    const { data } = copy.getImageData(0, 0, it.width, it.height);
    let count = 0;
    for (let at = 0; at < data.length; at += 4) if (data[at] === 255 && data[at + 1] === 0 && data[at + 2] === 0) count += 1;
    return count;
  });
  const began = Date.now();
  while ((await red()) < 20_000) assert.ok(Date.now() - began < 30_000, `${await red()} pixels of the clock are drawn`);
});

can("a learner ends the sandbox, it is gone, and a new one has the saved work", async ({ arrive, server }) => {
  const learner = await arrive();
  const { page, terminal } = learner;
  await learner.open(EXERCISE);
  await learner.start();
  const [key] = (await terminal.run("clear; cat licence.key")).split("\n").filter((line) => line.length >= 16 && !line.includes(" "));
  await terminal.run("clear; echo my own work > mine.txt; docker tag busybox kept:small; docker create busybox");
  const first = learner.lease;
  assert.equal((await server.containersOf(first)).length, 1);
  await page.getByRole("button", { name: "End", exact: true }).click();
  await page.getByRole("dialog", { name: "End this sandbox?" }).getByRole("button", { name: "End", exact: true }).click();
  await page.getByText("The sandbox has ended").waitFor();
  await page.waitForFunction(() => document.activeElement?.classList.contains("berth"));
  for (const began = Date.now(); (await server.containersOf(first)).length > 0; await pause(200)) {
    assert.ok(Date.now() - began < 60_000, "the container is still there");
  }

  await page.getByRole("button", { name: "Start again" }).click();
  await terminal.prompt(60_000);
  await learner.engineReady();
  assert.notEqual(learner.lease, first);
  await terminal.run("clear; cat mine.txt licence.key; echo $(docker ps -aq | wc -l) $(docker images -q kept | wc -l)");
  await terminal.shows("my own work");
  await terminal.shows(key);
  await terminal.until("no container of before, and its small image", (text) => /\n0 1\n/.test(text));
});

can("a learner resets an exercise, and everything is as at the beginning", async ({ arrive }) => {
  const learner = await arrive();
  const { page, terminal } = learner;
  await learner.open(EXERCISE);
  await learner.start();
  await terminal.run("clear; rm stamp; echo broken > Dockerfile; touch more");
  await page.evaluate(() => (document.querySelector(".xterm-rows").dataset.old = ""));
  await page.getByRole("button", { name: "Reset" }).click();
  await page.getByRole("dialog", { name: "Reset this exercise?" }).getByRole("button", { name: "Reset" }).click();
  await page.waitForFunction(() => document.querySelector(".xterm-rows:not([data-old])"), undefined, { timeout: 60_000 });
  await terminal.prompt(60_000);
  await terminal.run("clear; ls; head -n 1 Dockerfile");
  await terminal.shows("stamp");
  await terminal.shows("FROM busybox");
  assert.doesNotMatch(await terminal.text(), /more|broken/);
});

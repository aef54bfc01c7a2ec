// What learners' programs print and how they name things is theirs to choose: the page shows it, and does nothing of it.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { stage } from "./stage/stage.mjs";

const can = stage();
const EXERCISE = "/exercises/flatten-secret-image";
const MB = 1_000_000;

/** Prints its argument, in printf's notation, and shows which bytes the terminal types by itself within some seconds. */
const ASK = `saved=$(stty -g); stty raw -echo; printf "$1"; timeout --foreground "$2" cat >answer; stty "$saved"
echo "answer[$(od -An -v -tx1 answer | tr -d ' \\n')]"
`;

async function begin(arrive, files = {}) {
  const learner = await arrive();
  await learner.open(EXERCISE);
  await learner.start();
  for (const [name, data] of Object.entries(files)) await put(learner, name, data);
  return learner;
}

async function put(learner, name, data) {
  const answer = await learner.ask("PUT", `/api/leases/${learner.lease}/files/${name}`, { body: { data: Buffer.from(data) } });
  assert.equal(answer.status(), 204, name);
}

/** Bytes of the page's own memory after everything that nobody holds was let go. */
async function heap(page) {
  const tools = await page.context().newCDPSession(page);
  await tools.send("HeapProfiler.collectGarbage");
  const { usedSize, backingStorageSize } = await tools.send("Runtime.getHeapUsage");
  await tools.detach();
  return usedSize + (backingStorageSize ?? 0);
}

can("a program cannot reach the clipboard, the page's title or the shell through the terminal", async ({ arrive }) => {
  const learner = await begin(arrive, { "ask.sh": ASK });
  const { page, terminal } = learner;
  const title = await page.title();
  await page.evaluate(() => navigator.clipboard.writeText("my own words"));
  const answered = async (question, seconds) => {
    const text = await terminal.run(`clear; sh ask.sh '${question}' ${seconds}`);
    const found = /answer\[([0-9a-f\s]*)\]/.exec(text);
    assert.ok(found, text);
    return Buffer.from(found[1].replace(/\s/g, ""), "hex").toString("latin1");
  };
  const silent = [
    "\\033]52;c;?\\007", "\\033]52;c;c3RvbGVu\\007", "\\033]52;p;c3RvbGVu\\033\\\\",
    "\\033]2;echo stolen\\007\\033[21t", "\\033]1;echo stolen\\007\\033[20t", "\\033[14t\\033[18t\\033[19t", "\\005",
    "\\033P+q544e\\033\\\\", "\\033_Gi=1,a=q;AAAA\\033\\\\", "\\033]1337;ReportVariable=name=dXNlcg==\\007",
  ];
  for (const question of silent) assert.equal(await answered(question, 0.5), "", question);
  // These are answered, in words of the terminal's own: never with a line break, never with words of the question.
  const told = [
    ["\\033[c", /^\x1b\[\?[\d;]+c$/], ["\\033[>c", /^\x1b\[>[\d;]+c$/], ["\\033[6n", /^\x1b\[\d+;\d+R$/],
    ["\\033P$q q\\033\\\\", /^\x1bP1\$r\d q\x1b\\$/], ["\\033P$qstolen\\r\\033\\\\", /^\x1bP0\$r\x1b\\$/],
    ["\\033]10;?\\007", /^\x1b\]10;rgb:[\da-f/]+\x1b\\$/], ["\\033[?2004$p", /^\x1b\[\?2004;\d\$y$/],
  ];
  for (const [question, answer] of told) assert.match(await answered(question, 1.5), answer, question);
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "my own words");

  // The next prompt brings its own title.
  await terminal.keys("clear; printf '\\033]0;stolen\\007\\033]2;stolen \\342\\200\\256 x\\033\\\\'; sleep 3\n");
  const tab = page.locator(".terminal-tabs [role=tab]");
  await page.waitForFunction(() => document.querySelector(".terminal-tabs [role=tab]").title.startsWith("stolen"));
  assert.equal(await tab.getAttribute("title"), "stolen   x");
  assert.equal(await page.title(), title);

  // The questions are shown again after a reload; they were answered when they were asked.
  await terminal.run("clear; echo still $((6*7))");
  await page.reload();
  await terminal.shows("still 42");
  await pause(1_000);
  const lines = (await terminal.prompt()).split("\n");
  assert.match(lines.at(-1), /^\S+ ?[$#]$/, "something was typed at the prompt");
  await terminal.run("clear; echo after the reload");
  await terminal.shows("after the reload");
});

can("a link in the output leads to web addresses only, and gives them no hold on the page", async ({ arrive }) => {
  const learner = await begin(arrive);
  const { page, terminal } = learner;
  const dialogs = [];
  page.on("dialog", (dialog) => (dialogs.push(dialog.message()), dialog.dismiss()));
  await page.evaluate(() => {
    globalThis.asked = [];
    globalThis.open = (...words) => (globalThis.asked.push(words), null);
  });
  const targets = [
    "javascript:document.title=1", "JaVaScRiPt:alert(1)", "data:text/html,<script>alert(1)</script>", "file:///etc/passwd",
    "blob:http://localhost/x", "https://example.invalid/a?b", "vbscript:x", "about:blank",
  ];
  await put(learner, "links", targets.map((target, number) => `\x1b]8;;${target}\x1b\\link-${number}-here\x1b]8;;\x1b\\\n`).join(""));
  await terminal.run("clear; cat links");
  const before = page.url();
  for (const number of targets.keys()) {
    const row = page.locator(".screen .xterm-rows > div", { hasText: `link-${number}-here` });
    const box = await row.boundingBox();
    for (const x of [20, 24, 28]) {
      await page.mouse.move(box.x + x, box.y + box.height / 2);
      await pause(60);
    }
    await page.mouse.click(box.x + 28, box.y + box.height / 2);
    await pause(60);
  }
  assert.deepEqual(await page.evaluate(() => globalThis.asked), [["https://example.invalid/a?b", "_blank", "noopener,noreferrer"]]);
  assert.deepEqual([dialogs, page.url(), page.context().pages().length], [[], before, 1]);
});

can("a terminal survives sequences without measure and without end, and bytes that are no text", async ({ arrive }) => {
  const { page, terminal } = await begin(arrive);
  const lives = async (after) => {
    await terminal.run("clear");
    await terminal.run("clear; echo lives $((40+2))");
    assert.match(await terminal.text(), /lives 42/, after);
  };
  const most = 2147483647;
  for (const final of [..."LMSTIZb@PX", "J", "A", "d", "r", " q", "g"]) {
    await terminal.keys(`clear; printf 'x\\033[${most}${final}\\033[${most};${most}${final}y\\033[r'\n`);
  }
  await lives("sequences that are repeated without measure");
  // Thousands at once: the page may take its time, and still answers.
  await terminal.run(`clear; for f in L M S T I Z b; do yes "x$(printf '\\033')[${most}$f" | head -n 2000 | tr -d '\\n'; done`, 60_000);
  await lives("thousands of them");
  const strings = ["P", "P+q", "_", "^", "X", "]", "]52;c;", "]8;;http://x"].map((start) => `${start}unfinished`);
  for (const start of [...strings, "[", "[?1;", "(", "#", "%%"]) {
    await terminal.keys(`printf '\\033${start}'\n`);
    await pause(100);
    await terminal.keys("\n");
    await lives(`the unfinished ${start}`);
  }
  // A long one: kept neither as a title nor at all.
  await terminal.run("clear; printf '\\033]2;'; head -c 9000000 /dev/zero | tr '\\0' t; printf '\\007\\033P'; head -c 9000000 /dev/zero | tr '\\0' p; printf '\\033\\\\'", 60_000);
  await lives("strings of 9 MB");
  assert.ok((await page.locator(".terminal-tabs [role=tab]").getAttribute("title")).length <= 80);
  await terminal.keys("clear; for n in $(seq 20000); do printf '\\033]2;%s\\007' $n; done; sleep 3\n");
  await page.waitForFunction(() => document.querySelector(".terminal-tabs [role=tab]").title === "20000");
  // Synchronised output that never ends, the other screen, an invisible cursor, no wrapping; undone by the learner.
  await terminal.keys("printf '\\033[?2026h\\033[?25l\\033[?7l\\033[8m'\n");
  await pause(1_500);
  await terminal.keys("reset\n");
  await pause(1_500);
  await lives("modes that hide");

  // Letters that come in parts, and what is no letter.
  await terminal.run("clear; printf 'caf\\303'; sleep .3; printf '\\251 \\360\\237'; sleep .3; printf '\\220'; sleep .3; printf '\\263|\\377\\376\\300\\257|\\355\\240\\200|\\303'; sleep .3; echo ' end'");
  const text = await terminal.text();
  assert.match(text, /café 🐳 ?\|/);
  assert.match(text, / end/);
  await terminal.run("clear; head -c 2000000 /dev/urandom | tr -d '\\033\\233\\016\\017'; echo; reset", 60_000);
  await lives("noise");
});

can("a line of 10 MB and an output of 100 MB leave the page answering and its memory bounded", async ({ arrive }) => {
  const { page, terminal } = await begin(arrive);
  await terminal.run("clear");
  const before = await heap(page);
  await terminal.run(`clear; head -c ${10 * MB} /dev/zero | tr '\\0' x; echo`, 120_000);
  const began = Date.now();
  // Without a line break at all, as programs that go wrong print.
  await terminal.run(`clear; head -c ${100 * MB} /dev/zero | tr '\\0' x; echo`, 180_000);
  const after = await heap(page);
  const took = (Date.now() - began) / 1000;
  console.log(`100 MB in ${took.toFixed(1)} s; ${((after - before) / MB).toFixed(1)} MB more on the heap`);
  assert.ok(after - before < 100 * MB, `${before} before, ${after} after`);
  // While it still comes, a key is heard.
  await terminal.run("clear");
  await terminal.keys("yes\n");
  await terminal.until("a flood", (text) => text.startsWith("y\ny\ny"));
  await pause(2_000);
  const pressed = Date.now();
  await terminal.focus();
  await page.keyboard.press("Control+c");
  await terminal.prompt(60_000);
  console.log(`Ctrl-C in a flood answered after ${Date.now() - pressed} ms`);
  await terminal.run("clear; echo done");
  await terminal.shows("done");
  assert.ok((await heap(page)) - before < 100 * MB);
});

can("a thousand changes of size end with the last, and none is larger than a terminal can be", async ({ arrive }) => {
  const { page, terminal } = await begin(arrive);
  const size = async () => {
    const [, rows, cols] = /size (\d+) (\d+)/.exec(await terminal.run("clear; echo size $(stty size)"));
    const drawn = await page.locator(".screen:not([hidden]) .xterm-rows > div").count();
    assert.equal(Number(rows), drawn, "the shell and the page disagree");
    return { rows: Number(rows), cols: Number(cols) };
  };
  const first = await size();
  // Its place on the page changes a thousand times, several times between two frames.
  const storm = (last) =>
    page.evaluate(async ([count, width]) => {
      const { style } = document.querySelector(".screens");
      for (let at = 0; at < count; at++) {
        style.width = `${40 + ((at * 7919) % 30_000)}px`;
        style.height = `${20 + ((at * 104_729) % 20_000)}px`;
        if (at % 10 === 0) await new Promise(requestAnimationFrame);
      }
      style.width = style.height = width;
      for (let frames = 0; frames < 5; frames++) await new Promise(requestAnimationFrame);
    }, [1_000, last]);
  await storm("30000px");
  await terminal.run("clear");
  const largest = await terminal.run("clear; echo $(stty size)");
  assert.match(largest, /^\d+ 500$/m);
  await storm("");
  await page.waitForFunction((rows) => document.querySelectorAll(".screen:not([hidden]) .xterm-rows > div").length === rows, first.rows);
  assert.deepEqual(await size(), first);
});

can("a paste of a megabyte arrives whole", async ({ arrive }) => {
  const { page, terminal } = await begin(arrive);
  const text = randomBytes(786_432).toString("base64");
  assert.equal(text.length, 1_048_576);
  await terminal.run("clear");
  await terminal.keys(`stty raw -echo; head -c ${text.length} | sha256sum; stty sane\n`);
  await pause(500);
  await page.evaluate((words) => navigator.clipboard.writeText(words), text);
  await terminal.focus();
  await page.keyboard.press("Control+v");
  await terminal.shows(createHash("sha256").update(text).digest("hex"), 60_000);
});

can("a file's name, and what a check has seen, is shown as it is and does nothing", async ({ arrive }) => {
  const learner = await begin(arrive);
  const { page, terminal } = learner;
  const title = await page.title();
  const bad = "<img src=x onerror=document.title=1>";
  const names = `touch '${bad}' $'esc\\e]0;stolen\\a\\e[31m' $'new\\nline' $'\\u202egnp.exe' $'c1\\u009b2J' $'zero\\u200bwidth'`;
  await put(learner, "name.sh", names);
  await put(learner, "Dockerfile", `FROM busybox\nENV STAMP_COLOUR="${bad.replaceAll('"', "")}\u202ecba\u001b[31m"\nLABEL x=y\nUSER ${bad.split(" ")[0]}\n`);
  await terminal.run("clear; bash name.sh; docker build -q -t app:flat .");
  const tree = page.locator(".tree");
  await tree.getByRole("button", { name: bad }).waitFor();
  const shown = await tree.locator("li").allTextContents();
  for (const name of [bad, "esc\\u{1b}]0;stolen\\u{7}\\u{1b}[31m", "new\\nline", "\\u{202e}gnp.exe", "c1\\u{9b}2J", "zero\\u{200b}width"]) {
    assert.ok(shown.map((line) => line.trim()).includes(name), `${name} in ${JSON.stringify(shown)}`);
  }
  for (const [name, bar] of [[bad, bad], ["\\u{202e}gnp.exe", "\\u{202e}gnp.exe"]]) {
    await tree.getByRole("button", { name }).click();
    await page.locator(".editor-bar code", { hasText: bar }).waitFor();
  }
  // One that the API does not take is refused in words; nothing breaks.
  learner.watch.faults = [];
  await tree.getByRole("button", { name: "new\\nline" }).click();
  await page.locator(".editor .notice").waitFor();
  learner.watch.forgive(400);

  const { checks } = await learner.check();
  const details = checks.map((check) => check.details).join("\n");
  assert.ok(details.includes(bad) && details.includes("\\u{202e}cba\\u{1b}[31m"), details);
  assert.doesNotMatch(details, /[\u202e\u001b]/);
  assert.equal(await page.locator("#checks img, .tree img, .editor-bar img").count(), 0);
  await terminal.run("clear; echo $'\\e]0;stolen\\a'; ls");
  assert.equal(await page.title(), title);
  await page.keyboard.press("F6");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search" }).fill(bad);
  await pause(800);
  assert.equal(await page.locator("dialog img[src=x]").count(), 0);
  assert.equal(await page.title(), title);
});

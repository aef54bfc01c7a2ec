// The main job, as a learner does it: read, start, build, fail and see why, reload, fix, pass.

import assert from "node:assert/strict";
import { looksRight } from "./stage/looks.mjs";
import { stage } from "./stage/stage.mjs";

const can = stage();

can("a learner reads on flattening, starts the exercise, fails, sees where the key is, reloads, repairs the image and passes", async ({ arrive }) => {
  const learner = await arrive();
  const { page, terminal } = learner;
  await learner.open("/chapters/flattening-images");
  await page.getByRole("link", { name: /^Start ?: Flatten an image that leaks a secret$/ }).click();
  await page.waitForURL("**/exercises/flatten-secret-image");
  await learner.start();

  // The leaking image, and one that only deletes the key once more.
  const key = (await terminal.run("clear; cat licence.key")).split("\n").find((line) => line.length >= 16 && !line.includes(" "));
  assert.ok(key, await terminal.text());
  await terminal.run("docker build -q -t app:leaky . && docker run --rm app:leaky letter");
  await terminal.shows("licence ");
  await looksRight(page, "exercise in work");
  await terminal.run("printf 'FROM app:leaky\\nUSER 0\\nRUN rm -rf /build\\nUSER 10001:10001\\n' | docker build -q -t app:flat -");

  const first = await learner.check();
  assert.match(first.summary, /do(es)? not hold yet/);
  const leak = first.checks.find(({ claim }) => claim.includes("The key is nowhere in"));
  assert.equal(leak.mark, "failed");
  assert.match(leak.details, /layer/i, "the line says in which layer");
  assert.match(leak.details, /build\/licence\.key/, "the line says where in the layer");
  assert.equal(first.checks.find(({ claim }) => claim.includes("single layer")).mark, "failed");
  assert.equal(first.checks.find(({ claim }) => claim.includes("same user")).mark, "passed");
  assert.ok(!first.checks.some(({ mark }) => mark === "fault"), JSON.stringify(first.checks, null, 1));
  await looksRight(page, "exercise graded with a failure");

  // A reload in the middle: the shell, what it has put out, and the attempt are still there.
  await terminal.run("remembered=yes-$((6*7)); clear; seq 1 300");
  await page.reload();
  await terminal.prompt();
  assert.ok((await terminal.text()).includes("300"));
  assert.ok(await terminal.scrolledBackTo("\n2\n3\n4\n"), "the scroll-back is there after a reload");
  await terminal.run("clear; echo it is $remembered");
  await terminal.shows("it is yes-42");
  await page.getByRole("tab", { name: /Checks/ }).click();
  assert.deepEqual(await learner.graded(), first);
  assert.match(await page.locator(".history summary").innerText(), /Attempts \(1\)/);
  await page.locator(".history summary").click();

  // Repair it.
  await terminal.run("clear; container=$(docker create app:leaky)");
  await terminal.run(
    "docker export $container | docker import --change 'USER 10001:10001' --change 'ENV STAMP_COLOUR=blue' " +
      "--change 'ENTRYPOINT [\"stamp\"]' --change 'CMD [\"parcel\"]' - app:flat",
  );
  await terminal.run("docker rm $container; docker rmi app:leaky; docker image prune -f; docker builder prune -af");
  await terminal.run("clear; docker images; docker run --rm app:flat letter");
  const second = await learner.check();
  assert.match(second.summary, /^Solved: (\d+) of \1 points\./, JSON.stringify(second.checks, null, 1));
  assert.deepEqual([...new Set(second.checks.map(({ mark }) => mark))], ["passed"]);
  assert.match(await page.locator(".history").innerText(), /Attempt 2\s*Solved/, "it stays open");
  assert.doesNotMatch(await page.locator(".history").innerText(), /UTC/, "times are the reader's own");
  await looksRight(page, "exercise graded");

  // The solution, for whoever wants to compare.
  await page.getByRole("tab", { name: "Help" }).click();
  await page.getByRole("button", { name: "Show hint 1 of 4" }).click();
  await page.locator(".hints li").first().waitFor();
  for (const index of [1, 2, 3]) {
    await page.keyboard.press("Enter");
    await page.locator(".hints li").nth(index).waitFor();
  }
  await page.waitForFunction(() => document.activeElement?.classList.contains("hints"));
  await page.getByRole("button", { name: "Show the solution" }).click();
  await page.getByRole("button", { name: "Show it" }).click();
  await page.locator(".solution", { hasText: "docker export" }).waitFor();
  await looksRight(page, "exercise solution");

  await learner.open("/progress");
  const row = page.locator("section.part li.row", { hasText: "Flatten an image that leaks a secret" }).first();
  assert.match(await row.innerText(), /2 attempts[\s\S]*12 of 12 points[\s\S]*Solved/);
  assert.match(await page.locator(".rows.attempts").innerText(), /Attempt 2\s*Solved/);
  await looksRight(page, "progress", { fullPage: true });
  await learner.open("/");
  await looksRight(page, "home again", { fullPage: true });
}, 600_000);

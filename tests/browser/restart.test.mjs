// The server dies in the middle; the learner goes on.

import assert from "node:assert/strict";
import { stage } from "./stage/stage.mjs";

const can = stage();

can("a learner goes on in the same shell after the server was killed and started again", async ({ arrive, server }) => {
  const learner = await arrive();
  const { page, terminal } = learner;
  await learner.open("/exercises/flatten-secret-image");
  await learner.start();
  await terminal.run("before=the-kill-$((40+2)); (sleep 2; echo written-while-nobody-was-there > late.txt) &");
  const shell = (await terminal.run("clear; echo shell $$")).match(/shell (\d+)/)[1];

  learner.watch.away = true;
  await server.kill();
  await page.getByText("The connection is lost.").waitFor();
  await server.again();
  await page.getByText("The connection is lost.").waitFor({ state: "hidden", timeout: 30_000 });

  await terminal.run("clear; echo $before in $$");
  await terminal.shows(`the-kill-42 in ${shell}`);
  await terminal.run("clear; until [ -s late.txt ]; do sleep .1; done; cat late.txt");
  await terminal.shows("written-while-nobody-was-there");
  // The stream of events comes back by itself a little later than the terminals.
  await learner.engineReady();
  const graded = await learner.check();
  learner.watch.away = false;
  assert.equal(graded.checks[0].mark, "failed", JSON.stringify(graded));
  assert.match(graded.checks[0].details, /Seen/);
  assert.ok(!graded.checks.some(({ mark }) => mark === "fault"), JSON.stringify(graded.checks, null, 1));
});

can("a learner whose check is cut off by the end of the server is told so, and checks again", async ({ arrive, server }) => {
  const learner = await arrive();
  const { page, terminal } = learner;
  await learner.open("/exercises/flatten-secret-image");
  await learner.start();
  await terminal.run("clear; docker build -q -t app:leaky . && docker tag app:leaky app:flat");
  learner.watch.away = true;
  await page.locator(".check-now").click();
  await page.locator(".check.passed").first().waitFor();
  await server.kill();
  assert.ok(await page.locator(".check-now").isDisabled(), "the check was over before the server was killed");
  await server.again();
  await page.locator("#checks [role=alert]", { hasText: "given up" }).waitFor({ timeout: 30_000 });
  await learner.engineReady();
  await page.getByText("The connection is lost.").waitFor({ state: "hidden", timeout: 30_000 });
  const graded = await learner.check();
  learner.watch.away = false;
  assert.equal(graded.checks[0].mark, "passed", JSON.stringify(graded));
  assert.equal(await page.locator("#checks [role=alert]").count(), 0);
  assert.match(await page.locator(".history").textContent(), /Attempt 1\s*Not graded/);
});

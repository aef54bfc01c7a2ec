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
  await terminal.run("clear; cat late.txt");
  await terminal.shows("written-while-nobody-was-there");
  // The stream of events comes back by itself a little later than the terminals.
  await learner.engineReady();
  const graded = await learner.check();
  learner.watch.away = false;
  assert.equal(graded.checks[0].mark, "failed", JSON.stringify(graded));
  assert.match(graded.checks[0].details, /app:flat/);
  assert.ok(!graded.checks.some(({ mark }) => mark === "fault"), JSON.stringify(graded.checks, null, 1));
});

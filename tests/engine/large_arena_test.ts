/**
 * Patches whose state is as large as the settings and the compiler allow.
 *
 * Needs the machine alone: a large state is copied while the clock plays, without a concealed frame.
 */
import assert from "node:assert/strict";
import { fixed } from "../../engine/memory/layout.ts";
import { startTestEngine, type TestEngine } from "../../testing/engine/test_engine.ts";
import { renderAgain } from "../../testing/engine/render_again.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { until } from "../../testing/until.ts";
import { compileLargePatch, largePatch } from "../../testing/patch/large_patch.ts";

/** The most that a patch may have, less what it needs besides its delay lines. */
const maxMiB = 252;

const accepted = ({ engine: { memory } }: TestEngine) =>
  Atomics.load(memory.words, fixed.control.acceptedSnapshot.index);

function chord({ engine }: TestEngine): void {
  engine.submit(
    [0, 1, 2, 3].map((id) => ({ kind: "noteOn", instrument: 0, id, number: 50 + 5 * id, velocity: 0.7 })),
  );
}

Deno.test("the largest state survives the loss of all renderers, and the session renders to the same bytes", async () => {
  await inFolder(async (folder) => {
    const session = `${folder}/large.session`;
    const test = await startTestEngine({
      driver: "manual",
      environment: { UNDERSTUDY_SESSION: session, UNDERSTUDY_PATCH_MEMORY: "256" },
      patch: (format) => compileLargePatch(maxMiB, format),
    });
    chord(test);
    await test.playUntil("an agreed snapshot", () => accepted(test) !== 0);
    test.engine.injectFault("kill", "all");
    await test.lockstep();
    await test.secondsPass(0.2);
    await test.stop();
    assert.equal(test.engine.status().concealedFrames, 0);
    assert.deepEqual(test.engine.status().faults, { exit: 3 });
    const { samples, differingBlocks } = await renderAgain(session);
    assert.equal(differingBlocks, 0);
    assert.deepEqual(samples, test.driver.captured);
    assert.ok(samples.some((sample) => Math.abs(sample) > 0.01));
  });
});

Deno.test("in real time a large state is checked, copied and exchanged without a concealed frame", async () => {
  const test = await startTestEngine({
    environment: { UNDERSTUDY_PATCH_MEMORY: "72" },
    patch: (format) => compileLargePatch(64, format),
  });
  await until(
    "three renderers in lockstep",
    () => test.events.some((event) => event.event === "lockstep" && event.renderers === 3),
  );
  chord(test);
  await test.secondsPass(0.2); // a note that begins clears its delay line at once; that is not what is tested here
  const before = test.engine.status();
  const first = accepted(test);
  await test.secondsPass(1.5);
  const { sampleRateHz } = test.engine.memory.geometry;
  const [channels, inputChannels, maximumBlockFrames] = [2, 0, 128];
  const format = { sampleRateHz, channels, inputChannels, maximumBlockFrames };
  await test.engine.loadPatch(largePatch(64, sampleRateHz).build(format));
  await test.secondsPass(1.5);
  const after = test.engine.status();
  assert.notEqual(accepted(test), first, "a snapshot was agreed");
  assert.equal(after.concealedFrames, before.concealedFrames);
  await test.stop();
});

/**
 * Patches exchanged in a running engine.
 *
 * Covers: engine/patch_swap/patch_swap.ts engine/patch_swap/rehearsal.ts engine/patch_swap/rehearsal_worker.ts
 *  engine/session/record_session.ts engine/device/lookahead.ts engine/device/fade_out.ts
 */
import assert from "node:assert/strict";
import { CommandRefusedError } from "../../../engine/control/control.ts";
import type { Patch } from "../../../modules/patch.ts";
import { compileGraph } from "../../../compiler/compile.ts";
import { patchNamed } from "../../../patches/ready/catalogue.ts";
import { OutputCapture } from "../../../testing/engine/output_capture.ts";
import { sameBits } from "../../../testing/patch/patch_player.ts";
import { renderAgain } from "../../../testing/engine/render_again.ts";
import { startTestEngine, type TestEngine } from "../../../testing/engine/test_engine.ts";
import { until } from "../../../testing/until.ts";
import { tone } from "../../../testing/patch/tone_patch.ts";

const format = { sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 128 };
const keys = patchNamed("keys");

/** Plays on a recorded engine, and shows that what was captured is the render of the session, exchanges included. */
async function played(patch: Patch, play: (running: TestEngine) => Promise<void>): Promise<Float32Array> {
  const folder = await Deno.makeTempDir();
  const session = `${folder}/exchange.session`;
  const running = await startTestEngine({
    environment: { UNDERSTUDY_SESSION: session },
    patch: () => compileGraph(patch.build(format), format),
    captureFrames: 96_000,
  });
  const capture = new OutputCapture(running.engine.memory);
  await play(running);
  await running.engine.settled();
  const { concealedFrames } = running.engine.status();
  await running.engine.stop();
  const captured = capture.finish();
  const rendered = await renderAgain(session);
  await Deno.remove(folder, { recursive: true });
  console.log(`${captured.length / 2} frames, ${concealedFrames} concealed`);
  assert.equal(rendered.differingBlocks, 0);
  assert.ok(rendered.complete);
  assert.ok(sameBits(captured, rendered.samples.subarray(0, captured.length)));
  return captured;
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
const noteOn = (id: number) => ({ kind: "noteOn", instrument: 0, id, number: 69, velocity: 1 }) as const;
const inLockstep = ({ engine }: TestEngine) =>
  until("three are in lockstep", () => Object.values(engine.status().rendererIds).every((id) => id !== 0));

Deno.test("patches are exchanged while they play, and the session tells it all again", async () => {
  const samples = await played(tone(), async ({ engine }) => {
    engine.submit([noteOn(1)]);
    await engine.loadPatch(tone({ level: 0.4, maxDb: 0 }).build(format));
    assert.deepEqual(engine.parameters.map(({ address, max }) => [address, max]), [["tone/gainDb", 0]]);
    await engine.loadPatch(keys.build(format));
    assert.deepEqual(engine.instruments, ["keys"]);
    engine.submit([noteOn(2)]);
    await pause(200);
  });
  assert.ok(samples.subarray(-4_000).some((sample) => Math.abs(sample) > 0.005));
});

Deno.test("under faults while patches are exchanged, what the device gets is the render of the session", () =>
  played(tone(), async (running) => {
    const { engine, events } = running;
    const kinds = ["kill", "hang", "throw", "corrupt", "trap"] as const;
    for (const [round, kind] of kinds.entries()) {
      await inLockstep(running);
      engine.submit([noteOn(round)]);
      const loading = engine.loadPatch((round % 2 ? tone() : keys).build(format));
      await pause(40 * round);
      engine.injectFault(kind, round % 2 ? "primary" : "standby");
      await loading;
      await pause(100);
    }
    assert.ok(events.filter(({ event }) => event === "fault").length >= kinds.length - 1);
  }).then(() => {}));

Deno.test("when all renderers fall after an exchange, they come back with the new patch and its state", async () => {
  const running = await startTestEngine({ patch: () => compileGraph(tone().build(format), format) });
  const { engine, events } = running;
  await inLockstep(running);
  await engine.loadPatch(keys.build(format));
  engine.submit([noteOn(1)]);
  await pause(50);
  await inLockstep(running);
  engine.injectFault("kill", "all");
  await until("nobody plays", () => events.some(({ event }) => event === "alone"));
  await inLockstep(running);
  engine.takePeak();
  await pause(200);
  const peak = engine.takePeak();
  const { faults, patch } = engine.status();
  await engine.stop();
  assert.equal(patch, "keys");
  assert.ok(faults.exit >= 3);
  assert.ok(peak > 0.005, `the note sounds on, peak ${peak}`);
});

Deno.test("what is not fit for the stage is refused with the reason, and the old patch plays on", async () => {
  const samples = await played(tone(), async ({ engine }) => {
    engine.submit([noteOn(1)]);
    const refused = (patch: Patch, reason: RegExp) =>
      assert.rejects(
        engine.loadPatch(patch.build(format)),
        (error) => error instanceof CommandRefusedError && reason.test(error.message),
      );
    await refused(tone({ divisor: 0 }), /patch tone: gave numbers that are not finite/);
    await refused(
      tone({ voices: 64, lineSeconds: 2 }),
      /takes \d+ MiB, room was kept for 8; start with UNDERSTUDY_PATCH_MEMORY=\d+ or more/,
    );
    const both = [tone(), tone({ level: 0.3 })].map((patch) => engine.loadPatch(patch.build(format)));
    const [first, second] = await Promise.allSettled(both);
    assert.equal(first.status, "fulfilled");
    assert.match(String((second as PromiseRejectedResult).reason), /another patch is being loaded/);
    assert.equal(engine.status().patch, "tone");
  });
  assert.ok(samples.subarray(-4_000).some((sample) => Math.abs(sample) > 0.05));
});

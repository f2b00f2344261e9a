/**
 * Patches exchanged in a running engine.
 *
 * Needs no real time: the device moves when the test says so.
 */
import assert from "node:assert/strict";
import { CommandRefusedError } from "../../../engine/control/control.ts";
import { DeliveryLog } from "../../../engine/delivery/delivery_log.ts";
import { CommandLog } from "../../../engine/log/command_log.ts";
import { SealTable } from "../../../engine/log/seal_table.ts";
import { compileChecksum } from "../../../engine/memory/checksum.ts";
import { fixed } from "../../../engine/memory/layout.ts";
import { PatchSwap } from "../../../engine/patch_swap/patch_swap.ts";
import { RendererPool } from "../../../engine/supervisor/renderer_pool.ts";
import { ThreadSeating } from "../../../engine/supervisor/thread_seating.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import type { Patch } from "../../../modules/patch.ts";
import { compileGraph } from "../../../compiler/compile.ts";
import { patchNamed } from "../../../patches/ready/catalogue.ts";
import { sameBits } from "../../../testing/patch/patch_player.ts";
import { renderAgain } from "../../../testing/engine/render_again.ts";
import { startTestEngine, type SteppedEngine } from "../../../testing/engine/test_engine.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { until } from "../../../testing/until.ts";
import { tone } from "../../../testing/patch/tone_patch.ts";

const format = { sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 128 };
const keys = patchNamed("keys");

/** Plays on a recorded engine, and shows that what was captured is the render of the session, exchanges included. */
function played(patch: Patch, play: (running: SteppedEngine) => Promise<void>): Promise<Float32Array> {
  return inFolder(async (folder) => {
    const session = `${folder}/exchange.session`;
    const running = await startTestEngine({
      driver: "manual",
      environment: { UNDERSTUDY_SESSION: session },
      patch: () => compileGraph(patch.build(format), format),
    });
    await play(running);
    await running.settled();
    await running.stop();
    const { captured } = running.driver;
    const rendered = await renderAgain(session);
    assert.equal(rendered.differingBlocks, 0);
    assert.ok(rendered.complete);
    assert.ok(sameBits(captured, rendered.samples));
    return captured;
  });
}

const noteOn = (id: number) => ({ kind: "noteOn", instrument: 0, id, number: 69, velocity: 1 }) as const;

Deno.test("patches are exchanged while they play, and the session tells it all again", async () => {
  const samples = await played(tone(), async ({ engine, playDuring, secondsPass }) => {
    engine.submit([noteOn(1)]);
    await playDuring(engine.loadPatch(tone({ level: 0.4, maxDb: 0 }).build(format)));
    assert.deepEqual(engine.parameters.map(({ address, max }) => [address, max]), [["tone/gainDb", 0]]);
    await playDuring(engine.loadPatch(keys.build(format)));
    assert.deepEqual(engine.instruments, ["keys"]);
    engine.submit([noteOn(2)]);
    await secondsPass(0.2);
  });
  assert.ok(samples.subarray(-4_000).some((sample) => Math.abs(sample) > 0.005));
});

Deno.test("under faults while patches are exchanged, what the device gets is the render of the session", () =>
  played(tone(), async ({ engine, events, lockstep, playDuring, secondsPass }) => {
    const kinds = ["kill", "hang", "throw", "corrupt", "trap"] as const;
    for (const [round, kind] of kinds.entries()) {
      await lockstep();
      engine.submit([noteOn(round)]);
      const loading = engine.loadPatch((round % 2 ? tone() : keys).build(format));
      await secondsPass(0.04 * round);
      await lockstep(); // one that was replaced meanwhile
      engine.injectFault(kind, round % 2 ? "primary" : "standby");
      await playDuring(loading);
      await secondsPass(0.1);
    }
    assert.ok(events.filter(({ event }) => event === "fault").length >= kinds.length - 1);
  }).then(() => {}));

Deno.test("when all renderers fall after an exchange, they come back with the new patch and its state", async () => {
  const { engine, events, ...running } = await startTestEngine({
    driver: "manual",
    patch: () => compileGraph(tone().build(format), format),
  });
  await running.lockstep();
  await running.playDuring(engine.loadPatch(keys.build(format)));
  engine.submit([noteOn(1)]);
  await running.secondsPass(0.05);
  await running.lockstep();
  engine.injectFault("kill", "all");
  await until("an engine alone", () => events.some(({ event }) => event === "alone"));
  running.driver.call(20);
  await running.lockstep();
  engine.takePeak();
  await running.secondsPass(0.2);
  const peak = engine.takePeak();
  const { faults, patch } = engine.status();
  await running.stop();
  assert.equal(patch, "keys");
  // a busy machine may see the silence of one before its exit
  assert.ok((faults.exit ?? 0) + (faults.hang ?? 0) >= 3, JSON.stringify(faults));
  assert.ok(peak > 0.005, `the note sounds on, peak ${peak}`);
});

Deno.test("what is not fit for the stage is refused with the reason, and the old patch plays on", async () => {
  const samples = await played(tone(), async ({ engine, playDuring }) => {
    engine.submit([noteOn(1)]);
    const refused = (patch: Patch, reason: RegExp) =>
      assert.rejects(
        playDuring(engine.loadPatch(patch.build(format))),
        (error) => error instanceof CommandRefusedError && reason.test(error.message),
      );
    await refused(tone({ divisor: 0 }), /patch tone: gave numbers that are not finite/);
    await refused(
      tone({ voices: 64, lineSeconds: 2 }),
      /takes \d+ MiB, room was kept for 8; start with UNDERSTUDY_PATCH_MEMORY=\d+ or more/,
    );
    const both = [tone(), tone({ level: 0.3 })].map((patch) => engine.loadPatch(patch.build(format)));
    const [first, second] = await playDuring(Promise.allSettled(both));
    assert.equal(first.status, "fulfilled");
    assert.match(String((second as PromiseRejectedResult).reason), /another patch is being loaded/);
    assert.equal(engine.status().patch, "tone");
  });
  assert.ok(samples.subarray(-4_000).some((sample) => Math.abs(sample) > 0.05));
});

/** An exchange without renderers: what they and the device would do is done by the test. */
async function swapAlone() {
  const { native, build } = await nativeForTests();
  const memory = testMemory({ sampleRateHz: 48_000, blockFrames: 128, arenaBytes: 2 ** 20 });
  const seals = new SealTable(memory);
  seals.reset(0);
  const commands = new CommandLog(memory);
  const delivery = new DeliveryLog({ memory, seals, log: commands, onGap: () => assert.fail("a gap") });
  const patch = compileGraph(tone({}).build(format), format);
  const playing = { number: 0, patch };
  const parts = { memory, native, nativeLibrary: build.library, seed: 1 };
  const module = new URL("../../../engine/renderer/worker.ts", import.meta.url);
  const seating = new ThreadSeating({
    ...parts,
    module,
    patches: [playing],
    checksum: compileChecksum(),
    faultsAllowed: false,
  });
  const pool = new RendererPool({ memory, native, seating });
  const changes: string[] = [];
  const player = { position: undefined as number | undefined };
  const swap = new PatchSwap({
    maxVoices: 0,
    ...parts,
    playing,
    pool,
    commands,
    delivery,
    oldestPatch: () => 0,
    playedPosition: () => player.position,
    recordPatch: () => {},
    onChange: ({ name }) => changes.push(name),
  });
  /** The device takes blocks that hear the log up to its head, whether or not a renderer has played them. */
  const deliver = (blocks = 1) => {
    for (; blocks > 0; blocks--) {
      seals.claim(memory.consumed(), commands.head);
      Atomics.add(memory.words, fixed.callback.consumed.index, 1);
    }
    delivery.poll();
  };
  return { swap, commands, deliver, player, changes };
}

Deno.test("a patch counts as playing when a renderer has played past its command, not when the device has", async () => {
  const { swap, commands, deliver, player, changes } = await swapAlone();
  const before = swap.current.name;
  const loading = swap.load(keys.build(format));
  await until("the log asks for it", () => commands.head === 1);
  await assert.rejects(() => swap.load(keys.build(format)), /another patch is being loaded/);
  deliver(100);
  assert.deepEqual(swap.quarantined([7]), [], "another command");
  assert.deepEqual(swap.quarantined([0]), [], "nothing came after it");
  await assert.rejects(() => loading, /every renderer broke on it; the patch before plays on/);
  assert.deepEqual([swap.current.name, changes], [before, ["keys", before]]);
  const again = swap.load(keys.build(format));
  await until("the log asks for it again", () => commands.head === 2);
  deliver();
  player.position = commands.head;
  let over = false;
  void again.then(() => over = true);
  await until("the crossfade is over", () => (deliver(), over));
  assert.deepEqual(swap.quarantined([1]), [], "it has played, so it stays");
});

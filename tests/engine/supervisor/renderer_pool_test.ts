/**
 * Renderers in threads and in processes of their own.
 *
 * Needs real time: one that does not obey within milliseconds is ended by force.
 */
import assert from "node:assert/strict";
import { CommandLog } from "../../../engine/log/command_log.ts";
import { SealTable } from "../../../engine/log/seal_table.ts";
import { fixed, SeatState } from "../../../engine/memory/layout.ts";
import type { SharedMemory } from "../../../engine/memory/shared_memory.ts";
import type { CompiledPatch } from "../../../compiler/graph/compiled_patch.ts";
import type { EngineProcesses } from "../../../engine/run/engine_processes.ts";
import { beginRun } from "../../../engine/run/begin_run.ts";
import { PatchFiles } from "../../../engine/run/patch_files.ts";
import { sharedBuffer } from "../../../engine/run/run_memory.ts";
import type { Seating } from "../../../engine/supervisor/occupant.ts";
import { ProcessSeating, rendererCommand } from "../../../engine/supervisor/process_seating.ts";
import { inRun } from "../../../testing/engine/test_processes.ts";
import { ThreadSeating } from "../../../engine/supervisor/thread_seating.ts";
import { RendererPool } from "../../../engine/supervisor/renderer_pool.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { tallyPatch } from "../../../testing/patch/tally_patch.ts";
import { threadSeatingOptions } from "../../../testing/engine/test_threads.ts";
import { until } from "../../../testing/until.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

const { native, build } = await nativeForTests();

interface Parts {
  readonly memory: SharedMemory;
  readonly patch: CompiledPatch;
}

function threads(parts: Parts): Promise<Seating> {
  const options = threadSeatingOptions({
    ...parts,
    native,
    nativeLibrary: build.library,
    faultsAllowed: true,
  });
  return Promise.resolve(new ThreadSeating(options));
}

async function processes({ memory, patch }: Parts, { folder, stage }: EngineProcesses): Promise<Seating> {
  const start = { nativeLibrary: build.library, seed: 1, faultsAllowed: true };
  await beginRun(folder, { ...start, native, memory, patches: [{ number: 0, patch }] });
  const patches = new PatchFiles(folder, native);
  const module = new URL("../../../engine/renderer/process.ts", import.meta.url);
  return new ProcessSeating({
    memory,
    native,
    folder,
    stage,
    patches,
    loaded: [{ number: 0, patch }],
    start,
    command: rendererCommand(module, folder),
  });
}

/** The same for threads and processes: a seat is a seat. */
function withPools(work: (pool: RendererPool) => Promise<void>): Promise<void> {
  return inRun(async (run) => {
    for (const kind of [threads, processes]) {
      const patch = tallyPatch({
        sampleRateHz: 8_000,
        channels: 2,
        inputChannels: 0,
        maximumBlockFrames: 32,
      });
      const memory = testMemory(
        { arenaBytes: patch.arena.bytes },
        kind === processes ? (bytes) => sharedBuffer(native, run.folder, bytes) : undefined,
      );
      memory.words[fixed.controlProcess.pid.index] = Deno.pid;
      new SealTable(memory).reset(0);
      new CommandLog(memory);
      const pool = new RendererPool({ memory, native, seating: await kind({ memory, patch }, run) });
      try {
        await work(pool);
      } finally {
        assert.deepEqual(await pool.close(10_000), [], `none of the ${kind.name} is left`);
      }
    }
  });
}

const stateOf = (pool: RendererPool, seat: number) => pool.view(seat, false)?.state;

Deno.test("a renderer starts, joins, gets a patch, is ended by its orders, and its seat says so", () =>
  withPools(async (pool) => {
    assert.equal(pool.view(3, false), undefined);
    pool.spawn(3, 7);
    await until("it is ready", () => stateOf(pool, 3) === SeatState.ready);
    pool.join(3, undefined);
    await until("it has rendered ahead", () => pool.published(3) === 4);
    const patch = tallyPatch({ sampleRateHz: 8_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 });
    await pool.addPatch(1, patch);
    assert.ok(!pool.hasPatch(3, 1));
    pool.deliver(3);
    await until("it has the patch", () => pool.hasPatch(3, 1));
    pool.end(3);
    await until("its thread has left", () => pool.view(3, false)!.gone);
    const { exited, cause, incarnation, state } = pool.view(3, false)!;
    assert.deepEqual([exited, cause, incarnation, state], [true, undefined, 7, SeatState.stopped]);
  }));

Deno.test("renderers that start while a patch is delivered get it twice, and play on when the next one comes", () =>
  withPools(async (pool) => {
    const patch = tallyPatch({ sampleRateHz: 8_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 });
    await pool.addPatch(1, patch);
    pool.spawn(0, 1);
    assert.ok(!pool.hasPatch(0, 1), "it has not begun yet");
    pool.deliver(0);
    await until("it has the patch from the beginning", () => pool.hasPatch(0, 1));
    await pool.addPatch(2, patch);
    pool.deliver(0);
    await until("it has the next patch, or has ended", () => pool.hasPatch(0, 2));
    assert.equal(pool.errorText(0), "");
    assert.ok(!pool.view(0, false)!.exited);
  }));

Deno.test("the cause of an end is told by the seat: a trap, a thrown error with its text, a hang by nothing", () =>
  withPools(async (pool) => {
    const kinds = ["trap", "throw", "hang"] as const;
    kinds.forEach((_, seat) => pool.spawn(seat, seat + 1));
    for (const seat of kinds.keys()) {
      await until("it is ready", () => stateOf(pool, seat) === SeatState.ready);
      pool.breakRenderer(seat, kinds[seat]);
      pool.join(seat, undefined);
    }
    await until("two have broken", () => [0, 1].every((seat) => pool.view(seat, false)!.exited));
    assert.deepEqual([0, 1].map((seat) => pool.view(seat, false)!.cause), ["trap", "throw"]);
    assert.match(pool.errorText(0), /^RuntimeError/);
    assert.equal(pool.errorText(1), "Error: fault injected: throw");
    await until("the third to run", () => pool.view(2, false)!.heartbeat > 0);
    assert.ok(!pool.view(2, false)!.exited);
  }));

Deno.test("a thread that the runtime refuses is a fault with its reason, and the seat is tried again", async () => {
  const patch = tallyPatch({ sampleRateHz: 8_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 });
  const memory = testMemory({ arenaBytes: patch.arena.bytes });
  new SealTable(memory).reset(0);
  new CommandLog(memory);
  const pool = new RendererPool({ memory, native, seating: await threads({ memory, patch }) });
  try {
    // what cannot be copied into a thread makes the runtime refuse it
    await pool.addPatch(1, { ...patch, name: (() => "tally") as unknown as string });
    pool.spawn(0, 1);
    const { exited, cause } = pool.view(0, false)!;
    assert.deepEqual([exited, cause], [true, "start"]);
    assert.match(pool.errorText(0), /^the renderer could not be started: DataCloneError/);
    pool.end(0);
    assert.ok(pool.view(0, false)!.gone, "the seat may be given away");
    pool.removePatch(1);
    pool.spawn(0, 2);
    await until("it is ready", () => stateOf(pool, 0) === SeatState.ready);
    assert.equal(pool.errorText(0), "");
  } finally {
    assert.deepEqual(await pool.close(60_000), [], "every thread has left");
  }
});

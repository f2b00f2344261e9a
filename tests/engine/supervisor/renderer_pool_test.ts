/**
 * Renderers in threads of their own.
 *
 * Needs real time: one that does not obey within milliseconds is ended by force.
 */
import assert from "node:assert/strict";
import { compileChecksum } from "../../../engine/memory/checksum.ts";
import { CommandLog } from "../../../engine/log/command_log.ts";
import { SealTable } from "../../../engine/log/seal_table.ts";
import { SeatState } from "../../../engine/memory/layout.ts";
import { RendererPool } from "../../../engine/supervisor/renderer_pool.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { tallyPatch } from "../../../testing/patch/tally_patch.ts";
import { until } from "../../../testing/until.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

const { native, build } = await nativeForTests();

async function withPool(work: (pool: RendererPool) => Promise<void>): Promise<void> {
  const patch = tallyPatch({ sampleRateHz: 8_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 });
  const memory = testMemory({ arenaBytes: patch.arena.bytes });
  new SealTable(memory).reset(0);
  new CommandLog(memory);
  const pool = new RendererPool({
    memory,
    patch,
    checksum: compileChecksum(),
    native,
    nativeLibrary: build.library,
    seed: 1,
    faultsAllowed: true,
  });
  try {
    await work(pool);
  } finally {
    assert.deepEqual(await pool.close(60_000), [], "every thread has left");
  }
}

const stateOf = (pool: RendererPool, seat: number) => pool.view(seat, false)?.state;

Deno.test("a renderer starts, joins, gets a patch, is ended by its orders, and its seat says so", () =>
  withPool(async (pool) => {
    assert.equal(pool.view(3, false), undefined);
    pool.spawn(3, 7);
    await until("it is ready", () => stateOf(pool, 3) === SeatState.ready);
    pool.join(3, undefined);
    await until("it has rendered ahead", () => pool.published(3) === 4);
    const patch = tallyPatch({ sampleRateHz: 8_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 });
    pool.addPatch(1, patch);
    assert.ok(!pool.hasPatch(3, 1));
    pool.deliver(3);
    await until("it has the patch", () => pool.hasPatch(3, 1));
    pool.end(3);
    await until("its thread has left", () => pool.view(3, false)!.gone);
    const { exited, cause, incarnation, state } = pool.view(3, false)!;
    assert.deepEqual([exited, cause, incarnation, state], [true, undefined, 7, SeatState.stopped]);
  }));

Deno.test("the cause of an end is told by the seat: a trap, a thrown error with its text, a hang by nothing", () =>
  withPool(async (pool) => {
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

Deno.test("a thread that cannot be made is a fault with its reason, and the seat is tried again", () =>
  withPool(async (pool) => {
    const patch = tallyPatch({ sampleRateHz: 8_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 });
    // what cannot be copied into a thread makes the runtime refuse it
    pool.addPatch(1, { ...patch, name: (() => "tally") as unknown as string });
    pool.spawn(0, 1);
    const { exited, cause } = pool.view(0, false)!;
    assert.deepEqual([exited, cause], [true, "start"]);
    assert.match(pool.errorText(0), /^the thread could not be started: DataCloneError/);
    pool.end(0);
    assert.ok(pool.view(0, false)!.gone, "the seat may be given away");
    pool.removePatch(1);
    pool.spawn(0, 2);
    await until("it is ready", () => stateOf(pool, 0) === SeatState.ready);
    assert.equal(pool.errorText(0), "");
  }));

/**
 * When a thread counts as gone, asked as the program is run: without the permission to do everything.
 *
 * Needs real time: a Worker is started and ended.
 */
import assert from "node:assert/strict";
import { ThreadSeating } from "../../../engine/supervisor/thread_seating.ts";
import { CommandLog } from "../../../engine/log/command_log.ts";
import { SealTable } from "../../../engine/log/seal_table.ts";
import { SeatCommand, SeatState } from "../../../engine/memory/layout.ts";
import { orderIndex, reportFieldIndex } from "../../../engine/memory/seats.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { tallyPatch } from "../../../testing/patch/tally_patch.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";
import { threadSeatingOptions } from "../../../testing/engine/test_threads.ts";
import { until } from "../../../testing/until.ts";

const { native, build } = await nativeForTests();
const library = { native, nativeLibrary: build.library };

Deno.test({
  name: "a thread is gone when the kernel has it no more, also where the runtime lets nothing read /proc",
  permissions: {
    ffi: true,
    read: [new URL("../../../", import.meta.url)],
    run: false,
    write: false,
    env: true,
  },
  fn: async () => {
    const patch = tallyPatch({ sampleRateHz: 8_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 });
    const memory = testMemory({ arenaBytes: patch.arena.bytes });
    const seating = new ThreadSeating(
      threadSeatingOptions({ ...library, memory, patch, faultsAllowed: false }),
    );
    assert.equal(seating.adopt(), undefined);
    const occupant = seating.spawn(0, 1);
    const report = (name: "state" | "threadId") => memory.words[reportFieldIndex(memory, 0, name)];
    await until("it is ready", () => report("state") === SeatState.ready);
    assert.deepEqual([occupant.exited, occupant.gone], [false, false]);
    const threadId = report("threadId");
    occupant.terminate(0);
    await until("the Worker has reported its end", () => occupant.exited);
    memory.words[reportFieldIndex(memory, 0, "threadId")] = native.symbols.us_thread_id();
    assert.equal(occupant.gone, false, "that thread is still there");
    memory.words[reportFieldIndex(memory, 0, "threadId")] = threadId;
    await until("it is gone", () => occupant.gone);
  },
});

/** Shorter than a start takes, and long for a thread that runs. */
const graceMs = 20;

Deno.test("a thread that is ended while it starts leaves by its order: force could end the whole process", async () => {
  const patch = tallyPatch({ sampleRateHz: 8_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 });
  const memory = testMemory({ arenaBytes: patch.arena.bytes });
  new SealTable(memory).reset(0);
  new CommandLog(memory);
  const exitedAtEnd: boolean[][] = [];
  const seating = new ThreadSeating({
    ...threadSeatingOptions({ ...library, memory, patch, faultsAllowed: false }),
    onEnd: () => exitedAtEnd.push(occupants.map(({ exited }) => exited)),
  });
  const occupants = [0, 1].map((seat) => {
    const occupant = seating.spawn(seat, seat + 1);
    Atomics.store(memory.words, orderIndex(memory, seat, "command"), SeatCommand.stop);
    occupant.terminate(graceMs);
    return occupant;
  });
  await until("both have left", () => occupants.every(({ gone }) => gone));
  const states = [0, 1].map((seat) => memory.words[reportFieldIndex(memory, seat, "state")]);
  assert.deepEqual(states, [SeatState.stopped, SeatState.stopped]);
  assert.deepEqual(exitedAtEnd.at(-1), [true, true], "the end of each is told");
});

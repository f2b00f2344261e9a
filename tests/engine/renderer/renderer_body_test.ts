import assert from "node:assert/strict";
import { compileChecksum } from "../../../engine/memory/checksum.ts";
import { CommandLog } from "../../../engine/log/command_log.ts";
import { SealTable } from "../../../engine/log/seal_table.ts";
import { SeatCommand, SeatState } from "../../../engine/memory/layout.ts";
import { orderIndex, reportFieldIndex } from "../../../engine/memory/seats.ts";
import { RendererBody, reportRendererError, setSeatState } from "../../../engine/renderer/renderer_body.ts";
import { AfterStep } from "../../../engine/renderer/renderer_loop.ts";
import { RendererStaleError } from "../../../engine/renderer/renderer_stale_error.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { tallyPatch } from "../../../testing/patch/tally_patch.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

const { native } = await nativeForTests();
const patch = tallyPatch({ sampleRateHz: 8_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 });

Deno.test("a body is ready, waits for orders, runs ahead, takes a patch between two blocks, and ends", () => {
  const memory = testMemory({ arenaBytes: patch.arena.bytes });
  const { words } = memory;
  new SealTable(memory).reset(0);
  new CommandLog(memory);
  words[orderIndex(memory, 3, "command")] = SeatCommand.wait;
  const body = new RendererBody({
    memory,
    seat: 3,
    native,
    checksum: compileChecksum(),
    seed: 1,
    faultsAllowed: false,
    patches: [{ number: 0, patch }, { number: 2, patch }],
  });
  const report = (name: "state" | "published" | "patch") => words[reportFieldIndex(memory, 3, name)];
  assert.deepEqual([report("state"), body.newestPatch], [SeatState.ready, 2]);
  assert.equal(body.advance(), AfterStep.waitForOrders);
  words[orderIndex(memory, 3, "command")] = SeatCommand.run;
  body.wait(AfterStep.waitForOrders); // returns at once: the word has changed
  assert.equal(body.advance(), AfterStep.waitForDevice);
  assert.equal(report("published"), 4);
  body.prepare({ number: 3, patch, oldest: 2 });
  assert.equal(body.advance(), AfterStep.waitForDevice);
  assert.deepEqual([body.newestPatch, report("patch")], [3, 3]);
  words[orderIndex(memory, 3, "command")] = SeatCommand.stop;
  assert.equal(body.advance(), AfterStep.end);
});

Deno.test("an error is written into the seat, with the state that it means", () => {
  const memory = testMemory();
  const errors: [unknown, number][] = [
    [new Error("broken"), SeatState.failed],
    [new RendererStaleError("too late"), SeatState.stale],
    [new WebAssembly.RuntimeError("unreachable"), SeatState.trapped],
    ["text", SeatState.failed],
  ];
  for (const [error, state] of errors) {
    setSeatState(memory, 1, SeatState.running);
    reportRendererError(memory, 1, error);
    assert.equal(memory.words[reportFieldIndex(memory, 1, "state")], state);
    const bytes = memory.words[reportFieldIndex(memory, 1, "errorBytes")];
    const first = reportFieldIndex(memory, 1, "errorText") * 4;
    const text = new TextDecoder().decode(memory.bytes.slice(first, first + bytes));
    assert.equal(text, error instanceof Error ? `${error.name}: ${error.message}` : error);
  }
});

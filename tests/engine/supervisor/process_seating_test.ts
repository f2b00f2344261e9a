/**
 * What a control process finds of the renderers that one before it has started.
 *
 * Needs real time: processes are started and must be ready within the patience of the test.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { CommandLog } from "../../../engine/log/command_log.ts";
import { SealTable } from "../../../engine/log/seal_table.ts";
import { fixed, SeatState } from "../../../engine/memory/layout.ts";
import { orderIndex, reportFieldIndex } from "../../../engine/memory/seats.ts";
import { beginRun } from "../../../engine/run/begin_run.ts";
import { PatchFiles } from "../../../engine/run/patch_files.ts";
import { ProcessSeating, rendererCommand } from "../../../engine/supervisor/process_seating.ts";
import { sharedBuffer } from "../../../engine/run/run_memory.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { tallyPatch } from "../../../testing/patch/tally_patch.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";
import { inRun } from "../../../testing/engine/test_processes.ts";
import { until } from "../../../testing/until.ts";

const { native, build } = await nativeForTests();

Deno.test("a renderer process is found again, and a seat whose process never came is closed to it", () =>
  inRun(async ({ folder, stage }) => {
    const patch = tallyPatch({ sampleRateHz: 8_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 });
    const memory = testMemory(
      { arenaBytes: patch.arena.bytes },
      (bytes) => sharedBuffer(native, folder, bytes),
    );
    const { words } = memory;
    words[fixed.controlProcess.pid.index] = Deno.pid;
    new SealTable(memory).reset(0);
    new CommandLog(memory);
    const start = { nativeLibrary: build.library, seed: 1, faultsAllowed: false };
    await beginRun(folder, { ...start, native, memory, patches: [{ number: 0, patch }] });
    const patches = new PatchFiles(folder, native);
    const module = new URL("../../../engine/renderer/process.ts", import.meta.url);
    const options = {
      ...{ memory, native, folder, stage, patches, command: rendererCommand(module, folder) },
      loaded: [{ number: 0, patch }],
      start,
    };
    const [first, next] = [new ProcessSeating(options), new ProcessSeating(options)];
    const report = (seat: number, name: "state" | "threadId") => words[reportFieldIndex(memory, seat, name)];

    assert.equal(next.adopt(0), undefined, "nothing was ever started there");
    await Deno.remove(folder.path, { recursive: true });
    assert.equal(await first.keepFiles(), undefined, "what something else has removed is made again");
    words[orderIndex(memory, 1, "incarnation")] = 4;
    const started = first.spawn(1, 4);
    await until("it is ready", () => report(1, "state") === SeatState.ready);
    words[orderIndex(memory, 1, "patchFile")] = 7; // its file was taken back
    const errors = () => Deno.readTextFileSync(folder.errorsOf(1));
    await until("it says that it has not got the patch", () => /patch 7: NotFound/.test(errors()));
    const heartbeat = reportFieldIndex(memory, 1, "heartbeat");
    const before = words[heartbeat];
    await until("it lives on without the patch", () => Atomics.load(words, heartbeat) > before + 1);
    const found = next.adopt(1)!;
    assert.deepEqual([found.incarnation, found.exited, found.gone], [4, false, false]);
    found.terminate(0);
    await until("it is gone", () => found.gone && started.gone);
    // until the runtime has taken its status, its id stands for it
    await until("its id is free", () => !existsSync(`/proc/${report(1, "threadId")}`));
    assert.equal(next.adopt(1), undefined, "it has ended");

    const stranger = new Deno.Command("sleep", { args: ["60"] }).spawn();
    words[reportFieldIndex(memory, 1, "threadId")] = stranger.pid;
    assert.equal(next.adopt(1), undefined, "another process has got its id since");
    stranger.kill("SIGKILL");
    await stranger.status;

    words[orderIndex(memory, 2, "incarnation")] = 5;
    assert.equal(next.adopt(2), undefined, "its process has not come yet");
    const late = first.spawn(2, 5);
    await until("it has ended", () => late.gone);
    assert.equal(report(2, "state"), SeatState.empty, "it wrote nothing");
    words[reportFieldIndex(memory, 2, "threadId")] = 0;
    const other = first.spawn(2, 6);
    await until("it has ended", () => other.gone);
    assert.deepEqual(
      [report(2, "state"), report(2, "threadId")],
      [SeatState.empty, 0],
      "the seat is another's",
    );

    await Deno.remove(folder.memory);
    assert.match(
      String(await next.keepFiles()),
      /was removed: no renderer or stage that is lost can be replaced; restart/,
    );
  }));

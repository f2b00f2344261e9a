/**
 * The stage: lost in every way, and replaced.
 *
 * Needs real time: its clock calls the callback.
 */
import assert from "node:assert/strict";
import { readConfig } from "../../../config/settings.ts";
import { StageDriver } from "../../../engine/device/stage_driver.ts";
import { fixed } from "../../../engine/memory/layout.ts";
import { blocksBetween } from "../../../engine/memory/shared_memory.ts";
import { mapMemory } from "../../../ffi/mapped_memory.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";
import { inRun } from "../../../testing/engine/test_processes.ts";
import { until } from "../../../testing/until.ts";

const { native } = await nativeForTests();

Deno.test("a lost stage is replaced and its frames are counted, a new control process finds it, and it ends when told", () =>
  inRun(async (processes) => {
    const { folder } = processes;
    const memory = testMemory({ sampleRateHz: 48_000, blockFrames: 128 }, (bytes) => {
      const mapped = mapMemory(native, { path: folder.memory, bytes, create: true });
      return mapped.buffer as unknown as SharedArrayBuffer;
    });
    const { words, wide } = memory;
    words[fixed.controlProcess.pid.index] = Deno.pid;
    words[fixed.control.play.index] = 1;
    const lines: string[] = [];
    const keep = (line: string) => void lines.push(line);
    const log = { debug: keep, info: keep, warning: keep, error: keep };
    const config = readConfig({ UNDERSTUDY_DRIVER: "clock" });
    const options = { native, memory, config, log, processes };
    const driver = await StageDriver.start(options);
    const pid = () => words[fixed.stageReport.pid.index];
    const plays = async () => {
      const first = memory.consumed();
      await until("the callback is called", () => {
        driver.poll();
        return blocksBetween(memory.consumed(), first) > 4;
      });
    };
    await plays();
    assert.equal(wide[fixed.stageReport.lostFrames.index], 0n);
    let lost = 0n;
    for (const signal of ["SIGKILL", "SIGSEGV", "SIGSTOP"] as const) {
      const before = pid();
      words[fixed.callback.stampSequence.index] |= 1; // as if it had been ended inside the callback
      Deno.kill(before, signal);
      await until("another one plays", () => {
        driver.poll();
        return pid() !== before;
      });
      await plays();
      assert.ok(wide[fixed.stageReport.lostFrames.index] > lost, signal);
      assert.equal(words[fixed.callback.stampSequence.index] % 2, 0);
      lost = wide[fixed.stageReport.lostFrames.index];
    }
    assert.deepEqual(lines, new Array(3).fill("the stage process was lost: another one plays on"));
    const before = pid();
    const found = await StageDriver.start(options);
    assert.equal(pid(), before, "no other one was started");
    await found.stop();
    await until("it has ended", () => {
      try {
        return /\) Z/.test(Deno.readTextFileSync(`/proc/${before}/stat`));
      } catch {
        return true;
      }
    });
    assert.equal(found.alive, false);
  }));

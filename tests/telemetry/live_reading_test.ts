import assert from "node:assert/strict";
import { fixed, SeatCommand, SeatState, within } from "../../engine/memory/layout.ts";
import { orderIndex, reportFieldIndex, reportIndex } from "../../engine/memory/seats.ts";
import { OutputWriter } from "../../testing/engine/output_writer.ts";
import { testMemory } from "../../testing/engine/test_memory.ts";
import { LiveReading } from "../../telemetry/live_reading.ts";

/** Memory with renderers 11 to 14 on the first four seats: primary, spare, a lost one, and one that waits. */
function stage() {
  const memory = testMemory({ blockFrames: 32, sampleRateHz: 8_000 });
  const { words } = memory;
  const states = [SeatState.running, SeatState.running, SeatState.trapped, SeatState.ready];
  states.forEach((state, seat) => {
    words[reportFieldIndex(memory, seat, "state")] = state;
    words[orderIndex(memory, seat, "incarnation")] = 11 + seat;
    words[reportFieldIndex(memory, seat, "published")] = 4 + seat;
    words[reportFieldIndex(memory, seat, "threadId")] = 100 + seat;
  });
  words.set([1, 0, 2], fixed.control.roleRing.index);
  words.set([2, 3], reportFieldIndex(memory, 0, "voices"));
  const text = new TextEncoder().encode("unreachable");
  words[reportFieldIndex(memory, 2, "errorBytes")] = text.length;
  memory.bytes.set(text, (reportIndex(memory, 2) + within.seatReport.errorText.index) * 4);
  const used = new Map([[100, 10], [101, 20]]);
  return { memory, words, used, reading: new LiveReading(memory, (id) => used.get(id), 99) };
}

Deno.test("renderers come with role, state, lead, voices and the error that ended them", () => {
  const { reading } = stage();
  const shown = reading.renderers().map(({ rendererId, role, state, blocksAhead, voices, error }) =>
    [rendererId, role, state, blocksAhead, voices, error].join(" ")
  );
  assert.deepEqual(shown, [
    "11 primary running 4 5 ",
    "12 spare running 5 0 ",
    "13 none trapped 0 0 unreachable",
    "14 reserve ready 0 0 ",
  ]);
});

Deno.test("a renderer that was given up while it ran is shown as stopped, with nothing of before", () => {
  const { reading, memory, words } = stage();
  words[orderIndex(memory, 0, "command")] = SeatCommand.stop;
  words[fixed.control.roleRing.index] = 0;
  const [{ rendererId, role, state, blocksAhead, voices, load }] = reading.renderers();
  assert.deepEqual([rendererId, role, state, blocksAhead, voices, load], [
    11,
    "none",
    "stopped",
    0,
    0,
    undefined,
  ]);
});

Deno.test("load is processor time for what was published, against the time of a block", () => {
  const { reading, memory, words, used } = stage();
  const times: number[] = [];
  const blockMs = 4;
  const sample = () => reading.sampleLoads(blockMs, (ms) => times.push(ms));
  sample();
  assert.deepEqual([times, reading.renderers()[0].load], [[], undefined]);
  words[reportFieldIndex(memory, 0, "published")] += 10;
  used.set(100, 20); // 10 ms for 10 blocks
  sample();
  assert.deepEqual([times, reading.renderers()[0].load, reading.renderers()[1].load], [[1], 0.25, undefined]);
  // another thread on the seat has nothing to compare with
  words[reportFieldIndex(memory, 0, "threadId")] = 101;
  sample();
  assert.deepEqual(times, [1]);
});

Deno.test("the output streams while the callback calls, and says whose block was heard, or that none was", () => {
  const { reading, memory } = stage();
  const writer = new OutputWriter(memory);
  writer.play(undefined, 2);
  reading.poll(1_000);
  assert.deepEqual([reading.isStreaming(1_150), reading.isStreaming(1_250)], [true, false]);
  assert.deepEqual([reading.heardRendererId(), reading.isRendered()], [12, true]);
  writer.play(undefined, 0);
  memory.wide[fixed.counters.concealedBlocks.index]++;
  assert.deepEqual([reading.heardRendererId(), reading.isRendered(), reading.isRendered()], [0, false, true]);
  assert.equal(reading.counters().concealedBlocks, 1);
});

Deno.test("in threads there is one process; in processes each is there, and one that stands still is told", () => {
  const { reading, words } = stage();
  assert.deepEqual(reading.processes(0), [{ name: "control", pid: 99, isAlive: true, restarts: 0 }]);
  words[fixed.controlProcess.pid.index] = 7;
  words[fixed.launcher.pid.index] = 6;
  words[fixed.launcher.epoch.index] = 3;
  words[fixed.stageReport.pid.index] = 8;
  words[fixed.stageReport.starts.index] = 1;
  const beat = (nowMs: number, stageToo: boolean) => {
    words[fixed.controlProcess.heartbeat.index]++;
    if (stageToo) words[fixed.stageReport.heartbeat.index]++;
    reading.poll(nowMs);
  };
  beat(0, true);
  beat(1_500, false);
  const shown = reading.processes(1_500).map(({ name, pid, isAlive, restarts }) =>
    `${name} ${pid} ${isAlive} ${restarts}`
  );
  assert.deepEqual(shown, [
    "launcher 6 true 0",
    "control 7 true 2",
    "stage 8 false 0",
    "renderer 100 true 0",
    "renderer 101 true 0",
    "renderer 103 true 0",
  ]);
});

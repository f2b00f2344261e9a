/** Needs the machine alone: threads get and lose their place in the schedule of the machine. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { RealTime } from "../../../engine/scheduling/real_time.ts";
import { seatCount } from "../../../engine/memory/constants.ts";
import { fixed, SeatState } from "../../../engine/memory/layout.ts";
import { reportFieldIndex } from "../../../engine/memory/seats.ts";
import { sharedMemoryPointer } from "../../../ffi/shared_memory_pointer.ts";
import { startTestEngine, type TestEngine } from "../../../testing/engine/test_engine.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";
import { threadScheduling } from "../../../testing/engine/thread_scheduling.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { requirement } from "../../../testing/requirement.ts";
import { until } from "../../../testing/until.ts";

const { native } = await nativeForTests();
const clockPriority = 60;
const needs = {
  rights: {
    "real-time priority": native.symbols.us_highest_priority(clockPriority) === clockPriority,
  },
  install:
    'add "@audio - rtprio 95", "@audio - nice -20" to /etc/security/limits.d/audio.conf, and log in again',
};

/** Kernel ids of the renderers that play. */
function threads({ engine: { memory } }: TestEngine): number[] {
  const word = (seat: number, field: "state" | "threadId") =>
    Atomics.load(memory.words, reportFieldIndex(memory, seat, field));
  return Array.from({ length: seatCount }, (_, seat) => seat)
    .filter((seat) => word(seat, "state") === SeatState.running).map((seat) => word(seat, "threadId"))
    .filter((id) => threadScheduling(id) !== undefined); // one that was ended by force reports nothing more
}

const priorities = (started: TestEngine) => threads(started).map((id) => threadScheduling(id)?.priority);
const allHave = (started: TestEngine, priority: number) => {
  const held = priorities(started);
  return held.length === 3 && held.every((each) => each === priority);
};

requirement({
  name:
    "renderers that have caught up play two below the callback, the watchdog between, the main isolate above normal; a replacement likewise",
  fn: async () => {
    const main = native.symbols.us_thread_id();
    const { nice } = threadScheduling(main)!;
    const started = await startTestEngine();
    const { engine } = started;
    await started.lockstep();
    await until("real time for three renderers", () => allHave(started, clockPriority - 2));
    const watchdog = () => Atomics.load(engine.memory.words, fixed.watchdog.threadId.index);
    await until(
      "the watchdog's priority",
      () => threadScheduling(watchdog())?.priority === clockPriority - 1,
    );
    const session = () => /nice (-?\d+)/.exec(Deno.readTextFileSync("/proc/self/autogroup"))?.[1] ?? "-20";
    if (existsSync("/proc/self/autogroup")) assert.equal(session(), "-20");
    const others = [...Deno.readDirSync("/proc/self/task")].map(({ name }) => threadScheduling(Number(name)));
    assert.ok(
      others.every((held) => held === undefined || held.priority > 0 || held.nice === -20),
      "nice -20",
    );
    // one that was replaced meanwhile
    await until(
      "real time in the status",
      () => engine.status().realTime.renderers === clockPriority - 2,
    );
    assert.deepEqual(
      { ...engine.status().realTime, demotions: 0, memoryLocked: true },
      {
        callback: clockPriority,
        renderers: clockPriority - 2,
        mainIsolate: -20,
        memoryLocked: true,
        missing: "",
        demotions: 0,
      },
    );
    const fallen = threads(started);
    engine.injectFault("throw", "primary");
    await until(
      "a replacement in real time",
      () => allHave(started, clockPriority - 2) && threads(started).some((id) => !fallen.includes(id)),
    );
    await started.stop();
    assert.equal(threadScheduling(main)!.nice, nice);
    assert.equal(threadScheduling(watchdog()), undefined);
  },
}, needs);

requirement({
  name: "a renderer that hangs in real time is returned to the normal class before the supervisor ends it",
  fn: async () => {
    const started = await startTestEngine();
    const { engine } = started;
    await started.lockstep();
    await until("real time for three renderers", () => allHave(started, clockPriority - 2));
    const { demotions } = engine.status().realTime;
    engine.injectFault("hang", "both");
    await until("two demotions", () => engine.status().realTime.demotions - demotions >= 2);
    await started.lockstep();
    await until("real time for three renderers again", () => allHave(started, clockPriority - 2));
    await started.stop();
  },
}, needs);

requirement({
  name: "the lowest nice value that is granted is found by trying, and the thread keeps its own",
  fn: () => {
    const { nice } = threadScheduling(native.symbols.us_thread_id())!;
    assert.equal(native.symbols.us_lowest_nice(-20), -20);
    assert.equal(native.symbols.us_lowest_nice(19), nice, "none below is asked for");
    assert.equal(threadScheduling(native.symbols.us_thread_id())!.nice, nice);
  },
}, needs);

requirement({
  name: "the watchdog takes real time from who keeps a processor, not from who is late because it gets none",
  fn: async () => {
    const memory = testMemory();
    const { words } = memory;
    const policyOf = (pid: number) => {
      const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
      return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[38];
    };
    const [fifo, other] = ["1", "0"];
    // the first is judged first; it gets no processor time, as one that waits behind threads of higher priority
    const starved = new Deno.Command("sleep", { args: ["600"] }).spawn();
    const greedy = new Deno.Command("sh", { args: ["-c", "while :; do :; done"] }).spawn();
    try {
      [starved, greedy].forEach(({ pid }, seat) => {
        assert.equal(native.symbols.us_prioritise_thread(pid, 10), 0);
        words[reportFieldIndex(memory, seat, "threadId")] = pid;
        words[reportFieldIndex(memory, seat, "published")] = memory.consumed() - 3;
        Atomics.store(words, reportFieldIndex(memory, seat, "state"), SeatState.running);
      });
      Atomics.store(words, fixed.control.rendererPriority.index, 10);
      const base = sharedMemoryPointer(native, memory.bytes);
      assert.equal(native.symbols.us_watchdog_start(base), 0);
      await until("one has lost its priority", () => words[fixed.watchdog.demotions.index] > 0);
      assert.deepEqual([policyOf(starved.pid), policyOf(greedy.pid)], [fifo, other]);
      assert.equal(await native.symbols.us_watchdog_stop(base), 0);
    } finally {
      for (const child of [starved, greedy]) {
        child.kill("SIGKILL");
        await child.status;
      }
    }
  },
}, needs);

Deno.test("with real time off every thread stays in the normal class, and nothing is called missing", async () => {
  const main = native.symbols.us_thread_id();
  const before = threadScheduling(main);
  const started = await startTestEngine({ environment: { UNDERSTUDY_REAL_TIME: "off" } });
  await started.lockstep();
  await started.blocksPass(20);
  await until("three renderers in the normal class", () => allHave(started, 0));
  assert.deepEqual(threadScheduling(main), before);
  const { realTime } = started.engine.status();
  assert.deepEqual([realTime.renderers, realTime.missing], [0, ""]);
  assert.ok(!started.lines.some((line) => line.includes("does not grant")));
  await started.stop();
});

Deno.test("a device without a thread of its own is named as missing, once, with the remedy", async () => {
  const started = await startTestEngine({ driver: "manual" });
  assert.ok(started.engine.status().realTime.missing.split(" ").includes("callback"));
  assert.equal(started.lines.filter((line) => /does not grant .*callback/.test(line)).length, 1);
  await started.lockstep();
  await started.blocksPass(20);
  await started.playUntil("three renderers in the normal class", () => allHave(started, 0));
  await started.stop();
});

requirement({
  name: "an engine keeps its session above others when another one of the session has ended",
  fn: async () => {
    const memory = testMemory();
    let nowMs = 0;
    const session = () => /nice (-?\d+)/.exec(Deno.readTextFileSync("/proc/self/autogroup"))?.[1];
    const before = session();
    const realTime = RealTime.begin({ native, memory, enabled: true, nowMs: () => nowMs });
    assert.equal(session(), "-20");
    assert.equal(native.symbols.us_schedule_session_nice(0, new Int32Array(1)), 0);
    assert.equal(session(), "0");
    nowMs = 1_000;
    realTime.poll();
    assert.equal(session(), "-20");
    await realTime.stop();
    assert.equal(session(), before);
  },
}, {
  rights: {
    "priority of the session": existsSync("/proc/self/autogroup") && needs.rights["real-time priority"],
  },
  install: needs.install,
});

Deno.test("renderers keep their priority while a stage is replaced, and lose it when none comes in real time", async () => {
  const memory = testMemory();
  let nowMs = 0;
  let [stage, callback] = [7, 60];
  const scripted = {
    ...native,
    symbols: {
      ...native.symbols,
      us_callback_priority: () => callback,
      us_highest_priority: (wanted: number) => wanted,
    },
  } as typeof native;
  const realTime = RealTime.begin({
    native: scripted,
    memory,
    enabled: true,
    stage: () => stage,
    nowMs: () => nowMs,
  });
  const read = () => {
    nowMs += 1_000;
    realTime.poll();
    return words[fixed.control.rendererPriority.index];
  };
  const { words } = memory;
  assert.equal(read(), 58);
  [stage, callback] = [0, 0]; // lost
  assert.deepEqual([read(), read()], [58, 58]);
  [stage, callback] = [8, 60];
  assert.equal(read(), 58);
  callback = 0; // the next one may not have real time
  assert.deepEqual(Array.from({ length: 6 }, read), [58, 58, 58, 58, 58, 0]);
  await realTime.stop();
});

Deno.test("the callback's priority is read again only after a while, and when a device was opened", async () => {
  const memory = testMemory({ sampleRateHz: 8_000, blockFrames: 32, lookaheadBlocks: 4 });
  let nowMs = 0;
  let reads = 0;
  const counting = {
    ...native,
    symbols: { ...native.symbols, us_callback_priority: () => (reads++, 5) },
  } as typeof native;
  const realTime = RealTime.begin({ native: counting, memory, enabled: true, nowMs: () => nowMs });
  const polled = (atMs: number) => {
    nowMs = atMs;
    realTime.poll();
    return reads;
  };
  assert.deepEqual([0, 2, 999, 1_000, 1_002].map(polled), [1, 1, 1, 2, 2]);
  realTime.read();
  assert.equal(reads, 3);
  assert.equal(realTime.status([]).callback, 5);
  await realTime.stop();
});

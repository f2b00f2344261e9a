/**
 * The whole engine, its renderers in real threads, on a device that moves when the test says so.
 *
 * Needs the machine alone: renderers are lost one after the other, and no block may be missing.
 */
import assert from "node:assert/strict";
import { CommandRefusedError } from "../../engine/control/control.ts";
import { DriverError } from "../../engine/device/driver_error.ts";
import { Engine } from "../../engine/engine.ts";
import { supervisorDefaults } from "../../engine/supervisor/supervisor.ts";
import { readConfig } from "../../config/settings.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";
import { compilePatch } from "../../testing/patch/compile_named.ts";
import { fuseNumber, hangNumber, poisonNumber } from "../../testing/patch/tally_patch.ts";
import type { ManualDriver } from "../../testing/engine/manual_driver.ts";
import { renderAgain } from "../../testing/engine/render_again.ts";
import {
  startTestEngine,
  type SteppedEngine,
  type TestEngineOptions,
} from "../../testing/engine/test_engine.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { sameBits } from "../../testing/patch/patch_player.ts";
import { blocksBetween, SharedMemory } from "../../engine/memory/shared_memory.ts";
import { seatCount } from "../../engine/memory/constants.ts";
import { fixed, SeatState } from "../../engine/memory/layout.ts";
import { reportFieldIndex } from "../../engine/memory/seats.ts";
import { keys } from "../../patches/ready/keys.ts";
import { sines } from "../../patches/ready/sines.ts";
import { sharedRuns } from "../../testing/share.ts";
import { until } from "../../testing/until.ts";

const replacements = sharedRuns(
  "renderers replaced one after the other",
  Number(Deno.env.get("UNDERSTUDY_TEST_REPLACEMENTS") ?? 500),
  16,
).numRuns;

/** Starts a stepped engine that records, and gives the path of the recording to a test. */
function recorded(
  work: (running: SteppedEngine, session: string) => Promise<void>,
  options: TestEngineOptions = {},
): Promise<void> {
  return inFolder(async (folder) => {
    const session = `${folder}/a.session`;
    const environment = { UNDERSTUDY_SESSION: session, ...options.environment };
    await work(await startTestEngine({ ...options, driver: "manual", environment }), session);
  });
}

/** Threads of renderers; the runtime's own pools grow and shrink as they like. */
function rendererThreads(): number {
  return [...Deno.readDirSync("/proc/self/task")].filter(({ name }) =>
    nameOfThread(name).startsWith("worker-")
  )
    .length;
}

/** Empty for a thread that has left meanwhile. */
function nameOfThread(id: string): string {
  try {
    return Deno.readTextFileSync(`/proc/self/task/${id}/comm`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

function faultsIn(events: SteppedEngine["events"]): number {
  return events.filter(({ event }) => event === "fault").length;
}

function descriptors(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

Deno.test("when all renderers fall at once, sound comes back with the musical state, every concealed frame counted", () =>
  recorded(async ({ engine, events, driver, secondsPass, lockstep, stop }, session) => {
    for (let round = 0; round < 3; round++) {
      engine.submit([{ kind: "noteOn", instrument: 0, id: round, number: 60, velocity: 1 }]);
      await secondsPass(0.2);
      engine.injectFault("kill", "all");
      await until("an engine alone", () => events.filter(({ event }) => event === "alone").length > round);
      driver.call(20);
      engine.submit([{ kind: "noteOn", instrument: 0, id: 100 + round, number: 61, velocity: 1 }]);
      await lockstep();
    }
    await secondsPass(0.1);
    const { concealedFrames } = engine.status();
    await stop();
    const rendered = await renderAgain(session);
    assert.ok(concealedFrames > 0);
    assert.equal(rendered.concealedBlocks * 128, concealedFrames);
    assert.equal(rendered.differingBlocks, 0);
    assert.ok(sameBits(driver.captured, rendered.samples));
  }));

Deno.test("the fault `both` leaves the spare playing: nothing is concealed and the state goes on", async () => {
  const { engine, events, playUntil, stop } = await startTestEngine({ driver: "manual" });
  const timesInLockstep = () =>
    events.filter((event) => event.event === "lockstep" && event.renderers === 3).length;
  await playUntil("three renderers in lockstep", () => timesInLockstep() > 0);
  const [faultsBefore, timesBefore] = [faultsIn(events), timesInLockstep()];
  engine.injectFault("hang", "both");
  await playUntil("two faults", () => faultsIn(events) >= faultsBefore + 2);
  await playUntil("three renderers in lockstep again", () => timesInLockstep() > timesBefore);
  const { faults, concealedFrames } = engine.status();
  await stop();
  // a hung renderer falls behind: on a busy machine that may be seen first
  assert.ok((faults.hang ?? 0) + (faults.late ?? 0) >= 2, JSON.stringify(faults));
  assert.equal(concealedFrames, 0);
});

Deno.test("a command on which every renderer breaks is skipped permanently, and the music goes on without it", () =>
  recorded(async ({ engine, events, clock, driver, ...running }, session) => {
    const timesAlone = () => events.filter(({ event }) => event === "alone").length;
    await running.secondsPass(0.4);
    engine.submit([{ kind: "noteOn", instrument: 0, id: 1, number: poisonNumber, velocity: 1 }], {
      unixMs: clock.unixMs + 350,
    });
    engine.submit([{ kind: "noteOn", instrument: 0, id: 2, number: 60, velocity: 1 }]);
    await running.playUntil("an engine alone", () => timesAlone() >= 1);
    driver.call(20);
    await running.playUntil("the poison in quarantine", () => engine.status().quarantinedCommands > 0);
    await running.lockstep();
    engine.submit([{ kind: "noteOn", instrument: 0, id: 3, number: poisonNumber, velocity: 1 }, {
      kind: "noteOff",
      instrument: 0,
      id: 2,
    }]);
    await running.playUntil("an engine alone again", () => timesAlone() >= 2);
    driver.call(20);
    await running.playUntil("the poison in quarantine", () => engine.status().quarantinedCommands >= 2);
    await running.lockstep();
    assert.equal(engine.status().quarantinedCommands, 2, "the command beside the poison acts");
    await running.blocksPass(50);
    await running.stop();
    const rendered = await renderAgain(session);
    assert.ok(rendered.complete && rendered.differingBlocks === 0 && rendered.concealedBlocks > 0);
  }));

/** Lets the device take blocks, published or not, until something holds. */
async function concealUntil(driver: ManualDriver, condition: string, holds: () => boolean): Promise<void> {
  await until(condition, () => holds() || (driver.call(), false));
}

Deno.test("what plays and nobody hears is not called running, and an event and the log say why, until it is heard", async () => {
  const started = await startTestEngine({ driver: "manual" });
  const { engine, driver, lines } = started;
  const states: string[] = [];
  engine.observe((event) => {
    if (event.event === "device") states.push(event.state);
  });
  assert.deepEqual([engine.status().state, engine.status().unheard], ["running", ""]);
  driver.unheard = "nothing is connected: connect it";
  await until("it is told", () => states.length === 1);
  assert.deepEqual(
    [engine.status().state, engine.status().unheard],
    ["unheard", "nothing is connected: connect it"],
  );
  assert.ok(
    lines.some((line) => /nobody hears it: nothing is connected: connect it/.test(line)),
    lines.join(),
  );
  await started.blocksPass(4);
  assert.equal(engine.status().concealedFrames, 0, "it plays on");
  driver.unheard = undefined;
  await until("it is told", () => states.length === 2);
  assert.deepEqual(states, ["unheard", "running"]);
  await started.stop();
});

Deno.test("concealed sound is called silent by state, event and log, and running once a renderer is heard again", async () => {
  const { engine, driver, lines, lockstep, playUntil, stop } = await startTestEngine({ driver: "manual" });
  const states: string[] = [];
  engine.observe((event) => event.event === "device" && states.push(event.state));
  await lockstep();
  const takeConcealed = () => {
    // renderers are back within a tick or two, so what the callback counts is said by hand
    engine.memory.wide[fixed.counters.concealedBlocks.index]++;
    driver.call();
  };
  await until("silence", () => engine.status().state === "silent" || (takeConcealed(), false));
  await playUntil("sound", () => engine.status().state === "running");
  assert.deepEqual(states, ["silent", "running"]);
  assert.ok(lines.includes("silent: no renderer has a block for the device"), lines.join());
  await stop();
});

for (const [harm, fuseFrames] of [["is found", 2_400], ["lies in every snapshot", 48_000]] as const) {
  Deno.test(`a command that breaks every renderer later, when it ${harm}, takes the sound once, and it comes back`, () =>
    recorded(async ({ engine, events, driver, ...running }, session) => {
      await running.secondsPass(0.4);
      engine.submit([{ kind: "set", parameter: 0, value: 5 }]);
      await running.secondsPass(0.2); // snapshots are written every quarter of a second
      engine.submit([{
        kind: "noteOn",
        instrument: 0,
        id: 1,
        number: fuseNumber,
        velocity: fuseFrames,
      }]);
      await running.playUntil("no renderer in lockstep", () => events.some(({ event }) => event === "alone"));
      driver.call(20); // more than they can have ahead
      const found = () =>
        events.some(({ event }) => event === (fuseFrames < 10_000 ? "quarantine" : "anchor"));
      await concealUntil(driver, "a way on", found);
      await concealUntil(driver, "sound", () => engine.status().state === "running");
      await running.lockstep();
      assert.equal(engine.parameterValue(0), 5);
      engine.submit([{ kind: "noteOn", instrument: 0, id: 2, number: 60, velocity: 1 }]);
      await running.secondsPass(0.1);
      await running.stop();
      const rendered = await renderAgain(session);
      assert.ok(rendered.complete && rendered.concealedBlocks > 0);
      assert.equal(rendered.differingBlocks, 0);
      assert.ok(sameBits(driver.captured, rendered.samples));
    }));
}

Deno.test("a command on which every renderer hangs is skipped permanently once a replay has hung on it too", () =>
  recorded(async ({ engine, events, driver, ...running }, session) => {
    await running.secondsPass(0.4);
    engine.submit([{ kind: "noteOn", instrument: 0, id: 1, number: hangNumber, velocity: 1 }]);
    await concealUntil(driver, "a quarantine", () => engine.status().quarantinedCommands === 1);
    await concealUntil(driver, "sound", () => engine.status().state === "running");
    await running.lockstep();
    assert.ok(events.some((event) => event.event === "fault" && event.cause === "hang" && event.joining));
    await running.stop();
    assert.equal((await renderAgain(session)).differingBlocks, 0);
  }));

Deno.test("a planned switch exchanges the roles and changes no sample", () =>
  recorded(async ({ engine, lockstep, secondsPass, stop }, session) => {
    await lockstep();
    const before = engine.status().rendererIds;
    engine.failover();
    const after = engine.status().rendererIds;
    await secondsPass(0.1);
    await stop();
    assert.deepEqual([after.primary, after.standby], [before.standby, before.primary]);
    assert.equal((await renderAgain(session)).differingBlocks, 0);
  }));

Deno.test("commands with a time sound at their frame, those of one submission together", () =>
  recorded(async ({ engine, clock, secondsPass, stop }, session) => {
    await secondsPass(0.3);
    const atMs = clock.unixMs + 600;
    const submission = engine.submit([{ kind: "noteOn", instrument: 0, id: 1, number: 69, velocity: 1 }], {
      unixMs: atMs,
    });
    engine.submit([{ kind: "panic" }], { unixMs: atMs + 100 });
    const late = engine.submit([{ kind: "noteOff", instrument: 0, id: 9 }], { unixMs: atMs - 5_000 });
    await secondsPass(0.9);
    const { lateCommands } = engine.status();
    await stop();
    assert.deepEqual([submission.lateMs, lateCommands], [0, 1]);
    assert.ok(late.lateMs > 4_000 && late.lateMs < 6_000);
    const { samples } = await renderAgain(session);
    const first = samples.findIndex((sample) => sample !== 0);
    const last = samples.findLastIndex((sample) => sample !== 0);
    const seconds = (last - first) / 2 / 48_000;
    // 100 ms between the commands, 5 ms of release after the second
    assert.ok(Math.abs(seconds - 0.105) < 0.001, `sounded for ${seconds} s`);
  }, { patch: (format) => compilePatch("sines", format) }));

Deno.test("commands that do not fit are refused together, with the reason", async () => {
  const { engine, clock, stop } = await startTestEngine({ driver: "manual" });
  const note = { kind: "noteOn", instrument: 0, id: 1, number: 60, velocity: 1 } as const;
  assert.throws(() => engine.submit(new Array(70_000).fill(note)), CommandRefusedError);
  const later = { unixMs: clock.unixMs + 60_000 };
  engine.submit(new Array(700).fill(note), later);
  assert.throws(() => engine.submit(new Array(100).fill(note), later), /700 commands of this sender wait/);
  engine.submit(new Array(100).fill(note), later, "another");
  assert.throws(() => engine.submit([{ kind: "set", parameter: 0, value: NaN }]), /finite/);
  await stop();
  assert.throws(() => engine.submit([note]), /stopping/);
});

Deno.test("captured input reaches the renderers and the session", () =>
  recorded(async ({ engine, driver, secondsPass, stop }, session) => {
    driver.feed((block) => Float32Array.from({ length: 128 }, (_, frame) => Math.sin(block + frame / 9)));
    await secondsPass(0.1);
    engine.injectFault("kill", "primary");
    await secondsPass(0.2);
    await stop();
    const rendered = await renderAgain(session);
    assert.equal(rendered.differingBlocks, 0);
    assert.ok(sameBits(driver.captured, rendered.samples));
  }, { environment: { UNDERSTUDY_INPUT_CHANNELS: "1" } }));

/** A copy of the memory of an engine whose device stands still, made when its renderers have nothing left to do. */
async function frozenMemory({ memory }: Engine): Promise<SharedMemory> {
  const { words } = memory;
  const ahead = () =>
    Array.from({ length: seatCount }, (_, seat) => seat)
      .filter((seat) => words[reportFieldIndex(memory, seat, "state")] === SeatState.running)
      .map((seat) => blocksBetween(words[reportFieldIndex(memory, seat, "published")], memory.consumed()));
  await until(
    "renderers that wait for the device",
    () => ahead().length === 3 && ahead().every((blocks) => blocks === memory.lookaheadBlocks()),
  );
  const buffer = new SharedArrayBuffer(memory.buffer.byteLength);
  new Uint8Array(buffer).set(memory.bytes);
  const copy = SharedMemory.attach(buffer);
  copy.words[fixed.control.play.index] = 0;
  return copy;
}

Deno.test("an engine that goes on in the memory of another plays the same blocks: seals, log, snapshot, values", async () => {
  const start = { driver: "manual", startBlock: 0xFFFFFF00, startLogPosition: 0xFFFFFFFE } as const;
  const first = await startTestEngine(start);
  first.engine.submit([{ kind: "set", parameter: 0, value: 7 }]);
  first.engine.submit([{ kind: "noteOn", instrument: 0, id: 1, number: 60, velocity: 1 }]);
  await first.playUntil(
    "an accepted snapshot behind these commands",
    () => first.engine.memory.words[fixed.control.acceptedSnapshot.index] !== 0,
  );
  await first.secondsPass(1);
  await first.lockstep();
  first.engine.submit([{ kind: "noteOff", instrument: 0, id: 1 }]);
  const memory = await frozenMemory(first.engine);
  const played = first.driver.captured.length;
  await first.blocksPass(300);
  const expected = first.driver.captured.subarray(played);
  const parameters = [first.engine.parameterValue(0)!];
  await first.stop();

  const patches = [{ number: 0, patch: first.patch }] as const;
  const second = await startTestEngine({ driver: "manual", continuation: { memory, patches, parameters } });
  await second.blocksPass(300);
  assert.equal(second.engine.parameterValue(0), 7);
  assert.equal(second.engine.status().concealedFrames, 0);
  await second.lockstep();
  assert.deepEqual(second.events.filter(({ event }) => event === "fault" || event === "divergence"), []);
  assert.ok(sameBits(second.driver.captured.subarray(0, expected.length), expected));
  await second.stop();
});

Deno.test("an engine that goes on knows the numbers of the patches, and can load the next", async () => {
  const format = { sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 128 };
  const keysPatch = compilePatch("keys", format);
  const first = await startTestEngine({ driver: "manual", patch: (format) => compilePatch("sines", format) });
  await first.playDuring(first.engine.loadPatch(keys.build(format)));
  first.engine.submit([{ kind: "noteOn", instrument: 0, id: 1, number: 60, velocity: 1 }]);
  await first.secondsPass(1);
  await first.lockstep();
  const memory = await frozenMemory(first.engine);
  const played = first.driver.captured.length;
  await first.blocksPass(100);
  const expected = first.driver.captured.subarray(played);
  await first.stop();

  const parameters = keysPatch.parameters.map(({ default: value }) => value);
  const second = await startTestEngine({
    driver: "manual",
    continuation: { memory, patches: [{ number: 1, patch: keysPatch }], parameters },
  });
  await second.blocksPass(100);
  assert.ok(sameBits(second.driver.captured.subarray(0, expected.length), expected));
  assert.equal(second.engine.status().patch, "keys");
  await second.playDuring(second.engine.loadPatch(sines.build(format)));
  assert.equal(second.engine.status().patch, "sines");
  assert.equal(second.engine.status().concealedFrames, 0);
  await second.stop();
});

Deno.test("an engine that goes on begins again with the patch that plays, when all were away for too long", async () => {
  const format = { sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 128 };
  const keysPatch = compilePatch("keys", format);
  const first = await startTestEngine({ driver: "manual", patch: (format) => compilePatch("sines", format) });
  await first.playDuring(first.engine.loadPatch(keys.build(format)));
  await first.secondsPass(1);
  await first.lockstep();
  const memory = await frozenMemory(first.engine);
  await first.stop();

  const parameters = keysPatch.parameters.map(({ default: value }) => value);
  const continuation = { memory, patches: [{ number: 1, patch: keysPatch }], parameters } as const;
  const { engine, driver, events, ...second } = await startTestEngine({ driver: "manual", continuation });
  await second.lockstep();
  engine.injectFault("kill", "all");
  await until("an engine alone", () => events.some(({ event }) => event === "alone"));
  driver.call(memory.geometry.sealCount);
  await concealUntil(driver, "an anchor", () => events.some(({ event }) => event === "anchor"));
  await concealUntil(driver, "sound", () => engine.status().state === "running");
  await second.lockstep();
  assert.equal(engine.status().patch, "keys");
  await second.stop();
});

Deno.test("faults are refused where they are not allowed", async () => {
  const { engine, stop } = await startTestEngine({
    driver: "manual",
    environment: { UNDERSTUDY_FAULTS: "off" },
  });
  assert.throws(() => engine.injectFault("kill", "primary"), /UNDERSTUDY_FAULTS=on/);
  await stop();
});

Deno.test(`${replacements} renderers replaced, hung ones among them, leave no thread, no descriptor, and no memory behind`, async () => {
  const { engine, events, lockstep, playUntil, secondsPass, stop } = await startTestEngine({
    driver: "manual",
  });
  const kinds = ["kill", "hang", "throw"] as const;
  const renderers = supervisorDefaults.following + supervisorDefaults.waiting;
  const replaced = () => faultsIn(events);
  /** Measures when there are no more threads than those that play or wait: on a busy machine some leave late. */
  const measure = async (maxDescriptors: number) => {
    await lockstep();
    let most = 0;
    for (let step = 0; step < 20; step++) { // a renderer that has just started has not opened all of its own
      await secondsPass(0.1);
      if (rendererThreads() === renderers) most = Math.max(most, descriptors());
    }
    await playUntil(
      `threads only of renderers that play or wait, and at most ${maxDescriptors} descriptors`,
      () => rendererThreads() === renderers && descriptors() <= maxDescriptors,
    );
    return { descriptors: Math.max(most, descriptors()), rssMiB: Deno.memoryUsage().rss / 2 ** 20 };
  };
  let early: Awaited<ReturnType<typeof measure>> | undefined;
  while (replaced() < replacements) {
    if (!early && replaced() >= replacements / 5) early = await measure(Infinity);
    await lockstep();
    const target = replaced() + 1;
    engine.injectFault(kinds[target % kinds.length], target % 2 ? "primary" : "standby");
    await playUntil("a replaced renderer", () => replaced() >= target);
  }
  const late = await measure(early!.descriptors);
  const zombies = events.filter(({ event }) => event === "zombie").length;
  const { concealedFrames } = engine.status();
  await stop();
  console.log(
    `after ${Math.round(replacements / 5)}: ${JSON.stringify(early)}; after ${replacements}: ${
      JSON.stringify(late)
    }; ${zombies} threads left late`,
  );
  assert.equal(concealedFrames, 0);
  assert.ok(late.rssMiB < early!.rssMiB * 1.2 + 8, "the memory grew");
});

Deno.test("a start that fails at the device stops what had been started, and says why", async () => {
  const { native, build } = await nativeForTests();
  const config = readConfig({ UNDERSTUDY_DRIVER: "clock" });
  const format = { sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 128 };
  const silent = () => {};
  const renderers = () =>
    [...Deno.readDirSync("/proc/self/task")].filter(({ name }) => {
      try {
        return Deno.readTextFileSync(`/proc/self/task/${name}/comm`).startsWith("worker");
      } catch {
        return false; // it has just ended
      }
    }).length;
  const before = renderers();
  await assert.rejects(
    () =>
      Engine.start({
        config,
        patch: compilePatch("sines", format),
        native,
        nativeLibrary: build.library,
        log: { debug: silent, info: silent, warning: silent, error: silent },
        version: "test",
        openDriver: () => Promise.reject(new DriverError("no sound device found")),
      }),
    DriverError,
  );
  await until("every renderer has left", () => renderers() <= before);
});

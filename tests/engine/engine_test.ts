/**
 * The whole engine on the clock driver, its renderers in real threads.
 *
 * Covers: engine/supervisor/renderer_pool.ts, engine/renderer/fault_injector.ts, engine/delivery/delivery_log.ts,
 *   engine/device/open_driver.ts, engine/device/clock_driver.ts, engine/report/event_log.ts, engine/supervisor/quarantine.ts,
 *   engine/log/pending_limit.ts, engine/session/session_header.ts
 */
import assert from "node:assert/strict";
import { CommandRefusedError } from "../../engine/control/control.ts";
import { compilePatch } from "../../patches/loading/compile_named.ts";
import { OutputCapture } from "../../testing/output_capture.ts";
import { sharedRuns } from "../../testing/share.ts";
import { poisonNumber } from "../../testing/tally_patch.ts";
import { renderAgain, startTestEngine, until } from "../../testing/test_engine.ts";

const replacements = sharedRuns(
  "renderers replaced one after the other",
  Number(Deno.env.get("UNDERSTUDY_TEST_REPLACEMENTS") ?? 500),
  4,
).numRuns;

async function inFolder<T>(work: (session: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    return await work(`${folder}/a.session`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Threads of renderers; the runtime's own pools grow and shrink as they like. */
function rendererThreads(): number {
  return [...Deno.readDirSync("/proc/self/task")]
    .filter(({ name }) => Deno.readTextFileSync(`/proc/self/task/${name}/comm`).startsWith("worker-")).length;
}

function descriptors(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

Deno.test("when all renderers fall at once, sound comes back with the musical state, every concealed frame counted", () =>
  inFolder(async (session) => {
    const { engine, events } = await startTestEngine({
      environment: { UNDERSTUDY_SESSION: session },
      captureFrames: 96_000,
    });
    const capture = new OutputCapture(engine.memory);
    for (let round = 0; round < 3; round++) {
      engine.submit([{ kind: "noteOn", instrument: 0, id: round, number: 60, velocity: 1 }]);
      await new Promise((done) => setTimeout(done, 200));
      engine.injectFault("kill", "all");
      await until("nobody plays", () => events.filter(({ event }) => event === "alone").length > round);
      engine.submit([{ kind: "noteOn", instrument: 0, id: 100 + round, number: 61, velocity: 1 }]);
      await until("all play again", () => Object.values(engine.status().rendererIds).every((id) => id !== 0));
    }
    await new Promise((done) => setTimeout(done, 100));
    const { concealedFrames } = engine.status();
    await engine.stop();
    const rendered = await renderAgain(session);
    assert.ok(concealedFrames > 0);
    assert.equal(rendered.concealedBlocks * 128, concealedFrames);
    assert.equal(rendered.differingBlocks, 0);
    const captured = capture.finish();
    assert.deepEqual(captured, rendered.samples.subarray(0, captured.length));
  }));

Deno.test("the fault `both` leaves the spare playing: nothing is concealed and the state goes on", async () => {
  const { engine, events } = await startTestEngine();
  engine.injectFault("hang", "both");
  await until("both were replaced", () => events.filter(({ event }) => event === "fault").length >= 2);
  await until(
    "three are in lockstep",
    () => events.filter((event) => event.event === "lockstep" && event.renderers === 3).length >= 2,
  );
  const { faults } = engine.status();
  await engine.stop();
  // a hung renderer falls behind: on a busy machine that may be seen first
  assert.ok((faults.hang ?? 0) + (faults.late ?? 0) >= 2, JSON.stringify(faults));
});

Deno.test("a command on which every renderer breaks is left out for ever, and the music goes on without it", () =>
  inFolder(async (session) => {
    const { engine } = await startTestEngine({ environment: { UNDERSTUDY_SESSION: session } });
    await new Promise((done) => setTimeout(done, 400));
    engine.submit([{ kind: "noteOn", instrument: 0, id: 1, number: poisonNumber, velocity: 1 }], {
      unixMs: performance.timeOrigin + performance.now() + 350,
    });
    engine.submit([{ kind: "noteOn", instrument: 0, id: 2, number: 60, velocity: 1 }]);
    await until("the poison is found", () => engine.status().quarantinedCommands > 0);
    await until("all play again", () => Object.values(engine.status().rendererIds).every((id) => id !== 0));
    engine.submit([{ kind: "noteOn", instrument: 0, id: 3, number: poisonNumber, velocity: 1 }, {
      kind: "noteOff",
      instrument: 0,
      id: 2,
    }]);
    await until("the poison is found again", () => engine.status().quarantinedCommands >= 3);
    await until("all play again", () => Object.values(engine.status().rendererIds).every((id) => id !== 0));
    const { block } = engine.status();
    await until("it plays", () => engine.status().block > block + 50);
    await engine.stop();
    const rendered = await renderAgain(session);
    assert.ok(rendered.complete && rendered.differingBlocks === 0 && rendered.concealedBlocks > 0);
  }));

Deno.test("a planned switch exchanges the roles and changes no sample", () =>
  inFolder(async (session) => {
    const { engine } = await startTestEngine({ environment: { UNDERSTUDY_SESSION: session } });
    await until("three are in lockstep", () =>
      Object.values(engine.status().rendererIds).every((id) => id !== 0));
    const before = engine.status().rendererIds;
    engine.failover();
    const after = engine.status().rendererIds;
    await new Promise((done) =>
      setTimeout(done, 100)
    );
    await engine.stop();
    assert.deepEqual([after.primary, after.standby], [before.standby, before.primary]);
    assert.equal((await renderAgain(session)).differingBlocks, 0);
  }));

Deno.test("commands with a time sound at their frame, those of one submission together", () =>
  inFolder(async (session) => {
    const { engine } = await startTestEngine({
      environment: { UNDERSTUDY_SESSION: session },
      patch: (format) => compilePatch("sines", format),
    });
    await new Promise((done) => setTimeout(done, 300));
    const atMs = performance.timeOrigin + performance.now() + 600;
    const submission = engine.submit([{ kind: "noteOn", instrument: 0, id: 1, number: 69, velocity: 1 }], {
      unixMs: atMs,
    });
    engine.submit([{ kind: "panic" }], { unixMs: atMs + 100 });
    const late = engine.submit([{ kind: "noteOff", instrument: 0, id: 9 }], { unixMs: atMs - 5_000 });
    await new Promise((done) => setTimeout(done, 900));
    const { lateCommands } = engine.status();
    await engine.stop();
    assert.deepEqual([submission.lateMs, lateCommands], [0, 1]);
    assert.ok(late.lateMs > 4_000 && late.lateMs < 6_000);
    const { samples } = await renderAgain(session);
    const first = samples.findIndex((sample) => sample !== 0);
    const last = samples.findLastIndex((sample) => sample !== 0);
    const seconds = (last - first) / 2 / 48_000;
    // 100 ms between the commands, 5 ms of release after the second; a millisecond for the loop that follows the clock
    assert.ok(Math.abs(seconds - 0.105) < 0.001, `sounded for ${seconds} s`);
  }));

Deno.test("what does not fit is refused whole, and says so", async () => {
  const { engine } = await startTestEngine();
  const note = { kind: "noteOn", instrument: 0, id: 1, number: 60, velocity: 1 } as const;
  assert.throws(() => engine.submit(new Array(70_000).fill(note)), CommandRefusedError);
  const later = { unixMs: Date.now() + 60_000 };
  engine.submit(new Array(1_000).fill(note), later);
  assert.throws(() => engine.submit(new Array(100).fill(note), later), /1000 commands wait/);
  assert.throws(() => engine.submit([{ kind: "set", parameter: 0, value: NaN }]), /finite/);
  await engine.stop();
  assert.throws(() => engine.submit([note]), /stopping/);
});

Deno.test("captured input reaches the renderers and the session", () =>
  inFolder(async (session) => {
    const { engine } = await startTestEngine({
      environment: { UNDERSTUDY_SESSION: session, UNDERSTUDY_INPUT_CHANNELS: "1" },
    });
    await new Promise((done) => setTimeout(done, 100));
    engine.injectFault("kill", "primary");
    await new Promise((done) => setTimeout(done, 200));
    await engine.stop();
    assert.equal((await renderAgain(session)).differingBlocks, 0);
  }));

Deno.test("faults are refused where they are not allowed", async () => {
  const { engine } = await startTestEngine({ environment: { UNDERSTUDY_FAULTS: "off" } });
  assert.throws(() => engine.injectFault("kill", "primary"), /UNDERSTUDY_FAULTS=on/);
  await engine.stop();
});

Deno.test(`${replacements} renderers replaced, hung ones among them, leave no thread, no descriptor, and no memory behind`, async () => {
  const { engine, events } = await startTestEngine();
  const kinds = ["kill", "hang", "throw"] as const;
  const replaced = () => events.filter(({ event }) => event === "fault").length;
  const settle = () =>
    until(
      "three are in lockstep",
      () => Object.values(engine.status().rendererIds).every((id) => id !== 0),
      30_000,
    );
  const measure = async () => {
    await settle();
    await until("only those threads are left that play or wait", () => rendererThreads() === 4, 30_000);
    await new Promise((done) => setTimeout(done, 900));
    return {
      threads: rendererThreads(),
      descriptors: descriptors(),
      rssMiB: Deno.memoryUsage().rss / 2 ** 20,
    };
  };
  let early: Awaited<ReturnType<typeof measure>> | undefined;
  while (replaced() < replacements) {
    if (!early && replaced() >= replacements / 5) early = await measure();
    await settle();
    const target = replaced() + 1;
    engine.injectFault(kinds[target % kinds.length], target % 2 ? "primary" : "standby");
    await until("it was replaced", () => replaced() >= target, 30_000);
  }
  const late = await measure();
  const zombies = events.filter(({ event }) => event === "zombie").length;
  const { concealedFrames } = engine.status();
  await engine.stop();
  console.log(
    `after ${Math.round(replacements / 5)}: ${JSON.stringify(early)}; after ${replacements}: ${
      JSON.stringify(late)
    }; ${concealedFrames} frames concealed`,
  );
  assert.equal(zombies, 0);
  assert.deepEqual([early!.threads, late.threads], [4, 4]);
  assert.ok(late.descriptors <= early!.descriptors, "descriptors were left behind");
  assert.ok(late.rssMiB < early!.rssMiB * 1.2 + 8, "the memory grew");
});

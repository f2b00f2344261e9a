/** Needs no real time: the device moves when the test says so. */
import assert from "node:assert/strict";
import { readConfig } from "../../../config/settings.ts";
import type { EngineEvent } from "../../../engine/control/control.ts";
import { DeliveryLog } from "../../../engine/delivery/delivery_log.ts";
import { DeviceWatch } from "../../../engine/device/device_watch.ts";
import { CommandLog } from "../../../engine/log/command_log.ts";
import { SealTable } from "../../../engine/log/seal_table.ts";
import { compileChecksum } from "../../../engine/memory/checksum.ts";
import { engineStatus } from "../../../engine/report/status.ts";
import { RendererPool } from "../../../engine/supervisor/renderer_pool.ts";
import { ThreadSeating } from "../../../engine/supervisor/thread_seating.ts";
import { Supervision } from "../../../engine/supervisor/supervision.ts";
import { until } from "../../../testing/until.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { compilePatch } from "../../../testing/patch/compile_named.ts";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";

Deno.test("voices, peaks by channel, values and events tell what the sound does, also after a renderer fell", async () => {
  const { engine, driver, lockstep, playUntil, stop } = await startTestEngine({
    driver: "manual",
    patch: (format) => compilePatch("sines", format),
  });
  const events: EngineEvent[] = [];
  engine.observe((event) => events.push(event));
  await lockstep();
  await playUntil("three that agree", () => engine.status().agreeingRenderers === 3);
  const meter = engine.openMeter();
  const pan = engine.parameters.findIndex(({ address }) => address === "synth/pan");
  engine.submit([{ kind: "set", parameter: pan, value: -1 }]);
  engine.submit([60, 64].map((id) => ({ kind: "noteOn", instrument: 0, id, number: id, velocity: 1 })));
  await playUntil("two voices", () => engine.voices()[0] === 2);
  await playUntil("sound on the left only", () => {
    const [left, right] = meter.drain();
    return left > 0.05 && right < 1e-6;
  });
  engine.injectFault("kill", "primary");
  const isFault = (each: EngineEvent) => each.event === "fault" && each.role === "primary";
  await playUntil("the fault", () => events.some(isFault));
  await playUntil(
    "three renderers in lockstep after it",
    () =>
      events.slice(events.findIndex(isFault)).some((each) =>
        each.event === "lockstep" && each.renderers === 3
      ),
  );
  assert.equal(engine.parameterValue(pan), -1);
  assert.equal(engine.voices()[0], 2);
  engine.submit([{ kind: "panic" }]);
  await playUntil("silence", () => events.some(({ event }) => event === "silent"));
  const { voices, latencyMs, measuredLatencyMs } = engine.status();
  meter.close();
  await stop();
  assert.equal(voices, 0);
  assert.ok(
    measuredLatencyMs > 0 && measuredLatencyMs <= latencyMs,
    `${measuredLatencyMs} of ${latencyMs} ms`,
  );
  assert.deepEqual(events.find(({ event }) => event === "parameter"), {
    event: "parameter",
    parameter: pan,
    value: -1,
  });
  const fault = events.find(isFault);
  assert.ok(
    fault?.event === "fault" && ["exit", "hang"].includes(fault.cause), // a busy machine may see its silence first
    JSON.stringify(fault),
  );
  // renderers go on while the sound fades out: one may still reach lockstep after this
  assert.deepEqual(events.findLast(({ event }) => event === "device"), {
    event: "device",
    state: "stopping",
    device: driver.device,
  });
});

Deno.test("a clear empties the queue in the sound as in the books, and frees every place", async () => {
  const { engine, clock, driver, playUntil, stop } = await startTestEngine({
    driver: "manual",
    patch: (format) => compilePatch("sines", format),
  });
  const soon = { unixMs: clock.unixMs + 500 };
  const note = { kind: "noteOn", instrument: 0, id: 60, number: 60, velocity: 1 } as const;
  engine.submit(new Array(700).fill(note), soon);
  assert.equal(engine.status().waitingCommands, 700);
  engine.submit([{ kind: "clear" }]);
  engine.submit(new Array(700).fill({ kind: "panic" }), soon);
  assert.equal(engine.status().waitingCommands, 700);
  await playUntil("the moment of all commands", () => engine.status().waitingCommands === 0);
  assert.throws(() => engine.submit([{ kind: "clear" }], soon), /clear acts at once/);
  const { faults } = engine.status();
  await stop();
  assert.ok(driver.captured.every((sample) => sample === 0), "what was cleared was heard");
  assert.equal(faults.throw, undefined);
});

Deno.test("beside a sender that fills its share of the log a quiet one is heard; what is refused is counted and told", async () => {
  const { engine, settled, lines, stop } = await startTestEngine({ driver: "manual" });
  const refused: number[] = [];
  engine.observe((event) => void (event.event === "refused" && refused.push(event.commands)));
  const bundle = new Array(1_000).fill({ kind: "panic" });
  let sent = 0;
  assert.throws(() => {
    for (;; sent += bundle.length) engine.submit(bundle, undefined, "loud");
  }, /send slower/);
  assert.ok(sent >= 40_000, `${sent} commands found room`);
  engine.submit(new Array(1_000).fill({ kind: "panic" }), undefined, "quiet");
  assert.equal(engine.status().refusedCommands, 1_000);
  await settled();
  await until("an event", () => refused.length > 0);
  assert.deepEqual(refused, [1_000]);
  assert.match(lines.join("\n"), /1000 commands were refused, the last from loud/);
  await stop();
});

Deno.test("before anything was started the status names no renderer, and the latency is the lookahead's", async () => {
  const { native, build } = await nativeForTests();
  const memory = testMemory({ sampleRateHz: 8_000, blockFrames: 32, lookaheadBlocks: 4 });
  const config = readConfig({});
  const keep = () => {};
  const log = { debug: keep, info: keep, warning: keep, error: keep };
  const seals = new SealTable(memory);
  const commands = new CommandLog(memory);
  const seating = new ThreadSeating({
    memory,
    module: new URL("../../../engine/renderer/worker.ts", import.meta.url),
    patches: [],
    checksum: compileChecksum(),
    native,
    nativeLibrary: build.library,
    seed: 1,
    faultsAllowed: false,
  });
  const pool = new RendererPool({ memory, native, seating });
  const realTime = {
    callback: 5,
    renderers: 3,
    mainIsolate: -11,
    memoryLocked: true,
    missing: "",
    demotions: 0,
  };
  const status = engineStatus({
    memory,
    driver: new DeviceWatch({ native, memory, config, log }),
    supervision: new Supervision({
      memory,
      seals,
      log: commands,
      renderers: pool,
      delivery: new DeliveryLog({ memory, seals, log: commands, onGap: keep }),
      nowMs: () => 0,
    }),
    pool,
    state: "starting",
    journal: "off",
    recording: "off",
    rec: { state: "off", file: "", seconds: 0, bytes: 0, lostFrames: 0, waitingSeconds: 0, problem: "" },
    degraded: "",
    standstills: 0,
    standstillMs: 0,
    patch: "sines",
    ticksPerMs: 1,
    blocksAhead: 1,
    voices: [2, 3],
    voiceLimit: 4,
    lateCommands: 0,
    waitingCommands: 0,
    refusedCommands: 0,
    wrongBlocks: 0,
    outputs: { 1: "sound" },
    silentSeconds: { 1: 0 },
    outputNames: {},
    players: 0,
    lateStreamBlocks: 0,
    callbackAgeMs: 3,
    supervisionAgeMs: 1,
    quarantinedCommands: 0,
    faults: { hang: 1 },
    realTime,
  });
  assert.deepEqual(status.rendererIds, { primary: 0, standby: 0, spare: 0 });
  assert.deepEqual([status.latencyMs, status.measuredLatencyMs], [16, 4]);
  assert.deepEqual([status.voices, status.replacements, status.device, status.agreeingRenderers], [
    5,
    0,
    "none",
    0,
  ]);
  assert.deepEqual(status.realTime, realTime);
  const { isolation, lostFrames, stageRestarts, controlRestarts } = status;
  assert.deepEqual([isolation, lostFrames, stageRestarts, controlRestarts], ["threads", 0, 0, 0]);
});

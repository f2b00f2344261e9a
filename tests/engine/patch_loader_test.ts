/**
 * Patches exchanged in a running engine.
 *
 * Covers: engine/renderer/exchange.ts engine/renderer/patch_instance.ts engine/rehearsal/rehearsal.ts
 *  engine/rehearsal/rehearsal_worker.ts engine/session/record_session.ts engine/lookahead.ts
 *  modules/signal/state_regions.ts
 */
import assert from "node:assert/strict";
import { CommandRefused } from "../../engine/control.ts";
import { adsr } from "../../modules/envelopes/adsr.ts";
import { sine } from "../../modules/oscillators/sine.ts";
import { definePatch, instrument, type Patch } from "../../modules/patch.ts";
import { constant } from "../../modules/signal/signal.ts";
import { faderDb, gain } from "../../modules/utility/gain.ts";
import { compilePatch, patchNamed } from "../../patches/catalogue.ts";
import { OutputCapture } from "../output_capture.ts";
import { sameBits } from "../patch_player.ts";
import { renderAgain, startTestEngine, type TestEngine, until } from "../test_engine.ts";

const format = { sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 128 };

/** One sine voice; what differs between versions is given. */
function tone(level: number, { voices = 4, maxDb = 12, name = "tone", rescue = 1 } = {}): Patch {
  return definePatch({
    name: "tone",
    instruments: {
      [name]: instrument({
        voices,
        parameters: { gainDb: { ...faderDb, max: maxDb } },
        voice: (note, p) => ({
          output: gain({ input: sine({ frequencyHz: note.frequencyHz }).times(level), gainDb: p.gainDb }),
          envelope: adsr({ gate: note.gate, trigger: note.trigger, sustain: 1 }),
        }),
      }),
    },
    parameters: {},
    output: (buses) => Object.values(buses)[0].over(constant(rescue)),
  });
}

/** Plays on a recorded engine, and shows that what was captured is the render of the session, exchanges included. */
async function played(
  patch: Patch,
  play: (running: TestEngine) => Promise<void>,
): Promise<Float32Array<ArrayBuffer>> {
  const folder = await Deno.makeTempDir();
  const session = `${folder}/exchange.session`;
  const running = await startTestEngine({
    environment: { UNDERSTUDY_SESSION: session },
    patch: async () => {
      const { compileGraph } = await import("../../modules/signal/compile.ts");
      return compileGraph(patch.build(format), format);
    },
    captureFrames: 96_000,
  });
  const capture = new OutputCapture(running.engine.memory);
  await play(running);
  await running.engine.settled();
  const { concealedFrames } = running.engine.status();
  await running.engine.stop();
  const captured = capture.finish();
  const rendered = await renderAgain(session);
  await Deno.remove(folder, { recursive: true });
  assert.deepEqual([rendered.differingBlocks, concealedFrames], [0, 0]);
  assert.ok(sameBits(captured, rendered.samples.subarray(0, captured.length)));
  return captured.filter((_, index) => index % 2 === 0);
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
const noteOn = (id: number) => ({ kind: "noteOn", instrument: 0, id, number: 69, velocity: 1 }) as const;

/** Largest step from one sample to the next, and largest magnitude. */
function steepest(samples: Float32Array): number {
  return samples.reduce(
    (most, sample, index) => Math.max(most, Math.abs(sample - (samples[index - 1] ?? 0))),
    0,
  );
}

Deno.test("a held note rings on through a change of its sound, without a click or a gap", async () => {
  const samples = await played(tone(0.2), async ({ engine }) => {
    engine.submit([noteOn(1)]);
    await pause(200);
    await engine.loadPatch(tone(0.4).build(format));
    await pause(200);
  });
  const loudest = (from: number) =>
    samples.slice(from, from + 480).reduce((most, one) => Math.max(most, one), 0);
  const first = samples.findIndex((sample) => sample !== 0);
  assert.ok(Math.abs(loudest(first + 4_800) - 0.2) < 0.01);
  assert.ok(Math.abs(loudest(samples.length - 3_000) - 0.4) < 0.01);
  // a sine of 440 Hz and 0.4 moves by 0.023 a sample; the fade adds next to nothing
  assert.ok(steepest(samples) < 0.026, `steepest step ${steepest(samples)}`);
  for (let from = first + 960; from < samples.length - 3_000; from += 480) assert.ok(loudest(from) > 0.19);
});

Deno.test("values of parameters go on, inside the range of the new patch, and waiting commands mean what they meant", () =>
  played(tone(0.2), async ({ engine }) => {
    const atMs = performance.timeOrigin + performance.now() + 2_500;
    engine.submit([{ kind: "set", parameter: 0, value: 6 }, noteOn(1)]);
    engine.submit([{ kind: "noteOff", instrument: 0, id: 1 }], { unixMs: atMs });
    await engine.loadPatch(tone(0.2, { maxDb: 0, voices: 8 }).build(format));
    assert.deepEqual(engine.parameters.map(({ address, max }) => [address, max]), [["tone/gainDb", 0]]);
    await engine.loadPatch(patchNamed("keys").build(format));
    assert.deepEqual(engine.instruments, ["keys"]);
    engine.submit([noteOn(2)]);
    await pause(300);
  }).then((samples) => assert.ok(samples.some((sample) => sample !== 0))));

Deno.test("under faults while patches are exchanged, what the device gets is the render of the session", async () => {
  const kinds = ["kill", "hang", "throw", "corrupt", "trap"] as const;
  await played(tone(0.1), async ({ engine, events }) => {
    for (const [round, kind] of kinds.entries()) {
      await until(
        "three are in lockstep",
        () => Object.values(engine.status().rendererIds).every((id) => id !== 0),
      );
      engine.submit([noteOn(round)]);
      const loading = engine.loadPatch((round % 2 ? tone(0.1) : patchNamed("keys")).build(format));
      await pause(40 * round);
      engine.injectFault(kind, round % 2 ? "primary" : "standby");
      await loading;
      await pause(100);
    }
    assert.ok(events.filter(({ event }) => event === "fault").length >= 4);
  });
});

Deno.test("when all renderers fall after an exchange, they come back with the new patch and its state", async () => {
  const { engine, events } = await startTestEngine({ patch: (wanted) => compilePatch("sines", wanted) });
  await until(
    "three are in lockstep",
    () => Object.values(engine.status().rendererIds).every((id) => id !== 0),
  );
  await engine.loadPatch(patchNamed("keys").build(format));
  engine.submit([noteOn(1)]);
  await pause(50);
  engine.injectFault("kill", "all");
  await until("nobody plays", () => events.some(({ event }) => event === "alone"));
  await until("all play again", () => Object.values(engine.status().rendererIds).every((id) => id !== 0));
  engine.takePeak();
  await pause(200);
  const peak = engine.takePeak();
  const { faults, patch } = engine.status();
  await engine.stop();
  assert.equal(patch, "keys");
  assert.deepEqual(faults, { exit: 3 });
  assert.ok(peak > 0.005, `the note sounds on, peak ${peak}`);
});

Deno.test("what is not fit for the stage is refused with the reason, and the old patch plays on", () =>
  played(tone(0.2), async ({ engine }) => {
    engine.submit([noteOn(1)]);
    const refused = (patch: Patch, reason: RegExp) =>
      assert.rejects(
        engine.loadPatch(patch.build(format)),
        (error) => error instanceof CommandRefused && reason.test(error.message),
      );
    await refused(tone(0.2, { rescue: 0 }), /not finite/);
    await refused(
      definePatch({
        name: "huge",
        instruments: { huge: instrument({ ...patchTooLarge(), voices: 64 }) },
        parameters: {},
        output: ({ huge }) => huge,
      }),
      /takes \d+ MiB, room was kept for 8; start with UNDERSTUDY_PATCH_MEMORY=/,
    );
    const both = [engine.loadPatch(tone(0.2).build(format)), engine.loadPatch(tone(0.3).build(format))];
    const [first, second] = await Promise.allSettled(both);
    assert.equal(first.status, "fulfilled");
    assert.match(String((second as PromiseRejectedResult).reason), /another patch is being loaded/);
    assert.equal(engine.status().patch, "tone");
  }).then((samples) => assert.ok(samples.subarray(-2_000).some((sample) => Math.abs(sample) > 0.05))));

/** A voice with a long delay line. */
function patchTooLarge() {
  return {
    parameters: {},
    voice: (note: Parameters<Parameters<typeof instrument>[0]["voice"]>[0]) => ({
      output: delayed(note.frequencyHz.ratio(1_000)),
      envelope: adsr({ gate: note.gate, trigger: note.trigger }),
    }),
  };
}

import { delay } from "../../modules/time/delay.ts";
import type { Signal } from "../../modules/signal/signal.ts";

function delayed(input: Signal<"1">): Signal<"1"> {
  return delay({ input, timeSeconds: 1, maximumSeconds: 2 });
}

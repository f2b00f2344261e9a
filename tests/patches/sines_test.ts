import assert from "node:assert/strict";
import fc from "fast-check";
import { assemble, AssemblyError } from "../../modules/signal/assemble.ts";
import type { CompiledPatch } from "../../modules/compiled_patch.ts";
import type { PatchExports } from "../../engine/renderer/renderer.ts";
import { compilePatch, patchNames } from "../../patches/catalogue.ts";
import { sines } from "../../patches/sines.ts";

const stereo = await sines({ channels: 2, inputChannels: 0, maximumBlockFrames: 1024 });

/** An instance that a test plays on. */
class Player {
  readonly exports: PatchExports;
  readonly #patch: CompiledPatch;

  constructor(patch: CompiledPatch = stereo, readonly rate = 48_000) {
    this.#patch = patch;
    this.exports = new WebAssembly.Instance(patch.module).exports as unknown as PatchExports;
    this.exports.initialize(rate, 1);
  }

  set(address: string, value: number): this {
    this.exports.set_parameter(
      this.#patch.parameters.findIndex((parameter) => parameter.address === address),
      value,
    );
    return this;
  }

  /** Renders frames in blocks of this size, and returns one channel, or all interleaved. */
  play(frames: number, channel?: number, blockFrames = 64): Float32Array {
    const { channels } = this.#patch.arena;
    const whole = new Float32Array(frames * channels);
    for (let at = 0; at < frames; at += blockFrames) {
      const count = Math.min(blockFrames, frames - at);
      this.exports.render(0, count);
      whole.set(
        new Float32Array(this.exports.memory.buffer, this.#patch.arena.outputOffset, count * channels),
        at * channels,
      );
    }
    return channel === undefined ? whole : whole.filter((_, index) => index % channels === channel);
  }
}

const peak = (samples: Float32Array) => samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);

Deno.test("every note is in tune within 0.1 cent, at 44.1, 48 and 96 kHz", () => {
  for (const rate of [44_100, 48_000, 96_000]) {
    for (const number of [21, 45, 69, 81.5, 108]) {
      const player = new Player(stereo, rate);
      player.exports.note_on(1, number, 1);
      player.play(rate / 10);
      const heard = player.play(rate * 2, 0);
      const crossings: number[] = [];
      for (let index = 1; index < heard.length; index++) {
        if (heard[index - 1] < 0 && heard[index] >= 0) {
          crossings.push(index - heard[index] / (heard[index] - heard[index - 1]));
        }
      }
      const hz = rate * (crossings.length - 1) / (crossings.at(-1)! - crossings[0]);
      const cents = 1_200 * Math.log2(hz / (440 * 2 ** ((number - 69) / 12)));
      assert.ok(Math.abs(cents) < 0.1, `note ${number} at ${rate} Hz is ${cents} cents off`);
    }
  }
});

Deno.test("attack and release last as long as they are set, and release ends in exact zero", () => {
  const player = new Player().set("synth/attack", 0.1).set("synth/release", 0.3);
  player.exports.note_on(1, 108, 1);
  const attack = player.play(4_800, 0);
  const [half, full] = [peak(attack.subarray(2_300, 2_500)), peak(attack.subarray(4_700))];
  assert.ok(Math.abs(half / full - 0.5) < 0.03, `half way the level is ${half / full}`);
  player.exports.note_off(1);
  const release = player.play(14_500, 0);
  assert.ok(peak(release.subarray(14_000, 14_400)) > 0);
  assert.ok(release.subarray(14_402).every((sample) => sample === 0), "silence is exact zero");
});

Deno.test("gain is in decibels, its lowest value is silence, and pan keeps the power", () => {
  const level = (gainDb: number, pan = 0) => {
    const player = new Player().set("synth/gain", gainDb).set("synth/pan", pan);
    player.exports.note_on(1, 81, 1);
    player.play(12_000);
    const heard = player.play(4_800);
    return [0, 1].map((channel) => peak(heard.filter((_, index) => index % 2 === channel)));
  };
  const [reference] = level(0);
  assert.ok(Math.abs(20 * Math.log10(level(-6)[0] / reference) + 6) < 0.01);
  assert.deepEqual(level(-90), [0, 0]);
  for (const pan of [-1, -0.5, 0, 0.3, 1]) {
    const [left, right] = level(0, pan);
    assert.ok(Math.abs(Math.hypot(left, right) / (reference * Math.SQRT2) - 1) < 0.001, `pan ${pan}`);
  }
  assert.ok(level(0, -1)[1] < 1e-6 && level(0, 1)[0] < 1e-6);
});

type Step = { frames: number; act: (exports: PatchExports) => void };
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    frames: fc.integer({ min: 1, max: 700 }),
    act: fc.oneof(
      fc.tuple(fc.nat(40), fc.float({ min: -10, max: 140 }), fc.float({ min: -1, max: 2 })).map(
        ([id, number, velocity]) => (exports: PatchExports) => exports.note_on(id, number, velocity),
      ),
      fc.nat(40).map((id) => (exports: PatchExports) => exports.note_off(id)),
      fc.tuple(fc.constantFrom(...stereo.parameters.keys()), fc.double({ min: 0, max: 1, noNaN: true })).map(
        ([index, part]) => (exports: PatchExports) => {
          const { min, max } = stereo.parameters[index];
          exports.set_parameter(index, min + (max - min) * part);
        },
      ),
      fc.constant((exports: PatchExports) => exports.panic()),
    ),
  }),
  { minLength: 1, maxLength: 30 },
);

Deno.test("any cut of a score into blocks from 1 to 1024 frames gives the same bytes, all of them finite", () => {
  fc.assert(
    fc.property(steps, fc.constantFrom(1, 32, 100, 256, 1_024), (score, blockFrames) => {
      const render = (size: number) => {
        const player = new Player();
        return score.map((
          { frames, act },
        ) => (act(player.exports), [...new Uint32Array(player.play(frames, undefined, size).buffer)]));
      };
      const reference = render(64);
      assert.deepEqual(render(blockFrames), reference);
      const floats = new Float32Array(Uint32Array.from(reference.flat()).buffer);
      assert.ok(floats.every(Number.isFinite) && peak(floats) < 8);
    }),
    { numRuns: 40 },
  );
});

Deno.test("a copy of the memory goes on with the same bytes: all state is in the arena", () => {
  fc.assert(
    fc.property(steps, (score) => {
      const original = new Player();
      score.forEach(({ frames, act }) => (act(original.exports), original.play(frames)));
      const copy = new Player();
      new Uint8Array(copy.exports.memory.buffer).set(new Uint8Array(original.exports.memory.buffer));
      assert.deepEqual(copy.play(1_000), original.play(1_000));
    }),
    { numRuns: 30 },
  );
});

Deno.test("stealing, repeating and panic do not click", () => {
  const player = new Player();
  const jump = (samples: Float32Array) =>
    samples.reduce(
      (most, sample, index) => index === 0 ? 0 : Math.max(most, Math.abs(sample - samples[index - 1])),
      0,
    );
  for (let id = 0; id < 16; id++) player.exports.note_on(id, 30 + id / 10, 1);
  player.play(4_800);
  const steady = jump(player.play(4_800, 0));
  player.exports.note_on(99, 31, 1);
  player.exports.note_on(5, 30.5, 0.2);
  assert.ok(jump(player.play(480, 0)) < steady * 2);
  player.exports.panic();
  assert.ok(jump(player.play(480, 0)) < steady * 2 + 0.01);
  assert.ok(player.play(480).every((sample) => sample === 0));
});

Deno.test("input passes through with its gain, one channel to all or each to its own", async () => {
  for (const [inputChannels, expected] of [[1, [0.25, 0.25]], [2, [0.25, -0.5]]] as const) {
    const patch = await sines({ channels: 2, inputChannels, maximumBlockFrames: 64 });
    const player = new Player(patch).set("input/gain", 0);
    const input = new Float32Array(player.exports.memory.buffer, patch.arena.inputOffset, 64 * inputChannels);
    input.forEach((_, index) => input[index] = index % inputChannels === 0 ? 0.25 : -0.5);
    const heard = player.play(48_000).slice(-2);
    assert.ok(expected.every((sample, channel) => Math.abs(heard[channel] - sample) < 1e-6), `${heard}`);
  }
});

Deno.test("from 1 to 8 channels the patch compiles, and the catalogue knows it", async () => {
  for (let channels = 1; channels <= 8; channels++) {
    const player = new Player(
      await compilePatch("sines", { channels, inputChannels: 0, maximumBlockFrames: 64 }),
    );
    player.exports.note_on(1, 60, 1);
    assert.ok(peak(player.play(4_800, 0)) > 0.05);
    if (channels > 2) assert.equal(peak(player.play(480, 2)), 0);
  }
  assert.deepEqual(patchNames, ["sines"]);
  assert.throws(
    () => compilePatch("organ", { channels: 2, inputChannels: 0, maximumBlockFrames: 64 }),
    /there are: sines/,
  );
});

Deno.test("text that is no WebAssembly is told where", async () => {
  await assert.rejects(
    assemble("(module (func (i32.const)))", "broken"),
    (error: Error) => error instanceof AssemblyError && /broken\.wat:1/.test(error.message),
  );
});

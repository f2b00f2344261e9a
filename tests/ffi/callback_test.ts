import assert from "node:assert/strict";
import fc from "fast-check";
import { checksumOf } from "../../engine/memory/checksum.ts";
import { concealRampFrames, histogramBuckets } from "../../engine/memory/constants.ts";
import { lowerEdge } from "../../engine/memory/histogram.ts";
import { DeliveredFlag, fixed, within } from "../../engine/memory/layout.ts";
import {
  deliveredHighestIndex,
  deliveredIndex,
  deliveredLowestIndex,
  deliveredPeaksIndex,
  inputSamplesIndex,
  inputSlotIndex,
  slotIndex,
} from "../../engine/memory/places.ts";
import type { SharedMemory } from "../../engine/memory/shared_memory.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";
import { publishBlock, takeFrames } from "../../testing/engine/callback_by_hand.ts";
import { testMemory } from "../../testing/engine/test_memory.ts";
import { ConcealmentOracle } from "../simulation/concealment_oracle.ts";

const { native, build } = await nativeForTests();
const [blockFrames, channels] = [32, 2];

/** A stream whose rings a test fills by hand. */
class Stream {
  readonly memory: SharedMemory;

  constructor(dimensions: Parameters<typeof testMemory>[0] = {}) {
    this.memory = testMemory({ blockFrames, channels, ...dimensions });
    this.memory.words[fixed.control.play.index] = 1;
    [0, 1, 2].forEach((ring) => {
      this.memory.words[fixed.control.roleRing.index + ring] = ring + 1;
      for (let slot = 0; slot < this.memory.geometry.ringSlots; slot++) {
        this.memory.words[slotIndex(this.memory, ring, slot)] = -1;
      }
    });
  }

  publish(
    ring: number,
    block: number,
    samples: Float32Array,
    checksum = checksumOf(new Uint8Array(samples.buffer)),
  ): void {
    publishBlock(this.memory, { ring, block, samples, checksum });
  }

  take(frames = blockFrames, input: Float32Array<ArrayBuffer> | null = null): Float32Array {
    return takeFrames(native, this.memory, frames, input);
  }

  delivered(block: number): { flags: number; ring: number; low: number; loudest: number } {
    const entry = deliveredIndex(this.memory, block);
    const word = (name: keyof typeof within.delivered) =>
      this.memory.words[entry + within.delivered[name].index];
    const loudest = this.memory.floats[entry + within.delivered.loudest.index];
    return { flags: word("flags"), ring: word("ring"), low: word("checksumLow"), loudest };
  }
}

function block(value: number): Float32Array<ArrayBuffer> {
  return Float32Array.from(
    { length: blockFrames * channels },
    (_, index) => Math.fround(value + index / 1_000),
  );
}

Deno.test("the callback can call nothing but memory copies", async () => {
  const { stdout } = await new Deno.Command("nm", { args: ["-u", build.callbackObject] }).output();
  const symbols = new TextDecoder().decode(stdout).trim().split(/\s*\n\s*/).map((line) =>
    line.replace(/^.*U /, "")
  );
  assert.deepEqual(symbols.sort(), ["memcpy", "memset"]);
});

Deno.test("with any sizes of calls, every block is handed over once and in order", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 40 }),
      fc.boolean(),
      (calls, nearWrap) => {
        const start = nearWrap ? -5 : 0;
        const stream = new Stream({ startBlock: start });
        const total = calls.reduce((sum, frames) => sum + frames, 0);
        const heard: number[] = [];
        let published = 0;
        for (const frames of calls) {
          while (published * blockFrames < heard.length / channels + frames) {
            stream.publish(published % 3, (start + published) | 0, block(published));
            published++;
          }
          heard.push(...stream.take(frames));
        }
        const expected = Array.from({ length: published }, (_, index) => [...block(index)]).flat().slice(
          0,
          total * channels,
        );
        assert.deepEqual(heard, expected);
        assert.equal(stream.memory.counter("concealedBlocks"), 0);
      },
    ),
  );
});

Deno.test("a block that the primary lacks is taken from another ring in the same call, and counted", () => {
  const stream = new Stream();
  stream.publish(1, 0, block(1));
  assert.deepEqual(stream.take(), block(1));
  assert.equal(stream.memory.counter("rescuedBlocks"), 1);
  assert.deepEqual([stream.delivered(0).ring, stream.delivered(0).flags], [2, DeliveredFlag.rescued]);
});

Deno.test("a wrong block loses the vote, in whichever ring it is", () => {
  for (const wrong of [0, 1, 2]) {
    const stream = new Stream();
    [0, 1, 2].forEach((ring) => stream.publish(ring, 0, block(ring === wrong ? 9 : 1)));
    assert.deepEqual(stream.take(), block(1));
    assert.equal(stream.memory.counter("outvotedBlocks"), wrong === 0 ? 1 : 0);
  }
  const stream = new Stream();
  [0, 1].forEach((ring) => stream.publish(ring, 0, block(ring)));
  assert.deepEqual(stream.take(), block(0));
  assert.equal(stream.memory.counter("undecidedBlocks"), 1);
});

Deno.test("a slot that changes under the callback's hands is not heard", () => {
  const stream = new Stream();
  stream.publish(0, 0, block(9), { low: 1, high: 2 });
  stream.publish(1, 0, block(1));
  assert.deepEqual(stream.take(), block(1));
  assert.equal(stream.memory.counter("tornBlocks"), 1);
});

Deno.test("missing blocks fade out from the last sample and in again, and every frame is counted", () => {
  const stream = new Stream();
  const level = new Float32Array(blockFrames * channels).fill(0.5);
  stream.publish(0, 0, level);
  stream.take();
  const silence = [...stream.take(), ...stream.take(), ...stream.take()];
  for (let frame = 0; frame < 3 * blockFrames; frame++) {
    const gain = Math.max(0, 1 - (frame + 1) / concealRampFrames);
    assert.equal(silence[frame * channels], Math.fround(0.5 * Math.fround(gain)));
  }
  [4, 5, 6].forEach((number) => stream.publish(0, number, level));
  const back = [...stream.take(), ...stream.take(), ...stream.take()];
  for (let frame = 0; frame < 3 * blockFrames; frame++) {
    const gain = Math.min(1, (frame + 1) / concealRampFrames);
    assert.equal(back[frame * channels], Math.fround(0.5 * Math.fround(gain)));
  }
  assert.equal(stream.memory.counter("concealedFrames"), 3 * blockFrames);
  assert.deepEqual([1, 4, 6].map((number) => stream.delivered(number).flags), [
    DeliveredFlag.concealed,
    DeliveredFlag.ramped,
    0,
  ]);
});

Deno.test("whatever is missing, and however short the blocks, no frame jumps by more than a ramp of 64 frames allows", () => {
  for (const length of [16, 32, 48, 64, 128]) {
    for (const missing of [1, 2, 3, 9]) {
      const stream = new Stream({ blockFrames: length });
      const level = new Float32Array(length * channels).fill(0.5);
      const absent = (number: number) => number >= 8 && number < 8 + missing || number === 9 + missing;
      const heard = Array.from({ length: 40 }, (_, number) => {
        if (!absent(number)) stream.publish(0, number, level);
        return [...stream.take(length)];
      }).flat();
      const steps = heard.slice(channels).map((sample, index) => Math.abs(sample - heard[index]));
      const worst = Math.max(...steps.slice(length * channels));
      assert.ok(worst <= 0.5 / concealRampFrames + 1e-6, `blocks of ${length}, ${missing} missing: ${worst}`);
      assert.equal(heard.at(-1), 0.5);
      assert.equal(stream.memory.counter("concealedBlocks"), missing + 1);
    }
  }
});

Deno.test("missing blocks between blocks of any sound are concealed as the second account of it says", () => {
  fc.assert(
    fc.property(
      fc.array(fc.option(fc.float({ min: -1, max: 1, noNaN: true }), { freq: 3 }), { maxLength: 30 }),
      fc.constantFrom(16, 32, 80),
      (levels, length) => {
        const stream = new Stream({ blockFrames: length });
        const oracle = new ConcealmentOracle(channels);
        levels.forEach((level, number) => {
          const samples = Float32Array.from(
            { length: length * channels },
            (_, index) => (level ?? 0) * Math.sin(index),
          );
          if (level !== null) stream.publish(1, number, samples);
          const heard = stream.take(length);
          assert.deepEqual(heard, oracle.nextBlock(level === null ? samples.length : samples));
          oracle.delivered(heard);
        });
      },
    ),
  );
});

Deno.test("a non-finite sample before a missing block is not held", () => {
  const stream = new Stream();
  stream.publish(0, 0, block(0).fill(NaN));
  const held = [stream.take(), stream.take()];
  assert.ok(held.every((samples) => samples.every((sample) => sample === 0)));
  assert.equal(stream.memory.counter("nonFiniteSamples"), blockFrames * channels);
});

/** A sample as the ceiling lets it through; a second account of `ceiling.h`. */
function bent(sample: number, ceiling: number): number {
  const round = Math.fround;
  const knee = round(ceiling * 0.9375);
  const magnitude = Math.abs(sample);
  if (magnitude <= knee) return sample;
  const [room, beyond] = [round(ceiling - knee), round(magnitude - knee)];
  const result = round(knee + round(round(beyond * room) / round(room + beyond)));
  return Math.sign(sample) * Math.min(ceiling, result);
}

Deno.test("the ceiling leaves every sample below its knee as it is, bends the others without a step, and nothing leaves it", () => {
  const anySample = fc.oneof(
    fc.float({ min: -2, max: 2, noNaN: true }),
    fc.float({ noNaN: true, noDefaultInfinity: true }),
  );
  const ceilings = [1, 0.5, 0.01, 0.966].map(Math.fround);
  fc.assert(
    fc.property(
      fc.array(anySample, { minLength: blockFrames * channels, maxLength: blockFrames * channels }),
      fc.constantFrom(...ceilings),
      (samples, ceiling) => {
        const stream = new Stream({ ceiling });
        const given = Float32Array.from(samples);
        stream.publish(0, 0, given);
        const heard = stream.take();
        assert.deepEqual(heard, given.map((sample) => bent(sample, ceiling)));
        assert.ok(heard.every((sample) => Math.abs(sample) <= ceiling));
        const loud = given.filter((sample) => Math.abs(sample) > Math.fround(ceiling * 0.9375)).length;
        assert.equal(stream.memory.counter("limitedSamples"), loud);
        const overs = given.filter((sample) => Math.abs(sample) > 1).length;
        assert.equal(stream.memory.counter("overSamples"), overs);
        assert.equal(stream.delivered(0).flags, loud > 0 ? DeliveredFlag.limited : 0);
        assert.equal(stream.delivered(0).low, checksumOf(new Uint8Array(heard.buffer)).low);
        assert.equal(
          stream.delivered(0).loudest,
          given.reduce((most, next) => Math.max(most, Math.abs(next)), 0),
        );
      },
    ),
  );
  for (const ceiling of ceilings) {
    const knee = Math.fround(ceiling * 0.9375);
    const step = ceiling / 2 ** 16;
    const rise = (bent(knee + step, ceiling) - knee) / step;
    assert.ok(rise > 0.99 && rise <= 1.01, "the slope at the knee is that of the straight line");
    assert.ok(bent(4 * ceiling, ceiling) > 0.99 * ceiling);
  }
});

Deno.test("without a ceiling samples beyond full scale are counted, and reach the device as they are", () => {
  const stream = new Stream();
  const loud = Float32Array.from(
    { length: blockFrames * channels },
    (_, index) => index % 8 === 0 ? -1.5 : 1,
  );
  stream.publish(0, 0, loud);
  assert.deepEqual(stream.take(), loud);
  assert.equal(stream.memory.counter("overSamples"), loud.length / 8);
  assert.equal(stream.memory.counter("limitedSamples"), 0);
  assert.deepEqual([stream.delivered(0).flags, stream.delivered(0).loudest], [0, 1.5]);
});

Deno.test("the record of a block has the smallest and the largest sample that the device got on each channel", () => {
  const sample = fc.oneof(
    fc.float({ min: -1, max: 1, noNaN: true }),
    fc.float(),
    fc.constantFrom(0, -0, NaN, -Infinity, 2 ** -149),
  );
  const formats = fc.constantFrom(
    ...[1, 2, 3, 4, 6, 8, 10, 64].flatMap((channels) =>
      [16, 5].map((blockFrames) => ({ channels, blockFrames }))
    ),
  );
  const samples = fc.array(sample, { minLength: 64 * 16, maxLength: 64 * 16 });
  fc.assert(fc.property(formats, samples, fc.constantFrom(0, 0.5), (format, given, ceiling) => {
    const { channels, blockFrames } = format;
    const stream = new Stream({ ...format, ceiling });
    stream.publish(0, 0, Float32Array.from(given.slice(0, channels * blockFrames)));
    const heard = stream.take(blockFrames);
    const levels = [deliveredLowestIndex, deliveredHighestIndex, deliveredPeaksIndex];
    for (let channel = 0; channel < channels; channel++) {
      const own = [...heard.filter((_, index) => index % channels === channel)];
      const noted = levels.map((index) => stream.memory.floats[index(stream.memory, 0) + channel]);
      const peak = Math.max(...own.map(Math.abs));
      assert.ok(
        [Math.min(...own), Math.max(...own), peak].every((value, at) => value === noted[at]),
        `${channels} channels: ${noted}`,
      );
    }
  }));
});

Deno.test("the times of all calls, and between them, add up to what the histograms hold", () => {
  const stream = new Stream();
  for (let call = 0; call < 20; call++) stream.take();
  for (const [name, sum] of [["durations", "durationTicks"], ["intervals", "intervalTicks"]] as const) {
    const first = fixed[name].buckets.index;
    const counts = Array.from(stream.memory.wide.subarray(first, first + histogramBuckets), Number);
    const least = counts.reduce((total, count, bucket) => total + count * lowerEdge(bucket), 0);
    const most = counts.reduce((total, count, bucket) => total + count * lowerEdge(bucket + 1), 0);
    const total = stream.memory.counter(sum);
    assert.ok(total >= least && total <= most, `${name}: ${least} ${total} ${most}`);
  }
});

Deno.test("non-finite samples become zero, and are counted", () => {
  const stream = new Stream();
  const bad = block(1);
  [3, 7, 11].forEach((index, which) => bad[index] = [NaN, Infinity, -Infinity][which]);
  stream.publish(0, 0, bad);
  const heard = stream.take();
  assert.deepEqual([3, 7, 11].map((index) => heard[index]), [0, 0, 0]);
  assert.ok(heard.every(Number.isFinite));
  assert.equal(stream.memory.counter("nonFiniteSamples"), 3);
  assert.equal(stream.delivered(0).low, checksumOf(new Uint8Array(heard.buffer)).low);
});

Deno.test("before play nothing is consumed; after stop it fades to silence and says so", () => {
  const stream = new Stream();
  stream.memory.words[fixed.control.play.index] = 0;
  assert.ok(stream.take(100).every((sample) => sample === 0));
  assert.equal(stream.memory.consumed(), 0);
  assert.equal(stream.memory.words[fixed.callback.largestFrameCount.index], 100);
  stream.memory.words[fixed.control.play.index] = 1;
  const level = new Float32Array(blockFrames * channels).fill(1);
  for (let number = 0; number < 8; number++) stream.publish(0, number, level);
  stream.memory.words[fixed.control.stop.index] = 1;
  const heard = [...stream.take(3 * blockFrames), ...stream.take(5 * blockFrames)];
  const left = heard.filter((_, index) => index % channels === 0);
  assert.ok(left.every((sample, index) => index === 0 || sample <= left[index - 1]));
  assert.equal(left.at(-1), 0);
  assert.equal(stream.memory.words[fixed.callback.ended.index], 1);
  const fadeBlocks = Math.ceil(stream.memory.geometry.stopFadeFrames / blockFrames);
  assert.equal(
    stream.memory.consumed(),
    fadeBlocks,
    "nothing is consumed after the end, not even in the same call",
  );
});

Deno.test("captured input is kept by block, whatever the sizes of the calls", () => {
  const stream = new Stream({ inputChannels: 1 });
  const input = Float32Array.from({ length: 200 }, (_, index) => index / 256);
  for (let at = 0; at < 200;) {
    const frames = Math.min(1 + (at * 7) % 50, 200 - at);
    stream.take(frames, input.slice(at, at + frames));
    at += frames;
  }
  for (let number = 0; number < 6; number++) {
    const tag = inputSlotIndex(stream.memory, number) + within.inputSlot.tag.index;
    assert.equal(stream.memory.words[tag], number);
    const first = inputSamplesIndex(stream.memory, number);
    assert.deepEqual(
      stream.memory.floats.slice(first, first + blockFrames),
      input.slice(number * blockFrames, (number + 1) * blockFrames),
    );
  }
});

Deno.test("while a block is captured, its slot has the tag of no block", () => {
  const stream = new Stream({ inputChannels: 1 });
  const { inputSlots } = stream.memory.geometry;
  const tag = inputSlotIndex(stream.memory, 0) + within.inputSlot.tag.index;
  const before = stream.memory.words[tag];
  assert.equal(before, -inputSlots, "the slot holds the block that is a lap older");
  for (const frames of [1, 10, blockFrames - 12]) {
    stream.take(frames, new Float32Array(frames).fill(0.5));
    assert.notEqual(stream.memory.words[tag] & (inputSlots - 1), 0, "no block that belongs here");
  }
  stream.take(1, Float32Array.of(0.5));
  assert.equal(stream.memory.words[tag], 0);
});

Deno.test("captured samples that are not finite or far beyond full scale are silence, and are counted", () => {
  const stream = new Stream({ inputChannels: 2 });
  const input = Float32Array.from({ length: blockFrames * 2 }, (_, index) => Math.sin(index));
  const refused = [NaN, Infinity, -Infinity, 1e30, -3e38, 32.000004, -33];
  const letIn = [32, -32, 1e-40, -0];
  [...refused, ...letIn].forEach((value, index) => input[index * 3] = value);
  stream.take(10, input.slice(0, 20));
  stream.take(blockFrames - 10, input.slice(20));
  const first = inputSamplesIndex(stream.memory, 0);
  const captured = stream.memory.floats.slice(first, first + input.length);
  const expected = input.map((sample) => Math.abs(sample) <= 32 ? sample : 0);
  assert.deepEqual(captured, expected);
  assert.equal(stream.memory.counter("refusedInputSamples"), refused.length);
});

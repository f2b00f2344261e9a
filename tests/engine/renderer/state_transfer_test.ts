/**
 * What goes on when one patch is exchanged for another, without threads and without time.
 */
import assert from "node:assert/strict";
import { compileChecksum } from "../../../engine/memory/checksum.ts";
import { Opcode } from "../../../engine/log/command_log.ts";
import { OfflineEngine } from "../../../engine/render/offline_engine.ts";
import { sharedRegions, takeOver } from "../../../engine/renderer/state_transfer.ts";
import { maxTakenOverBytes } from "../../../engine/memory/constants.ts";
import { preparePatch } from "../../../engine/renderer/patch_instance.ts";
import { readyInstance } from "../../../testing/patch/ready_instance.ts";
import { largePatch } from "../../../testing/patch/large_patch.ts";
import { compileGraph } from "../../../compiler/compile.ts";
import type { Patch } from "../../../modules/patch.ts";
import { keys } from "../../../patches/ready/keys.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { tone } from "../../../testing/patch/tone_patch.ts";

const format = { sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 64 };
const { native } = await nativeForTests();
const checksum = compileChecksum();
const compile = (patch: Patch) => compileGraph(patch.build(format), format);

/** Plays commands, given by the block at whose start they are sent, and returns the left channel. */
async function play(
  patches: readonly Patch[],
  blocks: number,
  commands: Readonly<
    Record<number, readonly Partial<Parameters<OfflineEngine["log"]["append"]>[0][number]>[]>
  >,
): Promise<Float32Array> {
  const [first, ...others] = await Promise.all(patches.map(compile));
  const engine = new OfflineEngine({
    ...format,
    blockFrames: 64,
    lookaheadBlocks: 4,
    ceiling: 0,
    patch: first,
    checksum,
    native,
    seed: 1,
  });
  others.forEach((patch, index) => engine.addPatch(index + 1, patch));
  const samples = new Float32Array(blocks * 64);
  const output = new Float32Array(128);
  for (let block = 0; block < blocks; block++) {
    engine.log.append(
      (commands[block] ?? []).map((command) => ({ opcode: 0, target: 0, value: 0, extra: 0, ...command })),
    );
    engine.renderBlock(output);
    samples.set(output.filter((_, index) => index % 2 === 0), block * 64);
  }
  return samples;
}

const noteOn = { opcode: Opcode.noteOn, target: 1, value: 69, extra: 1 };
const noteOff = { opcode: Opcode.noteOff, target: 1 };
const exchange = (number: number) => ({ opcode: Opcode.exchange, target: number });
const loudest = (samples: Float32Array) => samples.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
const steepest = (samples: Float32Array) =>
  samples.reduce((most, one, index) => Math.max(most, Math.abs(one - samples[Math.max(0, index - 1)])), 0);

Deno.test("a held note rings on through a change of its sound, without a click or a gap", async () => {
  const samples = await play([tone({ level: 0.2 }), tone({ level: 0.4 })], 200, {
    0: [noteOn],
    100: [exchange(1)],
  });
  assert.ok(Math.abs(loudest(samples.subarray(80 * 64, 100 * 64)) - 0.2) < 1e-3);
  assert.ok(Math.abs(loudest(samples.subarray(120 * 64, 200 * 64)) - 0.4) < 1e-3);
  // a sine of 440 Hz and 0.4 moves by 0.0230 a sample at most; the fade adds 0.2 / 960
  assert.ok(steepest(samples.subarray(80 * 64)) < 0.0234, `steepest step ${steepest(samples)}`);
  for (let from = 80 * 64; from < 199 * 64; from += 64) {
    assert.ok(loudest(samples.subarray(from, from + 128)) > 0.19, `frame ${from}`);
  }
});

Deno.test("exchanging a patch for an equal one changes no sample but by the rounding of the fade", async () => {
  const commands = { 0: [noteOn], 60: [{ opcode: Opcode.set, target: 0, value: 6 }], 150: [noteOff] };
  const alone = await play([keys], 300, commands);
  const exchanged = await play([keys, keys], 300, { ...commands, 61: [exchange(1)] });
  const difference = alone.map((sample, index) => sample - exchanged[index]);
  assert.ok(loudest(alone) > 0.01);
  assert.ok(loudest(difference) < 1e-7, `differs by ${loudest(difference)}`);
});

Deno.test("an instrument of another shape restarts, and the old one fades out within 20 ms", async () => {
  const samples = await play([tone(), tone({ voices: 8 })], 150, { 0: [noteOn], 100: [exchange(1)] });
  assert.ok(loudest(samples.subarray(99 * 64, 100 * 64)) > 0.19);
  assert.equal(loudest(samples.subarray(115 * 64)), 0);
  assert.ok(steepest(samples.subarray(80 * 64)) < 0.0125);
});

Deno.test("a parameter keeps its value, kept inside the range of the new patch", async () => {
  const louder = { opcode: Opcode.set, target: 0, value: 6 };
  const quieter = { opcode: Opcode.set, target: 0, value: -20 };
  const level = async (value: object, version: Patch) =>
    loudest(
      (await play([tone(), version], 250, { 0: [noteOn, value], 100: [exchange(1)] })).subarray(200 * 64),
    );
  assert.ok(Math.abs(await level(louder, tone({ maxDb: 3 })) - 0.2 * 10 ** (3 / 20)) < 1e-3);
  assert.ok(Math.abs(await level(quieter, tone({ maxDb: 3 })) - 0.02) < 1e-3);
  assert.ok(Math.abs(await level(louder, tone()) - 0.2 * 10 ** (6 / 20)) < 1e-3);
});

Deno.test("a command that waits for its time means in the new patch what it meant, or nothing", async () => {
  const later = { at: { block: 150, frame: 7 } };
  const silence = { opcode: Opcode.set, target: 0, value: -90, ...later };
  const same = await play([tone(), tone({ level: 0.3 })], 200, { 0: [noteOn, silence], 100: [exchange(1)] });
  assert.ok(loudest(same.subarray(140 * 64, 150 * 64)) > 0.29);
  assert.equal(loudest(same.subarray(165 * 64)), 0);
  const other = await play([tone(), tone({ instrument: "other" })], 200, {
    0: [{ ...noteOn, ...later }],
    100: [exchange(1)],
  });
  assert.equal(loudest(other), 0, "the instrument it was for is gone");
});

Deno.test("what is shared is what has the same name and shape", async () => {
  const [plain, changed, wider, other] = await Promise.all(
    [tone(), tone({ level: 0.5 }), tone({ voices: 5 }), tone({ instrument: "other" })].map(compile),
  );
  const names = (to: typeof plain) => sharedRegions(plain, to).map(([, { name }]) => name);
  assert.deepEqual(names(changed), plain.state.map(({ name }) => name));
  assert.deepEqual(names(wider), ["clock, seed, counters", "notes that ended", "parameter tone/gainDb"]);
  assert.deepEqual(names(other), ["clock, seed, counters", "notes that ended"]);
});

Deno.test("a patch that was never handed over is refused, not guessed", async () => {
  await assert.rejects(play([tone()], 10, { 2: [exchange(5)] }), /patch 5 is not here; there are: 0/);
});

/** An instance of a patch with a delay line of 1 MiB a voice, and the parts of its lines by group. */
function large(voices: number) {
  const patch = compileGraph(largePatch(voices, format.sampleRateHz).build(format), format);
  const instance = readyInstance(preparePatch(0, patch, checksum), 64, 1);
  const lines = patch.state.find(({ linesOf }) => linesOf !== undefined)!;
  const groups = voices / 4;
  const group = (number: number) => {
    const first = lines.offset + number * lines.bytes / groups;
    return instance.words.subarray(first / 4, (first + lines.bytes / groups) / 4);
  };
  return { instance, groups, group };
}

Deno.test("the delay lines of voices that sound are taken over; silent ones, which clear them first, begin empty", () => {
  const [from, to] = [large(8), large(8)];
  from.instance.exports.note_on(0, 1, 60, 1);
  for (let block = 0; block < 20; block++) from.instance.exports.render(0, 64);
  const sounding = [0, 1].find((number) => from.group(number).some((word) => word !== 0))!;
  from.group(1 - sounding).fill(0x3F000000); // what the last note has left there
  takeOver(from.instance, to.instance, 0);
  assert.deepEqual(to.group(sounding), from.group(sounding));
  assert.ok(to.group(1 - sounding).every((word) => word === 0));
  for (const { instance } of [from, to]) instance.exports.note_on(0, 2, 67, 1);
  for (let block = 0; block < 300; block++) {
    for (const { instance } of [from, to]) instance.exports.render(0, 64);
    assert.deepEqual(to.instance.output, from.instance.output, `block ${block}`);
  }
});

Deno.test("what is taken over is bounded: long lines are left out before anything else, and the notes go on", () => {
  const [from, to] = [large(32), large(32)];
  // as many as play without taking another's voice: eight are spare
  for (let id = 0; id < 24; id++) from.instance.exports.note_on(0, id, 40 + id, 1);
  for (let block = 0; block < 20; block++) from.instance.exports.render(0, 64);
  takeOver(from.instance, to.instance, 0);
  const taken = Array.from({ length: to.groups }, (_, number) => to.group(number).some((word) => word !== 0));
  const bytes = taken.filter(Boolean).length * to.group(0).byteLength;
  assert.ok(bytes > 0 && bytes < maxTakenOverBytes, `${bytes} bytes of lines`);
  const alive = ({ words, description }: typeof to.instance) =>
    description.arena.voices!.map(({ offset, groupBytes, groupCount }) =>
      words.slice(offset / 4, (offset + groupBytes * groupCount) / 4)
    );
  assert.deepEqual(alive(to.instance), alive(from.instance), "every voice sounds on");
});

import assert from "node:assert/strict";
import { sampler } from "../../../modules/oscillators/sampler.ts";
import { definePatch, instrument, type Note, type Patch, type Voice } from "../../../modules/patch.ts";
import type { SampleBank } from "../../../compiler/graph/sample_bank.ts";
import { sampleFile } from "../../../modules/signal/sample_file.ts";
import { PatchPlayer, peak } from "../../../testing/patch/patch_player.ts";
import { decibels, measureHz, spectrum } from "../../../testing/measure/spectrum.ts";
import type { StatedLoop } from "../../../engine/samples/sound_file.ts";
import { unrollLoop } from "../../../engine/samples/unroll_loop.ts";
import { bankOf, frames, sineFrames } from "../../../testing/trial/test_bank.ts";
import { sharedItems } from "../../../testing/share.ts";
import { rateHz } from "../../../testing/trial/trial_patch.ts";

const file = sampleFile("test.wav");

/** A repeatable noise that is loud from its first frame. */
const noisy = (count: number, seed = 1) => {
  let state = seed;
  return frames(count, () => (state = Math.imul(state, 1_664_525) + 1_013_904_223 | 0) * 2 ** -31);
};

function patchOf(voice: (note: Note) => Voice, voices = 1): Patch {
  return definePatch({
    name: "trial",
    instruments: { one: instrument({ voices, parameters: {}, voice }) },
    parameters: {},
    output: ({ one }) => one,
  });
}

type Options = Omit<Parameters<typeof sampler>[0], "gate" | "trigger" | "file">;

function playerOf(bank: SampleBank, options: Options = {}, format = {}): Promise<PatchPlayer> {
  const patch = patchOf(({ gate, trigger, frequencyHz }) => {
    const { left, right, envelope, done } = sampler({ gate, trigger, file, frequencyHz, ...options });
    return { output: [left, right], envelope, done };
  });
  return PatchPlayer.of(patch, format, 1, bank);
}

/** Voices that sound, from the memory. */
function sounding({ memory, patch }: PatchPlayer): number {
  const { offset, groupCount, groupBytes } = patch.arena.voices![0];
  const words = new Int32Array(memory);
  return Array.from(
    { length: groupCount * 4 },
    (_, voice) => words[(offset + (voice >> 2) * groupBytes) / 4 + voice % 4],
  ).filter((alive) => alive !== 0).length;
}

Deno.test("at its root note and its own rate a file is given bit for bit, left and right", async () => {
  const channels = [noisy(3_001), noisy(3_001, 7)];
  const player = await playerOf(bankOf({ "test.wav": { channels } }));
  const heard = player.on(1, 60).play(3_500);
  channels.forEach((channel, side) => {
    const found = heard.filter((_, index) => index % 2 === side);
    assert.deepEqual(found.subarray(0, 3_001), channel);
    assert.equal(peak(found.subarray(3_001)), 0);
  });
});

Deno.test("a file of one channel sounds the same on both sides, and costs one", async () => {
  const build = (channels: Float32Array[]) => playerOf(bankOf({ "test.wav": { channels } }));
  const [mono, stereo] = await Promise.all([
    build([noisy(500)]),
    build([noisy(500), noisy(500, 7)]),
  ]);
  const heard = mono.on(1, 60).play(500);
  assert.deepEqual(heard.filter((_, index) => index % 2 === 0), heard.filter((_, index) => index % 2 === 1));
  assert.ok(mono.patch.wasm.length < stereo.patch.wasm.length * 0.8);
});

Deno.test("notes are in tune within 0.02 cents, whatever the rates of file and output", async () => {
  const notes = [44_100, 48_000, 96_000].flatMap((sampleRateHz) =>
    [44_100, 48_000].flatMap((outputHz) =>
      [21, 45, 60.5, 69, 81, 100].map((number) => ({ sampleRateHz, outputHz, number }))
    )
  );
  // neighbours in the list differ in the note, and five shares meet every rate
  for (const { sampleRateHz, outputHz, number } of sharedItems("notes of a file to be in tune", notes, 6)) {
    // a second of 440 Hz, repeated
    const channels = [sineFrames(sampleRateHz, 440)];
    const bank = bankOf({ "test.wav": { channels, sampleRateHz, rootNote: 69 } });
    const player = await playerOf(bank, { loop: "file" }, { sampleRateHz: outputHz });
    const expected = 440 * 2 ** ((number - 69) / 12);
    const found = measureHz(player.on(1, number).play(5 * outputHz, 0), expected, outputHz);
    const cents = 1_200 * Math.log2(found / expected);
    assert.ok(Math.abs(cents) < 0.02, `${sampleRateHz} to ${outputHz} Hz, note ${number}: ${cents} cents`);
  }
});

Deno.test("a root note that the patch gives goes before that of the file", async () => {
  const channels = [noisy(1_000)];
  const bank = bankOf({ "test.wav": { channels, rootNote: 40 } });
  const player = await playerOf(bank, { rootNote: 72 });
  assert.deepEqual(player.on(1, 72).play(1_000, 0), channels[0]);
});

/** The largest line of a spectrum, and the largest beside it, in dB below it. */
function purity(samples: Float32Array): { readonly top: number; readonly restDb: number } {
  const windowed = samples.map((sample, frame) => {
    const turn = 2 * Math.PI * frame / samples.length;
    const window = blackmanHarris7.reduce((sum, part, order) => sum + part * Math.cos(order * turn), 0);
    return sample * window;
  });
  const bins = spectrum(windowed);
  const top = bins.indexOf(Math.max(...bins));
  const rest = Math.max(...bins.map((size, bin) => Math.abs(bin - top) < 16 ? 0 : size));
  return { top, restDb: decibels(rest / bins[top]) };
}

/** A window of seven terms, whose side lobes lie 180 dB down (H. Albrecht 2001). */
const blackmanHarris7 = [
  ...[0.27105140069342, -0.43329793923448, 0.21812299954311, -0.06592544638803],
  ...[0.01081174209837, -0.00077658482522, 0.00001388721735],
];

Deno.test("images lie 110 dB below a sine of up to 18 kHz, whatever the rates and the pitch", async () => {
  const length = 1 << 14;
  const rates = [[44_100, 0], [44_100, 4], [48_000, 0.5], [48_000, -7], [48_000, 5.1]];
  const sines = rates.flatMap(([sampleRateHz, semitones]) =>
    [1_000, 3_000, 6_000, 10_000, 15_000, 18_000].map((hz) => ({ sampleRateHz, semitones, hz }))
  ).filter(({ semitones, hz }) =>
    // what would leave the band of the output is filtered, and another test's
    hz * 2 ** (semitones / 12) <= 18_500 && !(semitones > 5 && hz > 10_000)
  );
  for (const { sampleRateHz, semitones, hz } of sharedItems("sines of a file without images", sines, 4)) {
    const channels = [sineFrames(sampleRateHz, hz)];
    const player = await playerOf(bankOf({ "test.wav": { channels, sampleRateHz } }));
    const heard = player.on(1, 60 + semitones).play(2_000 + length, 0).subarray(2_000);
    const { top, restDb } = purity(heard);
    const expected = hz * 2 ** (semitones / 12) * length / rateHz;
    assert.ok(Math.abs(top - expected) < 1, `${hz} Hz, ${semitones}: line ${top}, expected ${expected}`);
    assert.ok(restDb < -110, `${hz} Hz of ${sampleRateHz}, ${semitones} semitones: ${restDb} dB`);
    // a sine keeps its height: no droop
    const level = decibels(Math.sqrt(2 * heard.reduce((sum, one) => sum + one * one, 0) / length) / 0.8);
    assert.ok(Math.abs(level) < 0.05, `${hz} Hz of ${sampleRateHz}, ${semitones} semitones: ${level} dB`);
  }
});

Deno.test("what a file played higher cannot show is filtered, and does not fold into the band", async () => {
  for (const [semitones, hz] of [[12, 15_000], [12, 20_000], [24, 8_000], [24, 15_000]]) {
    const channels = [sineFrames(rateHz, hz)];
    const player = await playerOf(bankOf({ "test.wav": { channels } }));
    const heard = peak(player.on(1, 60 + semitones).play(10_000, 0).subarray(1_000));
    assert.ok(decibels(heard / 0.8) < -100, `${hz} Hz, ${semitones} semitones: ${decibels(heard / 0.8)} dB`);
  }
});

Deno.test("a file too long for tables sounds at every pitch too, with the images of a cubic curve", async () => {
  const count = 2 ** 24 + 1;
  const channels = [frames(count, (frame) => frame < 20_000 ? Math.sin(2 * Math.PI * frame / 16) : 0)];
  const bank = bankOf({ "test.wav": { channels } });
  assert.equal(bank.files[0].levels, 0);
  const player = await playerOf(bank);
  const { restDb } = purity(player.on(1, 67).play(9_192, 0).subarray(1_000));
  assert.ok(restDb < -60 && restDb > -110, `${restDb} dB`);
});

Deno.test("a loop has no seam: a sine of whole periods goes on as if it had no end, at any pitch", async () => {
  const [count, periods] = [1_200, 24];
  const bank = bankOf({ "test.wav": { channels: [sineFrames(count, periods)] } });
  for (const number of [48, 55.3, 60, 67, 79]) {
    const player = await playerOf(bank, { loop: "range" });
    const heard = player.on(1, number).play(40_000, 0);
    const turnsPerFrame = periods / count * 2 ** ((number - 60) / 12);
    // the first period is read from before the file begins; pitch in f32 is off by 1e-7 of the turns
    for (let frame = 100; frame < heard.length; frame++) {
      const expected = 0.8 * Math.sin(2 * Math.PI * turnsPerFrame * frame);
      assert.ok(
        Math.abs(heard[frame] - expected) < 0.0025,
        `note ${number}, frame ${frame}: ${heard[frame]}, ${expected}`,
      );
    }
  }
});

Deno.test("the loop of a file has no seam at any pitch: a sine of whole periods goes on", async () => {
  // an attack of noise before it, and noise behind it, of which nothing is heard in the loop
  for (const [count, periods] of [[64, 3], [100, 3], [1_201, 24]]) {
    const sine = sineFrames(count, periods);
    const whole = new Float32Array([...noisy(777), ...sine, ...noisy(900, 3)]);
    const bank = bankOf({ "test.wav": { channels: [whole], loopStart: 777, loopEnd: 777 + count } });
    for (const number of [48, 60, 60.5, 67, 75.3, 86]) {
      const player = await playerOf(bank, { loop: "file" });
      const speed = 2 ** ((number - 60) / 12);
      const from = Math.ceil((777 + 3 * count + 800) / speed);
      const length = 1 << 13;
      const heard = player.on(1, number).play(from + length, 0).subarray(from);
      const { restDb } = purity(heard);
      const hz = periods / count * rateHz * speed;
      assert.ok(restDb < -100, `${hz} Hz, loop of ${count}, note ${number}: ${restDb} dB`);
    }
  }
});

Deno.test("the loop that a file has written in it is played after its attack", async () => {
  const attack = noisy(500);
  const body = noisy(256, 9);
  const whole = new Float32Array([...attack, ...body, ...noisy(300, 3)]);
  const bank = bankOf({ "test.wav": { channels: [whole], loopStart: 500, loopEnd: 756 } });
  const player = await playerOf(bank, { loop: "file" });
  const heard = player.on(1, 60).play(500 + 256 * 20, 0);
  assert.deepEqual(heard.subarray(0, 500), attack);
  for (let turn = 0; turn < 20; turn++) {
    assert.deepEqual(heard.subarray(500 + turn * 256, 500 + turn * 256 + 256), body, `turn ${turn}`);
  }
});

Deno.test("one shot sounds to the end of the file however soon it is let go, and then its voice ends", async () => {
  const channels = [noisy(4_800)];
  const player = await playerOf(bankOf({ "test.wav": { channels } }), { oneShot: true });
  player.on(1, 72);
  player.play(64);
  player.off(1);
  const rest = player.play(2_336, 0);
  assert.ok(peak(rest.subarray(2_300)) > 0.1);
  assert.equal(sounding(player), 1);
  player.play(64);
  assert.equal(sounding(player), 0);
  assert.equal(peak(player.play(1_000)), 0);
});

Deno.test("without a loop a voice falls silent with its file; let go, it fades out in the time of its release", async () => {
  const bank = bankOf({ "test.wav": { channels: [frames(48_000, () => 0.5)] } });
  const player = await playerOf(bank, { releaseSeconds: 0.01 });
  player.on(1, 60).play(1_000);
  player.off(1);
  const fading = player.play(960, 0);
  fading.subarray(0, 480).forEach((sample, frame) =>
    assert.ok(Math.abs(sample - 0.5 * (1 - (frame + 1) / 480)) < 1e-4, `frame ${frame}: ${sample}`)
  );
  assert.equal(peak(fading.subarray(481)), 0);
  assert.equal(sounding(player), 0);
});

Deno.test("a key that is held past the end of the file gives its voice back, and its note is over", async () => {
  const channels = [noisy(4_800)];
  const player = await playerOf(bankOf({ "test.wav": { channels } }));
  player.on(1, 60).play(4_736);
  assert.equal(sounding(player), 1);
  player.play(128);
  assert.equal(sounding(player), 0);
  const [ended] = new Int32Array(player.memory, player.patch.arena.endedNotesOffset!);
  assert.equal(ended, 1);
  // the key that comes up then finds nothing to release, and the next note has the voice
  player.off(1);
  assert.deepEqual(player.on(2, 60).play(4_800, 0), channels[0]);
});

/** A file as {@link unrollLoop} stores it. */
function unrolledBank(channel: Float32Array, loop: StatedLoop) {
  return bankOf({ "test.wav": unrollLoop([channel], loop)! });
}

Deno.test("a loop that alternates or runs backward is played so, to the frame", async () => {
  const whole = noisy(1_300);
  const loop = whole.subarray(500, 756);
  const back = loop.slice().reverse();
  const turns = {
    alternating: [...loop.subarray(0, 255), ...back.subarray(0, 255)],
    backward: [...back],
  };
  for (const [kind, turn] of Object.entries(turns) as [keyof typeof turns, number[]][]) {
    const player = await playerOf(unrolledBank(whole, { start: 500, last: 755, kind }), { loop: "file" });
    const heard = player.on(1, 60).play(500 + 20 * turn.length, 0);
    const attack = kind === "backward" ? 755 : 500;
    assert.deepEqual(heard.subarray(0, attack), whole.subarray(0, attack));
    for (let at = attack; at < heard.length; at++) {
      assert.equal(heard[at], turn[(at - attack) % turn.length], `${kind}, frame ${at}`);
    }
    assert.equal(sounding(player), 1);
  }
});

Deno.test("a loop that alternates has no seam at any pitch", async () => {
  // half a period each way, from its top to its bottom: a cosine that goes on
  for (const half of [40, 150, 600]) {
    const whole = new Float32Array([
      ...noisy(777),
      ...frames(half + 1, (frame) => 0.8 * Math.cos(Math.PI * frame / half)),
      ...noisy(900, 3),
    ]);
    const bank = unrolledBank(whole, { start: 777, last: 777 + half, kind: "alternating" });
    for (const number of [48, 60.5, 75.3]) {
      const player = await playerOf(bank, { loop: "file" });
      const speed = 2 ** ((number - 60) / 12);
      const from = Math.ceil((777 + 6 * half + 800) / speed);
      const { restDb } = purity(player.on(1, number).play(from + (1 << 13), 0).subarray(from));
      assert.ok(restDb < -100, `half a period of ${half}, note ${number}: ${restDb} dB`);
    }
  }
});

Deno.test("a loop that is played a number of times goes on to the end of the file, where the voice ends", async () => {
  const whole = noisy(1_300);
  const part = (from: number, to: number) => [...whole.subarray(from, to)];
  const bank = unrolledBank(whole, { start: 500, last: 755, playCount: 3 });
  const expected = [...part(0, 756), ...part(500, 756), ...part(500, 1_300)];
  const player = await playerOf(bank, { loop: "file" });
  const heard = player.on(1, 60).play(2_048, 0);
  assert.deepEqual([...heard.subarray(0, expected.length)], expected);
  assert.equal(peak(heard.subarray(expected.length)), 0);
  assert.equal(sounding(player), 0);
  // begun later, and without its loop, it is what it was
  const late = await playerOf(bank, { loop: "file", start: 0.5 });
  assert.deepEqual([...late.on(1, 60).play(106, 0)], part(650, 756));
  const once = (await playerOf(bank, { oneShot: true })).on(1, 60).play(1_400, 0);
  assert.deepEqual([...once], [...whole, ...Array(100).fill(0)]);
});

Deno.test("a loop shorter than a player's largest step keeps its pitch", async () => {
  const bank = unrolledBank(sineFrames(48, 1), { start: 0, last: 47 });
  const player = await playerOf(bank, { loop: "file" });
  const found = measureHz(player.on(1, 60).play(48_000, 0), 1_000, 48_000);
  assert.ok(Math.abs(found - 1_000) < 0.01, `${found} Hz`);
});

Deno.test("a note begins where start says, to the frame", async () => {
  const channels = [noisy(10_000)];
  const bank = bankOf({ "test.wav": { channels } });
  for (const start of [0.25, 0.5, 0.9995]) {
    const player = await playerOf(bank, { start });
    const first = Math.floor(Math.fround(Math.fround(start) * 10_000));
    const heard = player.on(1, 60).play(100, 0);
    assert.deepEqual(
      heard.subarray(0, Math.min(100, 10_000 - first)),
      channels[0].slice(first, first + 100),
      `start ${start}`,
    );
  }
});

Deno.test("an attack fades in from nothing, in a straight line", async () => {
  const bank = bankOf({ "test.wav": { channels: [frames(48_000, () => 1)] } });
  const player = await playerOf(bank, { attackSeconds: 0.01 });
  const heard = player.on(1, 60).play(1_000, 0);
  heard.forEach((sample, frame) => {
    // the four frames around the first one reach before the file
    if (frame > 2) assert.ok(Math.abs(sample - Math.min(1, (frame + 1) / 480)) < 1e-4, `${frame}: ${sample}`);
  });
});

Deno.test("a note struck again while it sounds restarts without a click", async () => {
  const slow = frames(48_000, (frame) => 0.8 * Math.sin(2 * Math.PI * 100 * frame / rateHz));
  const player = await playerOf(bankOf({ "test.wav": { channels: [slow] } }));
  // a quarter of a period: at its loudest
  const before = player.on(1, 60).play(2_040, 0);
  const after = player.on(1, 60).play(2_000, 0);
  const whole = [...before, ...after];
  const steepest = whole.reduce((most, one, at) => at ? Math.max(most, Math.abs(one - whole[at - 1])) : 0, 0);
  // what was sounded falls by 1/48 of 0.8 in its first frame, and the sine moves by 0.0105
  assert.ok(steepest < 0.0285, `steepest step ${steepest}`);
  assert.ok(Math.abs(after[500] - slow[500]) < 1e-4);
});

Deno.test("the memory of a patch does not grow with its files", async () => {
  const short = await playerOf(bankOf({ "test.wav": { channels: [noisy(100)] } }));
  const long = await playerOf(bankOf({ "test.wav": { channels: [frames(2_000_000, () => 0.5)] } }));
  assert.equal(long.memory.byteLength, short.memory.byteLength);
  assert.equal(long.patch.sampleMemory!.buffer.byteLength > 8_000_000, true);
});

Deno.test("options that make no sense are refused with the line of the patch", () => {
  const wrong = (options: object, expected: RegExp) =>
    assert.throws(
      () =>
        patchOf(({ gate, trigger }) => {
          const { left, envelope } = sampler({ gate, trigger, file, ...options });
          return { output: left, envelope };
        }).build({ sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 64 }),
      expected,
    );
  wrong({ file: undefined }, /sampler: file \(sampler_test\.ts:\d+\): expected a value, found nothing/);
  assert.throws(
    () =>
      patchOf(({ gate, trigger }) => {
        const { left, envelope } = sampler({ gate, trigger });
        return { output: left, envelope };
      }).build({ sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 64 }),
    /sampler: file \(sampler_test\.ts:\d+\): expected a sound file/,
  );
  wrong({ oneShot: true, loop: "file" }, /oneShot .*: expected no loop/);
  wrong({ loop: "forever" }, /loop .*: expected none, file, range, found forever/);
  wrong({ rootNote: 200 }, /rootNote .*: expected a note from 0 to 127, found 200/);
});

Deno.test("names that lead out of the folder, or that not every system can have, are refused", () => {
  for (const name of ["kick.wav", "drums/kick 1.flac", "Großtrommel.ogg", "a-b_(c).wav"]) sampleFile(name);
  for (
    const name of [
      "",
      "/etc/passwd",
      "../kick.wav",
      "a/../b.wav",
      ".hidden",
      "a/.b",
      "a\\b.wav",
      "a//b",
      "a/",
    ]
  ) {
    assert.throws(() => sampleFile(name), /expected the name of a file below the folder of samples/, name);
  }
  assert.throws(() => sampleFile(7 as unknown as string), TypeError);
});

import assert from "node:assert/strict";
import fc from "fast-check";
import wavefile from "wavefile";
import { decodeSample } from "../../../engine/samples/decode_sample.ts";
import { SampleError } from "../../../engine/samples/sample_error.ts";
import { maxFrames } from "../../../engine/samples/sound_format.ts";
import { chunk, joined, packed, samplerChunk, wav, wavFormat } from "../../../testing/sound/riff_bytes.ts";
import { sox, withSox } from "../../../testing/sound/sound_files.ts";

const decode = async (folder: string, name: string) =>
  await decodeSample(name, await Deno.readFile(`${folder}/${name}`));

const largest = (samples: Float32Array) => samples.reduce((most, one) => Math.max(most, Math.abs(one)), 0);

/** Without the listing of a hundred thousand differences. */
const sameSound = (one: Float32Array, other: Float32Array) =>
  one.length === other.length && one.every((sample, frame) => sample === other[frame]);

/** Level of the difference of two files, below that of the first, in decibels. */
function differenceDb(one: Float32Array, other: Float32Array): number {
  const power = (samples: Float32Array) => samples.reduce((sum, sample) => sum + sample * sample, 0);
  return 10 * Math.log10(power(one.map((sample, frame) => sample - other[frame])) / power(one));
}

async function refused(name: string, bytes: Uint8Array<ArrayBuffer>, expected: RegExp): Promise<void> {
  await assert.rejects(decodeSample(name, bytes), (error) => {
    assert.ok(error instanceof SampleError, String(error));
    assert.ok(error.message.startsWith(`sample ${name}: `), error.message);
    assert.match(error.message, expected);
    assert.ok(!error.message.includes("\n"), "one line");
    return true;
  });
}

withSox("WAV and FLAC of 8, 16 and 24 bits give the same numbers, mono and stereo", async (folder) => {
  for (const channels of [1, 2]) {
    for (const bits of [8, 16, 24]) {
      await sox(folder, `-n -r 44100 -c ${channels} -b ${bits} a.wav synth 1.5 sawtooth 440 sine 661 gain 0`);
      await sox(folder, `a.wav a.flac`);
      const [wav, flac] = [await decode(folder, "a.wav"), await decode(folder, "a.flac")];
      assert.equal(wav.sampleRateHz, 44_100);
      assert.equal(wav.channels.length, channels);
      assert.equal(wav.channels[0].length, 66_150);
      assert.ok(largest(wav.channels[0]) > 0.2 && largest(wav.channels[0]) <= 1);
      const { channels: sound, ...rest } = wav;
      const { channels: same, ...facts } = flac;
      assert.deepEqual(facts, { ...rest, name: "a.flac" });
      assert.ok(sound.every((one, side) => sameSound(one, same[side])), `${channels} channels, ${bits} bits`);
    }
  }
});

withSox("Ogg Vorbis gives the same length and rate, and the same sound within 25 dB", async (folder) => {
  await sox(folder, "-n -r 48000 -c 2 -b 24 a.wav synth 1.2345 sine 440 sine 661 gain -6");
  await sox(folder, "a.wav -C 8 a.ogg");
  const [wav, ogg] = [await decode(folder, "a.wav"), await decode(folder, "a.ogg")];
  assert.equal(ogg.sampleRateHz, 48_000);
  wav.channels.forEach((channel, side) => {
    assert.equal(ogg.channels[side].length, channel.length);
    const db = differenceDb(channel, ogg.channels[side]);
    assert.ok(db < -25, `channel ${side} differs by ${db} dB`);
  });
});

withSox("all kinds of WAV numbers mean the same sound, full scale at 1", async (folder) => {
  await sox(folder, "-n -r 48000 -c 2 -b 16 a.wav synth 0.2 sine 440 sine 661 gain -6");
  const { channels } = await decode(folder, "a.wav");
  const kinds: readonly (readonly [options: string, db: number])[] = [
    ["-b 24", -140],
    ["-b 32", -140],
    ["-e floating-point -b 32", -140],
    ["-e floating-point -b 64", -140],
    ["-b 8", -38],
    ["-e a-law", -30],
    ["-e mu-law", -30],
  ];
  for (const [options, db] of kinds) {
    await sox(folder, `a.wav ${options} b.wav`);
    const found = await decode(folder, "b.wav");
    assert.equal(found.channels.length, 2, options);
    channels.forEach((channel, side) => {
      const difference = differenceDb(channel, found.channels[side].subarray(0, channel.length));
      assert.ok(difference < db, `${options}, channel ${side}: differs by ${difference} dB`);
    });
  }
  await sox(folder, "a.wav -B c.wav");
  const { channels: swapped } = await decode(folder, "c.wav");
  assert.ok(channels.every((one, side) => sameSound(one, swapped[side])), "RIFX");
  await sox(folder, "a.wav -e ima-adpcm d.wav");
  await refused(
    "d.wav",
    await Deno.readFile(`${folder}/d.wav`),
    /expected format 1 \(integers\), .* found 0x11 \(IMA ADPCM\); export it as PCM/,
  );
});

/** A WAV file of a thousand frames, with a `smpl` chunk. */
function ramp(loops: Parameters<typeof samplerChunk>[0], unity = 60, fraction = 0) {
  const data = chunk(
    "data",
    packed(true, ...Array.from({ length: 1_000 }, (_, frame) => [2, frame] as const)),
  );
  return wav(wavFormat({ sampleRateHz: 22_050 }), data, samplerChunk(loops, { unity, fraction }));
}

Deno.test("root note, fine tuning and loop are what a WAV file says about itself", async () => {
  const { notes, rootNote, loopStart, loopEnd, sampleRateHz } = await decodeSample(
    "a.wav",
    ramp([{ start: 100, last: 599 }], 57, 2 ** 31),
  );
  assert.deepEqual({ rootNote, loopStart, loopEnd, sampleRateHz, notes }, {
    ...{ rootNote: 57.5, loopStart: 100, loopEnd: 600, sampleRateHz: 22_050, notes: [] },
  });
  const none = await decodeSample("a.wav", ramp([]));
  assert.deepEqual([none.rootNote, none.loopStart, none.loopEnd, none.notes], [60, 0, 1_000, []]);
});

Deno.test("a loop that goes beyond the sound ends with it, one that cannot be is all of it, and both are told", async () => {
  const played = async (start: number, last: number) => {
    const { loopStart, loopEnd, notes } = await decodeSample("a.wav", ramp([{ start, last }]));
    return [loopStart, loopEnd, ...notes];
  };
  const told = (start: number, last: number) => `sample a.wav: its loop from frame ${start} to ${last}`;
  assert.deepEqual(await played(400, 999), [400, 1_000]);
  assert.deepEqual(await played(400, 1_000), [
    400,
    1_000,
    `${told(400, 1_000)} ends with its last frame, 999`,
  ]);
  assert.deepEqual(await played(5, 2 ** 32 - 1), [
    5,
    1_000,
    `${told(5, 2 ** 32 - 1)} ends with its last frame, 999`,
  ]);
  for (const [start, last] of [[600, 100], [1_000, 1_001]]) {
    assert.deepEqual(await played(start, last), [
      0,
      1_000,
      `${told(start, last)} cannot be; all 1000 frames are its loop`,
    ]);
  }
  const odd = await decodeSample("a.wav", ramp([], 0));
  assert.deepEqual([odd.rootNote, odd.notes], [60, [
    "sample a.wav: its root note 0 is none, it is taken as 60",
  ]]);
});

withSox("tags before any kind of file do not cost its sound", async (folder) => {
  await sox(folder, "-n -r 44100 -c 1 -b 16 a.wav synth 0.5 pinknoise gain -6");
  await sox(folder, "a.wav a.flac");
  await sox(folder, "a.wav a.ogg");
  await sox(folder, "a.wav a.aiff");
  const tag = joined("ID3", Uint8Array.of(4, 0, 0, 0, 0, 1, 72), new Uint8Array(200));
  for (const name of ["a.wav", "a.flac", "a.ogg", "a.aiff"]) {
    const plain = await Deno.readFile(`${folder}/${name}`);
    const found = await decodeSample(name, joined(tag, tag, plain));
    assert.ok(sameSound(found.channels[0], (await decodeSample(name, plain)).channels[0]), name);
  }
  await refused(
    "a.mp3",
    joined(tag, Uint8Array.of(0xff, 0xfb, 0x90, 0x64)),
    /Ogg Opus or MP3, found something else; export it as one of them/,
  );
});

Deno.test("what is no sound file is said to be none, with what it is and what would be right", async () => {
  const bytes = (text: string) => new TextEncoder().encode(text.padEnd(100, "\0")) as Uint8Array<ArrayBuffer>;
  await refused(
    "a.wav",
    bytes("hello"),
    /expected WAV, AIFF, FLAC, Ogg Vorbis, Ogg Opus or MP3, found something else; export/,
  );
  await refused("a.wav", new Uint8Array(), /found an empty file/);
  await refused("a.mp3", Uint8Array.of(0xff, 0xfb, 0x90, 0x64), /found something else/);
  await refused("a.aac", Uint8Array.of(0xff, 0xf1, 0x50, 0x80), /found AAC/);
  await refused("a.flac", Uint8Array.of(0xff, 0xf8, 0xc9, 0x18), /found FLAC without its beginning/);
  await refused("a.caf", bytes("caff"), /found CAF/);
  await refused("a.m4a", bytes("\0\0\0 ftypM4A"), /found MP4/);
  await refused("a.wav", bytes("RIFF\0\0\0\0WAVE"), /it has no format \(chunk `fmt `\); export it again/);
  const six = new wavefile.WaveFile();
  six.fromScratch(6, 48_000, "16", Array.from({ length: 6 }, () => [1, 2, 3]));
  await refused(
    "a.wav",
    six.toBuffer() as Uint8Array<ArrayBuffer>,
    /expected 1 or 2 channels, found 6; mix it down/,
  );
  const slow = new wavefile.WaveFile();
  slow.fromScratch(1, 100, "16", [1, 2, 3]);
  await refused(
    "a.wav",
    slow.toBuffer() as Uint8Array<ArrayBuffer>,
    /expected a rate from 1000 to 384000 Hz, found 100/,
  );
});

withSox("a file that breaks off, or is damaged, is refused rather than played in part", async (folder) => {
  await sox(folder, "-n -r 44100 -c 2 -b 16 a.wav synth 2 pinknoise vol 0.5");
  await sox(folder, "a.wav a.flac");
  await sox(folder, "a.wav a.ogg");
  const errors = console.error;
  console.error = () => {}; // the decoders print
  try {
    for (const name of ["a.wav", "a.flac"]) {
      const whole = await Deno.readFile(`${folder}/${name}`);
      await refused(
        name,
        whole.slice(0, whole.length / 2),
        /breaks off after \d+ of \d+ frames/,
      );
    }
    for (const name of ["a.flac", "a.ogg"]) {
      const damaged = await Deno.readFile(`${folder}/${name}`);
      damaged.fill(77, damaged.length / 2, damaged.length / 2 + 2_000);
      await refused(name, damaged, /it is damaged: |breaks off/);
    }
    const flac = await Deno.readFile(`${folder}/a.flac`);
    flac[21] |= 15; // says of itself that it has 2^36 frames
    await refused(
      "a.flac",
      flac,
      new RegExp(`expected at most ${maxFrames} frames, found 6\\d{10}; cut it`),
    );
  } finally {
    console.error = errors;
  }
});

withSox("whatever bytes come, decoding ends in a sound or in one line", async (folder) => {
  await sox(folder, "-n -r 8000 -c 1 -b 16 a.wav synth 0.05 pinknoise vol 0.5");
  await sox(folder, "a.wav a.flac");
  await sox(folder, "a.wav a.ogg");
  const wholes = await Promise.all(
    ["a.wav", "a.flac", "a.ogg"].map((name) => Deno.readFile(`${folder}/${name}`)),
  );
  const errors = console.error;
  console.error = () => {};
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(wholes.length - 1),
        fc.array(fc.tuple(fc.nat(5_000), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        async (which, changes) => {
          const bytes = wholes[which].slice();
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          try {
            const { channels } = await decodeSample("a", bytes);
            assert.ok(channels.length >= 1 && channels[0].length > 0);
          } catch (error) {
            assert.ok(error instanceof SampleError, String((error as Error).stack));
          }
        },
      ),
      { numRuns: 150 },
    );
  } finally {
    console.error = errors;
  }
});

import assert from "node:assert/strict";
import { readAiff } from "../../../engine/samples/aiff_reader.ts";
import { readWav } from "../../../engine/samples/wav_reader.ts";
import { run, sox, withSoundPrograms } from "../../../testing/sound/sound_files.ts";
import { chunk as part, joined, packed } from "../../../testing/sound/riff_bytes.ts";

const chunk = (id: string, content: Uint8Array) => part(id, content, { littleEndian: false });

interface Common {
  readonly channels?: number;
  readonly frames: number;
  readonly bits?: number;
  readonly code?: string;
  /** Exponent and upper half of the mantissa of the rate. */
  readonly rate?: readonly [number, number];
}

/** A file of one kind or the other; 48 kHz, mono, 16 bits unless told otherwise. */
function aiff(
  { channels = 1, frames, bits = 16, code, rate = [0x400e, 0xbb80_0000] }: Common,
  sound: Uint8Array,
  ...more: Uint8Array[]
): Uint8Array<ArrayBuffer> {
  const common = packed(false, [2, channels], [4, frames], [2, bits], [2, rate[0]], [4, rate[1]], [4, 0]);
  const body = joined(
    code === undefined ? "AIFF" : "AIFC",
    chunk("COMM", code === undefined ? common : joined(common, code, "\x00\x00")),
    chunk("SSND", joined(packed(false, [4, 0], [4, 0]), sound)),
    ...more,
  );
  return joined("FORM", packed(false, [4, body.length]), body);
}

const left = (bytes: Uint8Array) => [...readAiff(bytes).channels[0]];
const big = packed(false, [2, 0x4000], [2, 0xc000]);
const heard = [0.5, -0.5];

withSoundPrograms(
  ["sox", "sndfile-convert"],
  "what libsndfile writes as AIFF is what it reads there",
  async (folder) => {
    await sox(folder, "-n -b 24 -r 44100 -c 2 a.wav synth 0.2 pinknoise gain -6");
    for (const kind of ["pcms8", "pcmu8", "pcm16", "pcm24", "pcm32", "float32", "float64", "ulaw", "alaw"]) {
      await run(folder, "sndfile-convert", `-${kind} a.wav b.aiff`);
      await run(folder, "sndfile-convert", "-pcm32 b.aiff c.wav");
      const [found, expected] = [
        readAiff(await Deno.readFile(`${folder}/b.aiff`)),
        readWav(await Deno.readFile(`${folder}/c.wav`)),
      ];
      assert.equal(found.sampleRateHz, 44_100);
      found.channels.forEach((channel, side) => {
        const differs = channel.findIndex((sample, frame) =>
          Math.abs(sample - expected.channels[side][frame]) > 1e-7
        );
        assert.equal(differs, -1, `${kind}, channel ${side}`);
        assert.equal(channel.length, 8_820);
      });
    }
  },
);

Deno.test("the code of AIFF-C decides how numbers are stored", () => {
  const float = new Uint8Array(4);
  new DataView(float.buffer).setFloat32(0, -0.25);
  assert.deepEqual(left(aiff({ frames: 2 }, big)), heard);
  assert.deepEqual(left(aiff({ frames: 2, code: "NONE" }, big)), heard);
  assert.deepEqual(left(aiff({ frames: 2, code: "sowt" }, packed(true, [2, 0x4000], [2, 0xc000]))), heard);
  assert.deepEqual(left(aiff({ frames: 1, code: "fl32", bits: 32 }, float)), [-0.25]);
  assert.deepEqual(left(aiff({ frames: 2, code: "raw ", bits: 8 }, Uint8Array.of(192, 64))), heard);
  assert.deepEqual(left(aiff({ frames: 1, code: "in24", bits: 16 }, Uint8Array.of(0x40, 0, 0))), [0.5]);
  for (const code of ["ima4", "MAC3", "GSM ", "____"]) {
    assert.throws(
      () => readAiff(aiff({ frames: 2, code }, big)),
      new RegExp(`found "${code}"; export it as PCM`),
    );
  }
});

Deno.test("a size that was not known when it was written means the rest of the file", () => {
  const whole = aiff({ frames: 2 }, big);
  const view = new DataView(whole.buffer);
  const size = whole.length - big.length - 12;
  for (const [frames, stated] of [[0x1fc0_0000, 0x7f00_0008], [2 ** 32 - 1, 2 ** 32 - 1], [0, 8], [0, 0]]) {
    view.setUint32(22, frames);
    view.setUint32(size, stated);
    assert.deepEqual(left(whole), heard, stated.toString(16));
  }
});

Deno.test("a chunk of sound that is there to its end is right, and a number of frames that differs is told", () => {
  const read = (frames: number) => readAiff(aiff({ frames }, big));
  // Pd wrote as many frames as it was asked for, and fewer of them
  for (const stated of [5, 2 ** 31]) {
    const { channels, notes } = read(stated);
    assert.deepEqual([...channels[0]], heard);
    assert.deepEqual(notes, [`it states ${stated} frames and holds 2`]);
  }
  // a recorder that was killed states none
  assert.deepEqual([[...read(0).channels[0]], read(0).notes], [heard, []]);
  assert.deepEqual([...read(1).channels[0]], heard.slice(0, 1));
});

Deno.test("what cannot be played is refused for the right reason", () => {
  const fails = (bytes: Uint8Array, reason: RegExp) => assert.throws(() => readAiff(bytes), reason);
  const cut = aiff({ frames: 2 }, big).slice(0, -2);
  fails(cut, /breaks off after 1 of 2 frames; copy or export it again/);
  fails(aiff({ frames: 2, channels: 6 }, big), /expected 1 or 2 channels, found 6; mix it down/);
  fails(
    aiff({ frames: 2, rate: [0xc00e, 0xbb80_0000] }, big),
    /expected a rate from 1000 to 384000 Hz, found NaN/,
  );
  fails(aiff({ frames: 2, bits: 40 }, big), /expected integers of 1 to 32 bits, found 40/);
  fails(joined("FORM", packed(false, [4, 4]), "AIFF"), /no format \(chunk `COMM`\)/);
});

Deno.test("root note and loop come from the instrument and its markers", () => {
  const mark = chunk(
    "MARK",
    joined(packed(false, [2, 2], [2, 7], [4, 1]), "\x01a", packed(false, [2, 9], [4, 2]), "\x00\x00"),
  );
  const instrument = (mode: number, end = 9) =>
    chunk(
      "INST",
      packed(false, [1, 57], [1, 256 - 50], [4, 0], [2, 0], [2, mode], [2, 7], [2, end], [2, 0], [2, 0], [
        2,
        0,
      ]),
    );
  const read = (...more: Uint8Array[]) => readAiff(aiff({ frames: 2 }, big, ...more));
  const { rootNote, loop, notes } = read(instrument(1), mark);
  assert.deepEqual([rootNote, loop, notes], [57.5, { start: 1, last: 1 }, []]);
  assert.equal(read(instrument(0), mark).loop, undefined);
  assert.deepEqual(read(instrument(2), mark).loop, { start: 1, last: 1, kind: "alternating" });
  assert.deepEqual(read(instrument(1, 8), mark).notes, ["its loop lacks its markers"]);
  assert.equal(read(instrument(1)).loop, undefined);
});

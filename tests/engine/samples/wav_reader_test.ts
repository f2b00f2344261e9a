import assert from "node:assert/strict";
import wavefile from "wavefile";
import { readWav } from "../../../engine/samples/wav_reader.ts";
import { SoundFileError } from "../../../engine/sound_files/sound_file_error.ts";
import { chunk, joined, packed, samplerChunk, wav, wavFormat } from "../../../testing/sound/riff_bytes.ts";

type Depth = "8" | "16" | "24" | "32" | "32f" | "64";

function written(depth: Depth, samples: number[][]): Uint8Array<ArrayBuffer> {
  const file = new wavefile.WaveFile();
  file.fromScratch(samples.length, 44_100, depth, samples);
  return new Uint8Array(file.toBuffer());
}

const sixteen = (...values: readonly number[]) =>
  packed(true, ...values.map((value) => [2, value & 0xffff] as const));
const floats = (...values: readonly number[]) => new Uint8Array(Float32Array.from(values).buffer);
const left = (bytes: Uint8Array) => [...readWav(bytes).channels[0]];
const ramp = sixteen(0, 8_192, 16_384, -16_384);
const rampHeard = [0, 0.25, 0.5, -0.5];

Deno.test("full scale is -1, whatever the depth, and zero stays zero", () => {
  const scales: Record<Depth, [zero: number, lowest: number]> = {
    "8": [128, 0],
    "16": [0, -(2 ** 15)],
    "24": [0, -(2 ** 23)],
    "32": [0, -(2 ** 31)],
    "32f": [0, -1],
    "64": [0, -1],
  };
  for (const [depth, [zero, lowest]] of Object.entries(scales)) {
    const { channels, sampleRateHz } = readWav(written(depth as Depth, [[zero, lowest], [lowest, zero]]));
    assert.equal(sampleRateHz, 44_100);
    assert.deepEqual(channels.map((channel) => [...channel]), [[0, -1], [-1, 0]], `${depth} bits`);
  }
});

Deno.test("A-law and µ-law are decoded by the tables of G.711", () => {
  const both = [6, 7].map((tag) =>
    left(
      wav(
        wavFormat({ tag, bits: 8 }),
        chunk("data", Uint8Array.of(0xd5, 0x55, 0xaa, 0x2a, 0xff, 0x80, 0x00, 0x7f)),
      ),
    )
  );
  assert.deepEqual(both[0].slice(0, 4).map((value) => value * 4_096), [1, -1, 4_032, -4_032]);
  assert.deepEqual(both[1].slice(4).map((value) => value * 8_192), [0, 8_031, -8_031, 0]);
});

Deno.test("the SubFormat of an extensible file decides, not the number of bits", () => {
  const half = wav(wavFormat({ subFormat: 3, bits: 32 }), chunk("data", floats(0.5, -0.5)));
  assert.deepEqual(left(half), [0.5, -0.5]);
  assert.deepEqual(left(wav(wavFormat({ subFormat: 1, bits: 16 }), chunk("data", ramp))), rampHeard);
  const law = wav(wavFormat({ subFormat: 7, bits: 8 }), chunk("data", Uint8Array.of(0xff, 0x80)));
  assert.deepEqual(left(law), [0, Math.fround(8_031 / 8_192)]);
});

Deno.test("other formats are refused by their number", () => {
  for (
    const [tag, name] of [[0x55, "0x55 (MP3)"], [0x2000, "0x2000 (AC-3)"], [0x28f, "0x28f"], [
      0x11,
      "0x11 (IMA ADPCM)",
    ]] as const
  ) {
    assert.throws(() => readWav(wav(wavFormat({ tag }), chunk("data", ramp))), (error: Error) => {
      assert.ok(error instanceof SoundFileError);
      assert.ok(error.message.includes(`found ${name};`), error.message);
      return true;
    });
  }
  assert.throws(
    () => readWav(wav(wavFormat({ subFormat: 0xff }), chunk("data", ramp))),
    /expected format 1 \(integers\), 3 \(floats\), 6 \(A-law\) or 7 \(µ-law\), found 0xff \(AAC\)/,
  );
  assert.throws(
    () => readWav(wav(wavFormat({ bits: 64 }), chunk("data", ramp))),
    /integers of 1 to 32 bits, found 64/,
  );
  assert.throws(
    () => readWav(wav(wavFormat({ tag: 3 }), chunk("data", ramp))),
    /floats of 32 or 64 bits, found 16/,
  );
});

Deno.test("the byte that makes a size even is no sound, and may be missing", () => {
  const data = Uint8Array.of(128, 192, 64);
  const eight = wavFormat({ bits: 8 });
  const note = samplerChunk([], { unity: 57 });
  for (const padded of [true, false]) {
    const { channels, rootNote } = readWav(wav(eight, chunk("data", data, { padded }), note));
    assert.deepEqual([...channels[0]], [0, 0.5, -0.5]);
    assert.equal(rootNote, 57, padded ? "padded" : "not padded");
  }
});

Deno.test("metadata never costs the sound: lists one after the other, counts that are too large, parts that break off", () => {
  const list = (type: string) => chunk("LIST", joined(type, chunk("ISFT", joined("abc\0"))));
  const counts = chunk("cue ", packed(true, [4, 2 ** 32 - 1]));
  const sampler = samplerChunk([{ start: 1, last: 2 }], { unity: 62, count: 1_000_000 });
  const cut = joined("LIST", packed(true, [4, 1_000]), "INFO");
  const found = readWav(
    wav(wavFormat(), list("INFO"), list("adtl"), counts, sampler, chunk("data", ramp), cut),
  );
  assert.deepEqual([...found.channels[0]], rampHeard);
  assert.deepEqual([found.rootNote, found.loop], [62, { start: 1, last: 2 }]);
  assert.deepEqual(found.notes, ["it announces 1000000 loops and holds 1"]);
  assert.deepEqual(
    left(wav(wavFormat(), chunk("smpl", Uint8Array.of(1, 2, 3)), chunk("data", ramp))),
    rampHeard,
  );
});

Deno.test("a size that is not known means the rest of the file", () => {
  for (const size of [0xffff_ffff, 0x7fff_ffff, 0x7fff_f000, 0x7fff_0000, 0x8000_0000, 0xffff_ffdb, 0]) {
    assert.deepEqual(left(wav(wavFormat(), chunk("data", ramp, { size }))), rampHeard, size.toString(16));
  }
  const empty = wav(wavFormat(), chunk("data", new Uint8Array()), chunk("LIST", joined("INFO")));
  assert.deepEqual(left(empty), [], "an empty part before another one is empty");
});

Deno.test("a file that breaks off is refused with what is there and what was announced", () => {
  const whole = written("16", [[1, 2, 3, 4]]);
  assert.throws(
    () => readWav(whole.slice(0, whole.length - 3)),
    /breaks off after 2 of 4 frames; copy or export it again/,
  );
  assert.throws(() => readWav(wav(wavFormat())), /no sound \(chunk `data`\)/);
  assert.throws(() => readWav(wav(chunk("data", ramp))), /no format \(chunk `fmt `\)/);
  assert.throws(() => readWav(wav(chunk("fmt ", ramp), chunk("data", ramp))), /no format/);
});

Deno.test("RF64 and BW64 take their sizes from ds64, and 16-bit words of RIFX are big-endian", () => {
  const long = (name: string, size: number) =>
    joined(
      ...[name, packed(true, [4, 0xffff_ffff]), "WAVE"],
      chunk("ds64", packed(true, [8, 1_000], [8, size], [8, 4], [4, 0])),
      ...[wavFormat(), chunk("data", ramp, { size: 0xffff_ffff }), samplerChunk([], { unity: 40 })],
    );
  for (const name of ["RF64", "BW64"]) {
    const { channels, rootNote } = readWav(long(name, ramp.length));
    assert.deepEqual([...channels[0]], rampHeard);
    assert.equal(rootNote, 40, "what follows the sound is read");
  }
  assert.throws(() => readWav(long("RF64", 1_000_000)), /breaks off after \d+ of 500000 frames/);
  const big = joined(
    ...["RIFX", packed(false, [4, 100]), "WAVE"],
    chunk("fmt ", packed(false, [2, 1], [2, 1], [4, 8_000], [4, 16_000], [2, 2], [2, 16]), {
      littleEndian: false,
    }),
    chunk("data", packed(false, [2, 0x4000]), { littleEndian: false }),
  );
  assert.deepEqual(left(big), [0.5]);
});

Deno.test("a header that contradicts itself is refused, unless two of its three numbers agree", () => {
  const twice = wavFormat({ blockAlign: 4, bytesPerSecond: 1 });
  assert.throws(
    () => readWav(wav(twice, chunk("data", ramp))),
    /contradicts itself: 1 x 16 bits need 2 bytes a frame, nBlockAlign is 4/,
  );
  const { channels, notes } = readWav(
    wav(wavFormat({ blockAlign: 0, bytesPerSecond: 96_000 }), chunk("data", ramp)),
  );
  assert.deepEqual([...channels[0]], rampHeard);
  assert.deepEqual(notes, ["nBlockAlign is 0, bits and bytes a second say 2"]);
  for (
    const [format, note] of [
      [{ blockAlign: 0, bytesPerSecond: 0 }, "its format leaves out nBlockAlign"],
      [{ bits: 0, blockAlign: 2, bytesPerSecond: 96_000 }, "its format leaves out its bits"],
      [{ bits: 0, blockAlign: 2, bytesPerSecond: 0 }, "its format leaves out its bits"],
    ] as const
  ) {
    const found = readWav(wav(wavFormat(format), chunk("data", ramp)));
    assert.deepEqual([[...found.channels[0]], found.notes], [rampHeard, [note]], "zero states nothing");
  }
  const padded = wav(
    wavFormat({ bits: 24, blockAlign: 4 }),
    chunk("data", packed(true, [4, 0x4000_0000], [4, 0xc000_0000])),
  );
  assert.deepEqual(left(padded), [0.5, -0.5], "24 bits in the upper bytes of four");
  const full = wav(wavFormat({ bits: 24, blockAlign: 4 }), chunk("data", floats(0.1, 0.2)));
  assert.throws(() => readWav(full), /contradicts itself/);
  assert.deepEqual(
    left(wav(wavFormat({ bits: 12 }), chunk("data", ramp))),
    rampHeard,
    "12 bits, in the upper part of 16",
  );
});

Deno.test("numbers that cannot be sound are refused", () => {
  const file = (...values: number[]) =>
    wav(wavFormat({ tag: 3, bits: 32 }), chunk("data", floats(...values)));
  assert.throws(
    () => readWav(file(0, NaN)),
    /at most 1000 times full scale, found one that is not finite in frame 1/,
  );
  assert.throws(() => readWav(file(-Infinity)), /not finite in frame 0/);
  assert.throws(() => readWav(file(1, 2, 1e30)), /found 1\.00e\+30 in frame 2/);
  assert.deepEqual(left(file(2, -3)), [2, -3], "beyond full scale is sound");
});

Deno.test("the right number of channels is named", () => {
  for (const channels of [0, 3, 4, 6, 8, 65_535]) {
    assert.throws(
      () => readWav(wav(wavFormat({ channels, blockAlign: channels * 2 & 0xffff }), chunk("data", ramp))),
      new RegExp(`expected 1 or 2 channels, found ${channels}; mix it down`),
    );
  }
});

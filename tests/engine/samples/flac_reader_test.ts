import assert from "node:assert/strict";
import { readFlac } from "../../../engine/samples/flac_reader.ts";
import { SoundFileError } from "../../../engine/sound_files/sound_file_error.ts";
import { maxFrames } from "../../../engine/samples/sound_format.ts";
import { run, withSoundPrograms } from "../../../testing/sound/sound_files.ts";
import { chunk, joined, samplerChunk, wav, wavFormat } from "../../../testing/sound/riff_bytes.ts";
import { SeededRandom } from "../../../testing/seeded_random.ts";

interface Raw {
  readonly bits: number;
  readonly channels: number;
  /** Interleaved. */
  readonly samples: readonly number[];
}

/** Encodes numbers of any width, and gives the bytes of the file. */
async function encoded(
  folder: string,
  { bits, channels, samples }: Raw,
  options = "-8",
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = Math.ceil(bits / 8);
  const data = new Uint8Array(samples.length * bytes);
  samples.forEach((sample, index) => {
    // bytes without a sign, and the bits that count are the upper ones
    const stored = sample * 2 ** (bytes * 8 - bits) + (bytes === 1 ? 128 : 0);
    for (let byte = 0; byte < bytes; byte++) data[index * bytes + byte] = stored >> byte * 8;
  });
  const format = wavFormat({ channels, bits: bytes * 8, validBits: bits, subFormat: 1 });
  await Deno.writeFile(`${folder}/a.wav`, wav(format, chunk("data", data)));
  await run(folder, "flac", `--totally-silent --lax -f ${options} -o a.flac a.wav`);
  return await Deno.readFile(`${folder}/a.flac`);
}

/** The channels of a file as the numbers that were encoded. */
const numbers = (bytes: Uint8Array, bits: number) => {
  const { channels } = readFlac(bytes);
  return Array.from(
    { length: channels[0].length * channels.length },
    (_, index) => channels[index % channels.length][Math.floor(index / channels.length)] * 2 ** (bits - 1),
  );
};

const decay = (frames: number, bits: number) =>
  Array.from(
    { length: frames },
    (_, frame) => Math.round(2 ** (bits - 1) * 0.9 * Math.exp(-frame / 900) * Math.sin(frame * 0.03)) + 0,
  );

withSoundPrograms(
  ["flac"],
  "every width that the encoder writes is decoded to the same numbers, mono and stereo",
  async (folder) => {
    const random = new SeededRandom(7);
    // with more than 24 bits the floats of the engine round what they hold
    for (const bits of [4, 8, 12, 13, 16, 20, 24]) {
      for (const channels of [1, 2]) {
        const tone = decay(5_000, bits);
        const noisy = tone.map((value) =>
          Math.trunc(value / 2 + (random.next() - 0.5) * 2 ** (bits - 2)) + 0
        );
        const samples = channels === 1 ? tone : tone.flatMap((value, index) => [value, noisy[index]]);
        for (const options of ["-0", "-8", "-5 -b 192 -e -p"]) {
          const found = numbers(await encoded(folder, { bits, channels, samples }, options), bits);
          assert.equal(
            found.findIndex((value, index) => value !== samples[index]),
            -1,
            `${bits} bits x ${channels}, ${options}`,
          );
          assert.equal(found.length, samples.length);
        }
      }
    }
  },
);

withSoundPrograms(
  ["flac"],
  "32 bits at full scale pass the MD5, with a difference of channels of 33 bits",
  async (folder) => {
    const random = new SeededRandom(11);
    const largest = 2 ** 31 - 1;
    const samples = Array.from({ length: 6_000 }, (_, index) => {
      if (index < 200) return index % 2 === 0 ? largest : -largest - 1;
      const slow = Math.sin(index * 0.001) * 0.6 * (index % 2 === 0 ? 1 : -1);
      return Math.round((slow + (random.next() - 0.5) * 1e-6) * largest);
    });
    for (const options of ["-0", "-8", "-4 -M"]) {
      const bytes = await encoded(folder, { bits: 32, channels: 2, samples }, options);
      const found = numbers(bytes, 32); // throws where the MD5 is another one
      assert.ok(bytes.subarray(26, 42).some((byte) => byte !== 0), "there is an MD5");
      assert.ok(found.every((value, index) => Math.abs(value - samples[index]) <= 128), "within 24 bits");
    }
  },
);

withSoundPrograms(
  ["flac"],
  "a last block of silence, or of one frame, belongs to the sound, also where the length is unknown",
  async (folder) => {
    for (const frames of [4_097, 12_288 + 1, 12_288 + 500]) {
      const samples = decay(frames, 16).map((value, frame) => frame < 12_288 ? value : 0);
      const whole = await encoded(folder, { bits: 16, channels: 1, samples });
      assert.deepEqual(numbers(whole, 16), samples);
      const open = whole.slice();
      open.fill(0, 22, 26); // the total, as one who writes to a pipe leaves it
      open[21] &= 0xf0;
      assert.deepEqual(numbers(open, 16), samples);
      open.fill(0, 26, 42);
      assert.deepEqual(numbers(open, 16), samples, "without an MD5 too");
    }
  },
);

withSoundPrograms(["flac"], "tags behind the sound do not cost it", async (folder) => {
  const samples = decay(5_000, 16);
  const whole = await encoded(folder, { bits: 16, channels: 1, samples });
  for (const tag of ["TAG".padEnd(128, " "), "APETAGEX".padEnd(64, "x"), "\0".repeat(100)]) {
    assert.deepEqual(numbers(joined(whole, tag), 16), samples);
  }
});

withSoundPrograms(
  ["flac"],
  "the loop of the WAV file that was encoded is kept where the encoder keeps it",
  async (folder) => {
    const data = chunk("data", new Uint8Array(2_000).map((_, index) => index % 7));
    await Deno.writeFile(
      `${folder}/a.wav`,
      wav(wavFormat(), data, samplerChunk([{ start: 10, last: 99 }], { unity: 50 })),
    );
    await run(folder, "flac", "--totally-silent --keep-foreign-metadata -o a.flac a.wav");
    const { rootNote, loop } = readFlac(await Deno.readFile(`${folder}/a.flac`));
    assert.deepEqual([rootNote, loop], [50, { start: 10, last: 99 }]);
  },
);

withSoundPrograms(
  ["flac"],
  "damage of any byte of the sound is noticed, and the reason is named",
  async (folder) => {
    const samples = decay(9_000, 16);
    const whole = await encoded(folder, { bits: 16, channels: 1, samples });
    const fails = (change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array, reason: RegExp) =>
      assert.throws(() => readFlac(change(whole.slice())), (error) => {
        assert.ok(error instanceof SoundFileError, String(error));
        assert.match(error.message, reason);
        return true;
      });
    const random = new SeededRandom(3);
    const begin = whole.findIndex((byte, at) => byte === 0xff && whole[at + 1] === 0xf8);
    for (let round = 0; round < 200; round++) {
      const at = begin + Math.floor(random.next() * (whole.length - begin));
      fails((bytes) => {
        bytes[at] ^= 1 << Math.floor(random.next() * 8);
        return bytes;
      }, /damaged|breaks off|changes|expected/);
    }
    fails((bytes) => bytes.subarray(0, bytes.length - 900), /breaks off after \d+ of 9000 frames/);
    fails((bytes) => bytes.subarray(0, begin - 200), /its metadata does not end/);
    fails((bytes) => {
      bytes[26] ^= 1;
      return bytes;
    }, /its MD5 is another one/);
    fails((bytes) => {
      bytes[21] |= 15;
      return bytes;
    }, new RegExp(`expected at most ${maxFrames} frames, found 6\\d{10}; cut it`));
    fails((bytes) => joined(bytes.subarray(0, 4), bytes.subarray(42)), /no description|does not end|damaged/);
  },
);

withSoundPrograms(
  ["flac"],
  "silence that unpacks to more than a file may have ends at the limit, whatever the head says",
  async (folder) => {
    const one = await encoded(
      folder,
      { bits: 8, channels: 1, samples: new Array(65_535).fill(0) },
      "-b 65535 --no-padding --no-seektable",
    );
    const start = one.lastIndexOf(0xf8) - 1;
    const frame = one.subarray(start);
    const count = Math.ceil(maxFrames / 65_535) + 1;
    const bomb = joined(one.subarray(0, start), ...Array.from({ length: count }, () => frame));
    bomb.fill(0, 22, 42);
    assert.ok(bomb.length < 20_000, `${bomb.length} bytes`);
    assert.throws(
      () => readFlac(bomb),
      new RegExp(`expected at most ${maxFrames} frames, found 671\\d+; cut it`),
    );
  },
);

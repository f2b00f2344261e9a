import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { flacBlockFrames, FlacEncoder, type FlacFormat } from "../../../engine/recorder/flac_encoder.ts";
import { flacHeader } from "../../../engine/recorder/flac_encoding.ts";
import { readFlac } from "../../../engine/samples/flac_reader.ts";
import { joinBytes } from "../../../foundation/join_bytes.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { requirement } from "../../../testing/requirement.ts";
import { SeededRandom } from "../../../testing/seeded_random.ts";

const random = new SeededRandom(1);

/** Integers of every kind: silence, a step, full scale both ways, noise, tones, equal and opposite channels. */
function sound({ channels, bits }: Pick<FlacFormat, "channels" | "bits">, frames: number): Int32Array {
  const top = 2 ** (bits - 1);
  return Int32Array.from({ length: frames * channels }, (_, index) => {
    const [frame, channel] = [Math.floor(index / channels), index % channels];
    const kind = Math.floor(frame / 3_000) % 6;
    if (kind === 0) return 0;
    if (kind === 1) return frame % 2 === 0 ? top - 1 : -top;
    if (kind === 2) return random.below(2 * top) - top;
    if (kind === 3) return Math.round(Math.sin(frame / 40) * (top - 1)) * (channel === 1 ? -1 : 1);
    if (kind === 4) return Math.round(Math.sin(frame / 300 + channel) * 100) + random.below(3);
    return channel === 0 ? -top : 5;
  });
}

function bytesOf(samples: Int32Array, bits: number): Uint8Array {
  return Uint8Array.from(
    { length: samples.length * bits / 8 },
    (_, at) => samples[Math.floor(at * 8 / bits)] >> (at % (bits / 8) * 8),
  );
}

/** A file that is closed, encoded by two encoders, one after the other. */
function fileOf(format: FlacFormat, samples: Int32Array, handOver: number): Uint8Array<ArrayBuffer> {
  const { channels, bits } = format;
  const md5 = createHash("md5").update(bytesOf(samples, bits)).digest();
  const parts: Uint8Array[] = [
    flacHeader({ ...format, frames: samples.length / channels, md5, comments: ["TITLE=Ä"] }),
  ];
  let encoder = new FlacEncoder(format);
  const step = flacBlockFrames * channels;
  for (let block = 0; block * step < samples.length; block++) {
    if (block === handOver) encoder = new FlacEncoder(format, block);
    parts.push(encoder.encode(samples.subarray(block * step, (block + 1) * step)));
  }
  return joinBytes(parts);
}

const formats: FlacFormat[] = [
  { channels: 1, bits: 16, sampleRateHz: 48_000 },
  { channels: 2, bits: 24, sampleRateHz: 44_100 },
  { channels: 2, bits: 16, sampleRateHz: 12_345 },
  { channels: 8, bits: 24, sampleRateHz: 192_000 },
];

for (const format of formats.filter(({ channels }) => channels <= 2)) {
  Deno.test(`${format.channels} x ${format.bits} bits: every sample comes back, also after another encoder has gone on`, () => {
    const samples = sound(format, 5 * flacBlockFrames + 17);
    const file = readFlac(fileOf(format, samples, 2));
    const scale = 2 ** (format.bits - 1);
    file.channels.forEach((own, channel) =>
      own.forEach((value, frame) => {
        const wanted = samples[frame * format.channels + channel];
        if (Math.round(value * scale) !== wanted) {
          assert.fail(`frame ${frame}: ${value * scale}, wanted ${wanted}`);
        }
      })
    );
    assert.equal(file.channels[0].length, 5 * flacBlockFrames + 17);
  });
}

requirement({
  name:
    "flac itself finds every format whole, numbers of blocks beyond one byte among them, and a file that breaks off after a block",
  fn: () =>
    inFolder(async (folder) => {
      const files: string[] = [];
      for (const [index, format] of formats.entries()) {
        const samples = sound(format, (index === 0 ? 130 : 2) * flacBlockFrames + 1);
        files.push(`${folder}/${index}.flac`);
        Deno.writeFileSync(files.at(-1)!, fileOf(format, samples, 3));
      }
      const [format] = formats;
      const open = [
        flacHeader({ ...format, frames: 0, comments: [] }),
        new FlacEncoder(format).encode(sound(format, flacBlockFrames)),
      ];
      files.push(`${folder}/open.flac`);
      Deno.writeFileSync(files.at(-1)!, joinBytes(open));
      const { success, stderr } = await new Deno.Command("flac", { args: ["-t", "-s", ...files] }).output();
      assert.ok(success, new TextDecoder().decode(stderr));
    }),
}, { commands: ["flac"], install: "sudo apt-get install flac" });

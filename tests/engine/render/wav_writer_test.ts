import assert from "node:assert/strict";
import wavefile from "wavefile";
import { sampleFormats } from "../../../engine/render/sample_format.ts";
import { mayBeRf64, WavWriter } from "../../../engine/render/wav_writer.ts";
import { WavFileError } from "../../../engine/render/wav_file_error.ts";

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const names = (folder: string) => Array.from(Deno.readDirSync(folder), ({ name }) => name);

for (const format of sampleFormats) {
  for (const channels of [1, 2, 3, 64]) {
    Deno.test(`${format}, ${channels} channels: an independent library reads the file back`, () =>
      inFolder(async (folder) => {
        const path = `${folder}/a.wav`;
        const samples = Float32Array.from({ length: 201 * channels }, (_, index) => Math.sin(index));
        const writer = await WavWriter.create(path, { channels, sampleRateHz: 44_100, format });
        await writer.write(samples.slice(0, 60 * channels));
        await writer.write(samples.slice(60 * channels));
        await writer.close();
        const bytes = await Deno.readFile(path);
        assert.equal(bytes.length % 2, 0);
        assert.equal(new DataView(bytes.buffer).getUint32(4, true), bytes.length - 8);
        const wav = new wavefile.WaveFile(bytes);
        const { numChannels, sampleRate } = wav.fmt as { numChannels: number; sampleRate: number };
        // the library knows floats by the tag of two channels; beyond, it has the subformat and the bytes
        const isPlain = channels <= 2 || format !== "32f";
        const depth = isPlain ? format : "32";
        assert.deepEqual([wav.bitDepth, numChannels, sampleRate], [depth, channels, 44_100]);
        const { subformat } = wav.fmt as { subformat: number[] };
        assert.equal(subformat[0] ?? 0, channels <= 2 ? 0 : format === "32f" ? 3 : 1);
        const read = isPlain
          ? wav.getSamples(true, Float64Array as unknown as new () => Float64Array) as unknown as Float64Array
          : new Float32Array(Uint8Array.from((wav.data as { samples: Uint8Array }).samples).buffer);
        const top = format === "32f" ? undefined : 2 ** (Number(format) - 1);
        assert.deepEqual(
          Array.from(read.subarray(0, samples.length), (value) => value + 0),
          Array.from(
            samples,
            (value) => top === undefined ? value : Math.min(top - 1, Math.round(value * top)) + 0,
          ),
        );
      }));
  }
}

Deno.test("closing can keep less than was written", () =>
  inFolder(async (folder) => {
    const writer = await WavWriter.create(`${folder}/a.wav`, {
      channels: 1,
      sampleRateHz: 48_000,
      format: "24",
    });
    await writer.write(new Float32Array(100).fill(0.5));
    await writer.close(7);
    const bytes = await Deno.readFile(`${folder}/a.wav`);
    assert.deepEqual([bytes.length, bytes.at(-1)], [44 + 7 * 3 + 1, 0]);
    assert.equal(new DataView(bytes.buffer).getUint32(40, true), 21);
  }));

Deno.test("an existing file stays until the new one is whole, and when that is given up", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.wav`;
    await Deno.writeTextFile(path, "before");
    const given = await WavWriter.create(path, { channels: 1, sampleRateHz: 48_000 });
    await given.write(new Float32Array(10));
    assert.equal(await Deno.readTextFile(path), "before");
    await given.discard();
    assert.deepEqual([names(folder), await Deno.readTextFile(path)], [["a.wav"], "before"]);
    await Deno.symlink(path, `${folder}/link.wav`);
    const writer = await WavWriter.create(`${folder}/link.wav`, { channels: 1, sampleRateHz: 48_000 });
    await writer.close();
    assert.equal((await Deno.stat(path)).size, 58, "the target of a link is replaced, not the link");
    assert.ok((await Deno.lstat(`${folder}/link.wav`)).isSymlink);
  }));

Deno.test("a folder that is missing, a device, or a folder in its place is named and left alone", () =>
  inFolder(async (folder) => {
    const options = { channels: 1, sampleRateHz: 48_000 };
    for (
      const [path, pattern] of [
        [`${folder}/none/a.wav`, /its folder does not exist/],
        [folder, /it is no file/],
        ["/dev/null", /it is no file/],
      ] as const
    ) {
      await assert.rejects(
        WavWriter.create(path, options),
        (error) => error instanceof WavFileError && pattern.test(error.message),
      );
    }
    assert.deepEqual(names(folder), []);
  }));

Deno.test("more than a RIFF file holds becomes RF64, which an independent library reads; less stays RIFF", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.wav`;
    const samples = Float32Array.from({ length: 4_002 }, (_, index) => Math.sin(index));
    for (const format of sampleFormats) {
      const limits = { mayHaveFrames: 2_001, maxRiffBytes: 4_000 };
      const options = { channels: 2, sampleRateHz: 44_100, format, ...limits };
      assert.ok(mayBeRf64(options));
      for (const frames of [2_001, 100]) {
        const writer = await WavWriter.create(path, options);
        await writer.write(samples.slice(0, frames * 2));
        await writer.close();
        const bytes = await Deno.readFile(path);
        const text = (at: number) => new TextDecoder().decode(bytes.subarray(at, at + 4));
        const view = new DataView(bytes.buffer);
        assert.deepEqual([text(0), text(12)], frames === 100 ? ["RIFF", "JUNK"] : ["RF64", "ds64"]);
        const dataBytes = frames * 2 * parseInt(format) / 8;
        if (frames === 100) assert.equal(view.getUint32(4, true), bytes.length - 8);
        else {
          assert.equal(view.getUint32(4, true), 2 ** 32 - 1);
          const sizes = [20, 28, 36].map((at) => Number(view.getBigUint64(at, true)));
          assert.deepEqual(sizes, [bytes.length - 8, dataBytes, frames]);
        }
        const wav = new wavefile.WaveFile(bytes);
        assert.equal(wav.bitDepth, format);
        const { data: { samples: data } } = wav as unknown as { data: { samples: Uint8Array } };
        assert.deepEqual(
          new Uint8Array(data).subarray(0, dataBytes),
          bytes.subarray(bytes.length - dataBytes - dataBytes % 2).subarray(0, dataBytes),
        );
      }
    }
  }));

Deno.test("a file that cannot have more than 4 GiB keeps no room, and takes no more than it was made for", () =>
  inFolder(async (folder) => {
    const options = { channels: 2, sampleRateHz: 48_000 };
    assert.ok(!mayBeRf64({ ...options, mayHaveFrames: 536_000_000 }));
    assert.ok(mayBeRf64({ ...options, mayHaveFrames: 536_870_912 }));
    const writer = await WavWriter.create(`${folder}/a.wav`, { ...options, maxRiffBytes: 1_000 });
    await assert.rejects(writer.write(new Float32Array(1_000)), /holds at most 4 GiB/);
    await writer.discard();
  }));

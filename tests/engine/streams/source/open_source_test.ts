import assert from "node:assert/strict";
import { openSource } from "../../../../engine/streams/source/open_source.ts";
import { maxReadFrames, type Source } from "../../../../engine/streams/source/source.ts";
import { chunk, wav, wavFormat } from "../../../../testing/sound/riff_bytes.ts";
import { SeededRandom } from "../../../../testing/seeded_random.ts";
import { inFolder } from "../../../../testing/in_folder.ts";

const seed = 11;

function noise(frames: number, channels: number): Float32Array<ArrayBuffer> {
  const random = new SeededRandom(seed);
  return Float32Array.from({ length: frames * channels }, () => random.next() - 0.5);
}

async function noiseFile(
  folder: string,
  { frames, channels, sampleRateHz }: { frames: number; channels: number; sampleRateHz: number },
): Promise<{ path: string; samples: Float32Array }> {
  const samples = noise(frames, channels);
  const path = `${folder}/noise.wav`;
  const format = wavFormat({ tag: 3, bits: 32, channels, sampleRateHz });
  await Deno.writeFile(path, wav(format, chunk("data", new Uint8Array(samples.buffer))));
  return { path, samples };
}

/** All frames, planar. */
async function readAll(source: Source): Promise<Float32Array> {
  const frames = source.frames!;
  const all = new Float32Array(frames * source.channels);
  for (let at = 0; at < frames; at += maxReadFrames) {
    const count = Math.min(maxReadFrames, frames - at);
    const piece = await source.read(at, count);
    for (let channel = 0; channel < source.channels; channel++) {
      all.set(piece.subarray(channel * count, (channel + 1) * count), channel * frames + at);
    }
  }
  return all;
}

Deno.test("at the file's own rate the frames are those of the file, planar, with silence around", async () => {
  await inFolder(async (folder) => {
    const channels = 3;
    const { path, samples } = await noiseFile(folder, { frames: 1_000, channels, sampleRateHz: 48_000 });
    const source = await openSource(path, { sampleRateHz: 48_000 });
    assert.deepEqual(
      [source.path, source.kind, source.channels, source.fileRateHz, source.frames],
      [path, "WAV", 3, 48_000, 1_000],
    );
    const read = await source.read(-10, 1_020);
    for (let channel = 0; channel < channels; channel++) {
      for (let frame = 0; frame < 1_020; frame++) {
        const expected = samples[(frame - 10) * channels + channel];
        const isInside = frame >= 10 && frame < 1_010;
        assert.equal(read[channel * 1_020 + frame], isInside ? expected : 0, `${channel}, ${frame}`);
      }
    }
    await source.close();
  });
});

Deno.test("a frame has the same bits in whatever order and length it is asked for, at every rate", async () => {
  await inFolder(async (folder) => {
    const random = new SeededRandom(seed);
    for (const [from, to] of [[44_100, 48_000], [96_000, 44_100], [11_025, 48_000], [37_123, 48_000]]) {
      const { path } = await noiseFile(folder, { frames: 20_000, channels: 2, sampleRateHz: from });
      const source = await openSource(path, { sampleRateHz: to });
      const frames = source.frames!;
      assert.equal(frames, Math.ceil(20_000 * to / from));
      const whole = await readAll(source);
      for (let turn = 0; turn < 40; turn++) {
        const first = Math.floor((random.next() * 1.1 - 0.05) * frames);
        const count = 1 + Math.floor(random.next() * 5_000);
        const piece = await source.read(first, count);
        for (let at = 0; at < piece.length; at++) {
          const [channel, frame] = [Math.floor(at / count), first + at % count];
          const expected = frame < 0 || frame >= frames ? 0 : whole[channel * frames + frame];
          assert.ok(Object.is(piece[at], expected), `seed ${seed}, ${from} to ${to}, frame ${frame}`);
        }
      }
      await source.close();
    }
  });
});

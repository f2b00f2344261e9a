import assert from "node:assert/strict";
import wavefile from "wavefile";
import { WavWriter } from "../../../engine/session/wav_writer.ts";

Deno.test("a library that nobody here wrote reads the file back, bit for bit", async () => {
  const path = await Deno.makeTempFile({ suffix: ".wav" });
  const samples = Float32Array.from({ length: 600 }, (_, index) => Math.sin(index) * 1.5);
  const writer = await WavWriter.create(path, 2, 44_100);
  await writer.write(samples.slice(0, 200));
  await writer.write(samples.slice(200));
  await writer.close();
  const wav = new wavefile.WaveFile(await Deno.readFile(path));
  assert.deepEqual([
    wav.bitDepth,
    (wav.fmt as { numChannels: number }).numChannels,
    (wav.fmt as { sampleRate: number }).sampleRate,
  ], ["32f", 2, 44_100]);
  const read = wav.getSamples(
    true,
    Float32Array as unknown as new () => Float64Array,
  ) as unknown as Float32Array;
  assert.deepEqual(Float32Array.from(read), samples);
  await Deno.remove(path);
});

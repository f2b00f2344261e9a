import assert from "node:assert/strict";
import { WavWriter } from "../../../engine/render/wav_writer.ts";
import { readFloatWav } from "../../../testing/sound/read_float_wav.ts";

Deno.test("what the writer wrote is read back bit for bit", async () => {
  const path = await Deno.makeTempFile();
  const samples = new Float32Array([0, -0, 1e-40, -1.5, NaN, 1]);
  const writer = await WavWriter.create(path, { channels: 2, sampleRateHz: 48_000 });
  await writer.write(samples);
  await writer.close();
  const read = await readFloatWav(path);
  await Deno.remove(path);
  assert.deepEqual(new Uint32Array(read.samples.buffer), new Uint32Array(samples.buffer));
  assert.deepEqual([read.channels, read.sampleRateHz], [2, 48_000]);
});

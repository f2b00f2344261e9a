import { SeededRandom } from "../seeded_random.ts";
import { chunk, wav, wavFormat } from "./riff_bytes.ts";

export interface NoiseFile {
  readonly path: string;
  readonly seed: number;
  readonly frames: number;
  readonly channels?: number;
  readonly sampleRateHz?: number;
}

/** Writes noise without a single zero as a WAV file of 32-bit floats; returns its samples, interleaved. */
export async function writeNoise(
  { path, seed, frames, channels = 2, sampleRateHz = 48_000 }: NoiseFile,
): Promise<Float32Array<ArrayBuffer>> {
  const random = new SeededRandom(seed);
  const samples = Float32Array.from({ length: frames * channels }, () => (random.next() - 0.5) / 2 || 0.25);
  const format = wavFormat({ tag: 3, bits: 32, channels, sampleRateHz });
  await Deno.writeFile(path, wav(format, chunk("data", new Uint8Array(samples.buffer))));
  return samples;
}

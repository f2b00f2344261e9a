import { SampleLoader } from "../../engine/samples/sample_loader.ts";
import { readScore } from "../../osc/score/score.ts";
import { compileWithSamples } from "./compile_named.ts";
import { renderConfig, renderSamples } from "./render_samples.ts";

const scores = new URL("../../examples/scores/", import.meta.url);

/** How long is listened to the tail of a score. */
const tailSeconds = 5;

/** Plays the example score of a ready patch to its end; left and right, interleaved. */
export async function renderExample(name: string): Promise<Float32Array<ArrayBuffer>> {
  const { sampleRateHz, blockFrames, channels, inputChannels } = renderConfig;
  const format = { sampleRateHz, channels, inputChannels, maximumBlockFrames: blockFrames };
  const patch = await compileWithSamples(name, format, new SampleLoader());
  const bytes = await Deno.readFile(new URL(`${name}.txt`, scores));
  const { events, endFrame } = readScore(bytes, { name, sampleRateHz, patch });
  const end = endFrame === undefined ? { tailFrames: tailSeconds * sampleRateHz } : { frames: endFrame };
  return (await renderSamples(patch, events, end)).samples;
}

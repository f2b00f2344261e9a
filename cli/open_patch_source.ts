import type { Config } from "../config/settings.ts";
import { SampleLoader } from "../engine/samples/sample_loader.ts";
import { PatchSource } from "../patches/loading/patch_source.ts";
import { readTuning } from "../patches/loading/read_tuning.ts";

/**
 * The source of patches that the settings describe. Throws `ScaleError` for a tuning that cannot be read.
 *
 * @param onPrint receives what a patch file prints while it is evaluated
 */
export async function openPatchSource(
  config: Config,
  onPrint?: (text: string) => void,
): Promise<PatchSource> {
  const { sampleRateHz, channels, inputChannels, blockFrames, tuning } = config;
  return new PatchSource({
    format: {
      sampleRateHz,
      channels,
      inputChannels,
      maximumBlockFrames: blockFrames,
      tuning: tuning === undefined ? undefined : await readTuning(tuning),
    },
    samples: new SampleLoader(),
    sampleFolder: config.sampleFolder,
    patchFolder: config.patchFolder,
    initial: config.patch,
    onPrint,
  });
}

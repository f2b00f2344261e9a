import { ConfigError } from "../config/config_error.ts";
import type { Config } from "../config/settings.ts";
import { SampleLoader } from "../engine/samples/sample_loader.ts";
import { PatchSource, type PatchSourceOptions } from "../patches/loading/patch_source.ts";
import { readTuning } from "../patches/loading/read_tuning.ts";

export interface OpenPatchSourceOptions extends Pick<PatchSourceOptions, "last" | "onPrint"> {
  /** Receives what is played otherwise than a sound file states it. */
  readonly onSampleNote?: (text: string) => void;
}

/** The source of patches that the settings describe. Throws `ScaleError` for a tuning that cannot be read. */
export async function openPatchSource(
  config: Config,
  { last, onPrint, onSampleNote }: OpenPatchSourceOptions = {},
): Promise<PatchSource> {
  const { sampleRateHz, channels, inputChannels, blockFrames, tuning, tuningMap } = config;
  const { outputParts, outputDelayMs, outputNames = [] } = config;
  if (tuning === undefined && tuningMap !== undefined) {
    throw new ConfigError([
      "UNDERSTUDY_TUNING_MAP: expected UNDERSTUDY_TUNING as well, the scale that it maps",
    ]);
  }
  return new PatchSource({
    format: {
      sampleRateHz,
      channels,
      inputChannels,
      maximumBlockFrames: blockFrames,
      tuning: tuning === undefined ? undefined : await readTuning(tuning, tuningMap),
      ...(outputParts.length > 0 && {
        outputStage: { parts: outputParts, maxDelaySeconds: outputDelayMs / 1_000, names: outputNames },
      }),
    },
    samples: new SampleLoader({ onNote: onSampleNote }),
    sampleFolder: config.sampleFolder,
    patchFolder: config.patchFolder,
    initial: config.patch,
    last,
    onPrint,
  });
}

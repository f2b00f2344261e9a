import type { Config } from "../../config/settings.ts";
import type { SessionHeader } from "../session/session_format.ts";

/** The stage of the outputs that was asked for, as a header has it; undefined: none. */
export function outputStageText({ outputParts, outputDelayMs }: Config): string | undefined {
  if (outputParts.length === 0) return undefined;
  const parts = [...outputParts].sort().join(",");
  return outputParts.includes("delay") ? `${parts} up to ${outputDelayMs} ms` : parts;
}

/** Why a journal does not fit this start; undefined: it does. */
export function journalDifference(
  header: SessionHeader,
  { config, version }: { readonly config: Config; readonly version: string },
): string | undefined {
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ["version", header.engineVersion, version],
    ["UNDERSTUDY_SAMPLE_RATE", header.sampleRateHz, config.sampleRateHz],
    ["UNDERSTUDY_BLOCK_FRAMES", header.blockFrames, config.blockFrames],
    ["UNDERSTUDY_CHANNELS", header.channels, config.channels],
    ["UNDERSTUDY_INPUT_CHANNELS", header.inputChannels, config.inputChannels],
    ["UNDERSTUDY_SEED", header.seed, config.seed],
    ["UNDERSTUDY_PATCH", header.asked?.patch, config.patch],
    ["UNDERSTUDY_TUNING", header.asked?.tuning, config.tuning],
    ["UNDERSTUDY_TUNING_MAP", header.asked?.tuningMap, config.tuningMap],
    ["UNDERSTUDY_OUTPUT_STAGE", header.asked?.outputStage, outputStageText(config)],
  ];
  const differing = pairs.filter(([, kept, wanted]) => kept !== wanted);
  if (differing.length === 0) return undefined;
  return differing.map(([name, kept, wanted]) =>
    `${name} was ${kept ?? "not set"} and is ${wanted ?? "not set"} now`
  ).join(", ");
}

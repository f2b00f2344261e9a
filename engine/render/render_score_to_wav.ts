import { decibelText } from "../../foundation/decibels.ts";
import { compileChecksum } from "../memory/checksum.ts";
import type { SampleFormat } from "./sample_format.ts";
import { mayBeRf64, rf64Notice, WavWriter } from "./wav_writer.ts";
import { renderScore, type ScoreRenderOptions, type ScoreRenderResult } from "./score_renderer.ts";

export interface ScoreToWavOptions extends Omit<ScoreRenderOptions, "checksum" | "onSamples"> {
  readonly out: string;
  readonly format: SampleFormat;
  /** Integers are dithered, with noise from the seed of the settings. */
  readonly dither: boolean;
  /** Receives what is worth knowing before the work begins. */
  readonly onNotice?: (text: string) => void;
  /** Gives up where it is aborted, and leaves no file. */
  readonly signal?: AbortSignal;
}

export interface ScoreToWavReport extends ScoreRenderResult {
  readonly clippedSamples: number;
  readonly text: string;
}

/**
 * Renders a score into a WAV file, which takes its place only once it is whole. Throws `ScoreUnplayableError`, and
 * `WavFileError` where the file cannot be written.
 */
export async function renderScoreToWav(options: ScoreToWavOptions): Promise<ScoreToWavReport> {
  const { out, format, dither, signal, config, end, onNotice } = options;
  const { channels, sampleRateHz, seed } = config;
  const mayHaveFrames = "frames" in end ? end.frames : (options.events.at(-1)?.frame ?? 0) + end.tailFrames;
  const wavOptions = {
    ...{ channels, sampleRateHz, format, mayHaveFrames },
    ditherSeed: dither ? seed : undefined,
  };
  if (mayBeRf64(wavOptions)) onNotice?.(rf64Notice(out));
  const wav = await WavWriter.create(out, wavOptions);
  const startedMs = performance.now();
  try {
    const result = await renderScore({
      ...options,
      checksum: compileChecksum(),
      onSamples: async (samples) => {
        signal?.throwIfAborted();
        await wav.write(samples);
      },
    });
    await wav.close(result.frames);
    const speed = result.frames / sampleRateHz * 1_000 / (performance.now() - startedMs);
    const { clippedSamples } = wav;
    return { ...result, clippedSamples, text: textOf(options, { ...result, clippedSamples }, speed) };
  } catch (error) {
    await wav.discard();
    throw error;
  }
}

function textOf(
  { out, format, config: { sampleRateHz, ceiling }, end }: ScoreToWavOptions,
  result: Omit<ScoreToWavReport, "text">,
  speed: number,
): string {
  const { frames, peak, cut, leftOut, overSamples, clippedSamples, nonFiniteSamples } = result;
  const notes = [
    peak === 0 ? "SILENT: nothing sounded" : `peak ${decibelText(peak)}`,
    clippedSamples === 0
      ? ""
      : `${clippedSamples} samples beyond full scale, ${format === "32f" ? "kept as they are" : "CLIPPED"}`,
    ceiling === 0 || overSamples === 0
      ? ""
      : `${overSamples} samples beyond full scale, held by the ceiling of ${
        decibelText(ceiling)
      } (UNDERSTUDY_CEILING_DB)`,
    nonFiniteSamples === 0 ? "" : `${nonFiniteSamples} samples were NOT FINITE and are zero`,
    cut ? "CUT at the end of the tail while it still sounded; lengthen it with --tail" : "",
    "frames" in end && leftOut > 0 ? `left out: ${leftOut} commands at or after the end` : "",
  ];
  return [
    `${out}: ${(frames / sampleRateHz).toFixed(2)} s, ${speed.toFixed(0)} times real time`,
    ...notes.filter((note) => note !== ""),
  ].join("; ");
}

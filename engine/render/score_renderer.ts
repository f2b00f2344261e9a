/** Renders a patch from a score: commands at frames counted from the start. */
import type { CompiledPatch } from "../../compiler/graph/compiled_patch.ts";
import type { Config } from "../../config/settings.ts";
import { pendingCapacity } from "../memory/constants.ts";
import type { ScoreEvent } from "../control/control.ts";
import { encodeCommand } from "../log/command_encoding.ts";
import { OfflineEngine, type OfflineEngineOptions } from "./offline_engine.ts";
import { exitCodes } from "../../foundation/exit_codes.ts";
import { ExitError } from "../../foundation/exit_error.ts";

/** A score that cannot be played as it stands; the message names the moment and the remedy. */
export class ScoreUnplayableError extends ExitError {
  override readonly name = "ScoreUnplayableError";
  override readonly exitCode = exitCodes.score;
}

/** Where a render ends. */
export type RenderEnd =
  /** After exactly this many frames; later commands are skipped. */
  | { readonly frames: number }
  /** When it is silent after the last command, or at the latest this many frames after the last command. */
  | { readonly tailFrames: number };

export interface ScoreRenderOptions extends Pick<OfflineEngineOptions, "checksum" | "native"> {
  readonly patch: CompiledPatch;
  readonly config: Pick<
    Config,
    "sampleRateHz" | "blockFrames" | "channels" | "inputChannels" | "lookaheadBlocks" | "ceiling" | "seed"
  >;
  /** In the order of their frames. */
  readonly events: readonly ScoreEvent[];
  readonly end: RenderEnd;
  /** Gets the interleaved samples of consecutive frames; the array is reused after it resolves. */
  readonly onSamples: (samples: Float32Array<ArrayBuffer>) => Promise<void>;
  /** Told the part that is done, 0..1. */
  readonly onProgress?: (part: number) => void;
}

export interface ScoreRenderResult {
  /** Length of the result; what {@link ScoreRenderOptions.onSamples} got beyond it is silence that goes on. */
  readonly frames: number;
  /** It still sounded when the tail was over. */
  readonly cut: boolean;
  /** Largest magnitude. */
  readonly peak: number;
  /** Commands later than the end. */
  readonly leftOut: number;
  /** Samples that the patch made beyond full scale, before the ceiling. */
  readonly overSamples: number;
  readonly nonFiniteSamples: number;
}

/** Half a step of a 24-bit file, below which a sample is written as zero. */
const silencePeak = 2 ** -24;

/** A patch that is silent for so long has ended. Longer than the gap between two echoes of the ready patches, 1 s. */
export const silenceSeconds = 2;

/** Frames rendered between two turns of the event loop, about. */
const chunkFrames = 32_768;

/** Throws {@link ScoreUnplayableError} when more commands fall into one block than it can take. */
export async function renderScore(options: ScoreRenderOptions): Promise<ScoreRenderResult> {
  const { config, end, events, onSamples, onProgress } = options;
  const { blockFrames, channels } = config;
  const lastFrame = events.at(-1)?.frame ?? 0;
  const limit = "frames" in end ? end.frames : lastFrame + end.tailFrames;
  const player = new ScorePlayer(options);
  const ending = "frames" in end
    ? undefined
    : new SilentEnd(lastFrame, silenceSeconds * config.sampleRateHz, channels);
  const blockSamples = blockFrames * channels;
  const chunk = new Float32Array(Math.ceil(chunkFrames / blockFrames) * blockSamples);
  let filled = 0;
  let peak = 0;
  for (let first = 0; first < limit; first += blockFrames) {
    const output = chunk.subarray(filled, filled + blockSamples);
    player.renderBlock(first, output);
    const frames = Math.min(blockFrames, limit - first);
    filled += frames * channels;
    const heard = output.subarray(0, frames * channels);
    const heardPeak = frames === blockFrames ? player.peak : peakOf(heard);
    peak = Math.max(peak, heardPeak);
    const ended = ending?.scan(first, heard, heardPeak);
    if (ended || filled === chunk.length || first + blockFrames >= limit) {
      await onSamples(chunk.subarray(0, filled));
      onProgress?.(Math.min(1, (first + blockFrames) / limit));
      filled = 0;
    }
    if (ended) break;
  }
  return {
    frames: ending ? Math.min(limit, ending.frame) : limit,
    cut: ending !== undefined && ending.frame >= limit,
    peak,
    leftOut: events.reduce((count, { frame, commands }) => count + (frame < limit ? 0 : commands.length), 0),
    overSamples: player.overSamples,
    nonFiniteSamples: player.nonFiniteSamples,
  };
}

function peakOf(samples: Float32Array<ArrayBuffer>): number {
  return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}

/** Gives each block its commands. */
class ScorePlayer {
  readonly #options: ScoreRenderOptions;
  readonly #engine: OfflineEngine;
  #next = 0;

  constructor(options: ScoreRenderOptions) {
    this.#options = options;
    this.#engine = new OfflineEngine({ ...options.config, ...options });
  }

  /** Largest magnitude of the block rendered last. */
  get peak(): number {
    return this.#engine.peak;
  }

  get overSamples(): number {
    return this.#engine.overSamples;
  }

  get nonFiniteSamples(): number {
    return this.#engine.nonFiniteSamples;
  }

  renderBlock(firstFrame: number, output: Float32Array<ArrayBuffer>): void {
    const { events, patch, config: { blockFrames, sampleRateHz } } = this.#options;
    const { block, log } = this.#engine;
    this.#engine.releaseCommands();
    let count = 0;
    for (; events[this.#next]?.frame < firstFrame + blockFrames; this.#next++) {
      const { frame, commands } = events[this.#next];
      count += commands.length;
      if (count > pendingCapacity) {
        throw new ScoreUnplayableError(
          `at ${
            (frame / sampleRateHz).toFixed(3)
          } s: expected at most ${pendingCapacity} commands within a block ` +
            `of ${blockFrames} frames, found more; spread them out, or set UNDERSTUDY_BLOCK_FRAMES lower`,
        );
      }
      log.append(
        commands.map((command) => encodeCommand(command, patch, { block, frame: frame - firstFrame })),
      );
    }
    this.#engine.renderBlock(output);
  }
}

/** Finds the frame after the last that sounds, the same for every length of block. */
class SilentEnd {
  readonly #silenceFrames: number;
  readonly #channels: number;
  #frame: number;

  /** @param firstFrame before it nothing ends */
  constructor(firstFrame: number, silenceFrames: number, channels: number) {
    this.#frame = firstFrame;
    this.#silenceFrames = silenceFrames;
    this.#channels = channels;
  }

  /** The end, as far as is known: nothing has sounded from here on. */
  get frame(): number {
    return this.#frame;
  }

  /** Scans a block; returns whether the silence has lasted long enough. */
  scan(first: number, samples: Float32Array<ArrayBuffer>, peak: number): boolean {
    const blockFrames = samples.length / this.#channels;
    if (peak < silencePeak) return first + blockFrames - this.#frame >= this.#silenceFrames;
    const loud = (sample: number) => Math.abs(sample) >= silencePeak;
    const begin = first + Math.floor(samples.findIndex(loud) / this.#channels);
    if (begin - this.#frame >= this.#silenceFrames) return true;
    const after = first + Math.floor(samples.findLastIndex(loud) / this.#channels) + 1;
    this.#frame = Math.max(this.#frame, after);
    return false;
  }
}

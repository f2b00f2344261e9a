/** A sound file as the engine plays it: at the engine's rate, with its failures told by its name. */
import { SoundFileError } from "../../sound_files/sound_file_error.ts";
import type { ByteSource } from "./byte_source.ts";
import type { FileSound } from "./file_sound.ts";
import { maxPieceFrames, Resampler } from "./resampler.ts";
import { maxReadFrames, type Source } from "./source.ts";
import { SourceError } from "./source_error.ts";
import { invariant } from "../../../foundation/invariant.ts";

export interface PlayedFileParts {
  readonly path: string;
  readonly bytes: ByteSource;
  readonly sound: FileSound;
  readonly sampleRateHz: number;
  readonly warnings: readonly string[];
}

export class PlayedFile implements Source {
  readonly path: string;
  readonly kind: string;
  readonly channels: number;
  readonly fileRateHz: number;
  readonly warnings: readonly string[];
  readonly #sound: FileSound;
  readonly #bytes: ByteSource;
  /** Undefined where the rates are the same. */
  readonly #resampler: Resampler | undefined;
  /** Ends with the read that was asked for last. */
  #last: Promise<unknown> = Promise.resolve();

  constructor({ path, bytes, sound, sampleRateHz, warnings }: PlayedFileParts) {
    this.path = path;
    this.kind = sound.kind;
    this.channels = sound.channels;
    this.fileRateHz = sound.sampleRateHz;
    this.warnings = warnings;
    this.#sound = sound;
    this.#bytes = bytes;
    this.#resampler = sound.sampleRateHz === sampleRateHz
      ? undefined
      : Resampler.between(sound.sampleRateHz, sampleRateHz);
  }

  get frames(): number | undefined {
    const { frames } = this.#sound;
    return frames === undefined ? undefined : this.#resampler?.length(frames) ?? frames;
  }

  read(firstFrame: number, frames: number): Promise<Float32Array<ArrayBuffer>> {
    invariant(
      Number.isSafeInteger(firstFrame) && Number.isInteger(frames) && frames >= 0 && frames <= maxReadFrames,
      `streams: expected a read of at most ${maxReadFrames} frames, found ${frames} from ${firstFrame} on`,
    );
    return this.#afterOthers(async () => {
      const all = new Float32Array(frames * this.channels);
      for (let at = 0; at < frames; at += maxPieceFrames) {
        const count = Math.min(maxPieceFrames, frames - at);
        const outputs = Array.from(
          { length: this.channels },
          (_, channel) => all.subarray(channel * frames + at, channel * frames + at + count),
        );
        await this.#readPiece(firstFrame + at, outputs);
      }
      return all;
    });
  }

  async #readPiece(first: number, outputs: readonly Float32Array[]): Promise<void> {
    const frames = outputs[0].length;
    const known = this.frames;
    if (first + frames <= 0 || (known !== undefined && first >= known)) return;
    if (this.#resampler === undefined) return await this.#readFile(first, outputs);
    const window = this.#resampler.window(first, frames);
    const inputs = Array.from({ length: this.channels }, () => new Float32Array(window.frames));
    await this.#readFile(window.first, inputs);
    this.#resampler.resample(first, inputs, outputs);
    // what the filter rings behind the end and before the beginning is not part of the sound
    const end = this.frames ?? Infinity;
    outputs.forEach((output) => {
      if (first < 0) output.fill(0, 0, -first);
      if (first + frames > end) output.fill(0, Math.max(0, end - first));
    });
  }

  /** Frames of the file into arrays that hold silence. */
  async #readFile(first: number, rooms: readonly Float32Array[]): Promise<void> {
    const before = Math.max(0, -first);
    const count = rooms[0].length - before;
    if (count <= 0) return;
    const sides = await this.#sound.read(first + before, count);
    sides.forEach((side, channel) => rooms[channel].set(side, before));
  }

  measure(): Promise<number> {
    return this.#afterOthers(async () => {
      await this.#sound.measure();
      return this.frames!;
    });
  }

  close(): Promise<void> {
    return this.#afterOthers(() => Promise.resolve(this.#bytes.close()));
  }

  #afterOthers<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work).catch((cause) => {
      throw sourceError(this.path, cause);
    });
    this.#last = result.catch(() => {});
    return result;
  }
}

/** What a reader or the system has said, with the file's name; other errors are those of the program, and stay what they are. */
export function sourceError(path: string, cause: unknown): unknown {
  const isTold = cause instanceof SoundFileError || cause instanceof Deno.errors.NotFound ||
    cause instanceof Deno.errors.PermissionDenied || cause instanceof Deno.errors.NotCapable;
  if (isTold) return new SourceError(path, messageOf(cause), { cause });
  return isSystemError(cause) ? new SourceError(path, `cannot be read: ${cause.message}`, { cause }) : cause;
}

function messageOf(cause: Error): string {
  if (cause instanceof SoundFileError) return cause.message;
  if (cause instanceof Deno.errors.NotFound) return "there is no such file; put it there or name another one";
  return "it may not be read; give the engine's user the right to";
}

function isSystemError(cause: unknown): cause is Error {
  return cause instanceof Error &&
    ("code" in cause || Object.values(Deno.errors).some((kind) => cause instanceof kind));
}

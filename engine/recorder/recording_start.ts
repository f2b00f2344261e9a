import type { SampleFormat } from "../render/sample_format.ts";

/** Files that a recording can be: WAV with floats, which are the samples themselves, or with integers, or FLAC. */
export type RecordingFormat = "wav32f" | "wav24" | "wav16" | "flac24" | "flac16";

/** Samples in the files of a format. */
export function samplesOf(format: RecordingFormat): SampleFormat {
  return format.replace(/^(wav|flac)/, "") as SampleFormat;
}

/** Where and when a recording began: everything that its file says at its beginning. Crosses threads, and processes as JSON. */
export interface RecordingStart {
  /** Absolute. */
  readonly path: string;
  readonly format: RecordingFormat;
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly blockFrames: number;
  /** Number of its first block, unsigned. */
  readonly block: number;
  /** The same in frames since the engine, or its session, began. */
  readonly frame: number;
  /** Milliseconds since 1970 when the device took that block. */
  readonly unixMs: number;
  readonly patch: string;
  readonly version: string;
  /** Name of the session that is recorded beside it; omitted: none. */
  readonly session?: string;
}

/** A sentence for people and programs: `block` and `frame` tie the file to the session. */
export function describeStart({ patch, block, blockFrames, frame, session }: RecordingStart): string {
  const beside = session === undefined ? "" : ` of ${session}`;
  return `${patch}: block ${block} (${blockFrames} frames), frame ${frame}${beside}`;
}

/** Date, time of day and frames since midnight where the engine runs. */
export function momentOf({ unixMs, sampleRateHz }: RecordingStart) {
  const moment = new Date(unixMs);
  const two = (value: number) => String(value).padStart(2, "0");
  const midnight = new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime();
  return {
    date: `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`,
    time: [moment.getHours(), moment.getMinutes(), moment.getSeconds()].map(two).join(":"),
    framesSinceMidnight: Math.round((unixMs - midnight) / 1_000 * sampleRateHz),
  };
}

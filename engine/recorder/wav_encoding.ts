/**
 * A recording as a WAV file. Its beginning says what is there at every moment, as RIFF or, beyond 4 GiB, as RF64. `bext` (EBU Tech 3285)
 * has the moment of the first frame, and cue points mark what was lost. Recorder thread.
 */
import { joinBytes } from "../../foundation/join_bytes.ts";
import { sampleBytes, SampleEncoder } from "../render/sample_format.ts";
import { type WavHeader, wavHeader } from "../render/wav_header.ts";
import type { Encoded, Encoding, Loss } from "./encoding.ts";
import { describeStart, momentOf, type RecordingStart, samplesOf } from "./recording_start.ts";

/** Marks of lost sound at most; further ones are in the log alone. */
const maxMarks = 1_000;

export class WavEncoding implements Encoding {
  readonly headerFollows = true;
  readonly #header: Omit<WavHeader, "frames">;
  readonly #encoder: SampleEncoder;
  #frames: number;

  /**
   * @param frames frames that the file has already
   * @param maxRiffBytes largest RIFF file, 4 GiB by default
   */
  constructor(start: RecordingStart, frames: number, maxRiffBytes?: number) {
    const { channels, sampleRateHz } = start;
    const format = samplesOf(start.format);
    this.#header = {
      channels,
      sampleRateHz,
      format,
      hasRoom: true,
      chunks: broadcastChunk(start),
      maxRiffBytes,
    };
    this.#encoder = new SampleEncoder(format, ditherSeedOf(start, frames));
    this.#frames = frames;
  }

  header(frames: number): Uint8Array<ArrayBuffer> {
    return wavHeader({ ...this.#header, frames });
  }

  encode(samples: Float32Array<ArrayBuffer>): Encoded {
    this.#frames += samples.length / this.#header.channels;
    return { bytes: this.#encoder.encode(samples), frames: this.#frames };
  }

  finish(): Encoded {
    return { bytes: new Uint8Array(), frames: this.#frames };
  }

  close(losses: readonly Loss[]) {
    const { channels, format } = this.#header;
    const padding = this.#frames * channels * sampleBytes(format) % 2; // chunks begin at even bytes
    const marks = losses.length === 0 ? new Uint8Array() : markChunks(losses.slice(0, maxMarks));
    return {
      tail: joinBytes([new Uint8Array(padding), marks]),
      header: wavHeader({ ...this.#header, frames: this.#frames, tailBytes: marks.length }),
    };
  }
}

/**
 * 16 bits are dithered: without it, a fade-out ends in distortion that can be heard. 24 bits are rounded: their error lies below the noise
 * of every converter. A recording that is gone on with takes other noise.
 */
export function ditherSeedOf({ format }: RecordingStart, frames: number): number | undefined {
  return samplesOf(format) === "16" ? 1 + frames : undefined;
}

/** The `bext` chunk of version 1. */
function broadcastChunk(start: RecordingStart): Uint8Array {
  const bytes = new Uint8Array(8 + 602);
  const view = new DataView(bytes.buffer);
  const text = (at: number, room: number, value: string) =>
    new TextEncoder().encodeInto(value, bytes.subarray(8 + at, 8 + at + room));
  const { date, time, framesSinceMidnight } = momentOf(start);
  new TextEncoder().encodeInto("bext", bytes);
  view.setUint32(4, bytes.length - 8, true);
  text(0, 256, describeStart(start));
  text(256, 32, `Understudy ${start.version}`);
  text(288, 32, `block ${start.block}`);
  text(320, 10, date);
  text(330, 8, time);
  view.setBigUint64(8 + 338, BigInt(framesSinceMidnight), true);
  view.setUint16(8 + 346, 1, true);
  return bytes;
}

/** Cue points with a label each. */
function markChunks(losses: readonly Loss[]): Uint8Array {
  const cues = losses.map(({ frame }, index) => {
    const bytes = new Uint8Array(24);
    const view = new DataView(bytes.buffer);
    const place = Math.min(frame, 2 ** 32 - 1);
    view.setUint32(0, index + 1, true);
    view.setUint32(4, place, true);
    new TextEncoder().encodeInto("data", bytes.subarray(8));
    view.setUint32(20, place, true);
    return bytes;
  });
  const labels = losses.map(({ frames }, index) =>
    chunk("labl", [word(index + 1), new TextEncoder().encode(`lost ${frames} frames\0`)])
  );
  return joinBytes([
    chunk("cue ", [word(cues.length), ...cues]),
    chunk("LIST", [new TextEncoder().encode("adtl"), ...labels]),
  ]);
}

function chunk(id: string, parts: readonly Uint8Array[]): Uint8Array {
  const content = joinBytes(parts);
  return joinBytes([
    new TextEncoder().encode(id),
    word(content.length),
    content,
    new Uint8Array(content.length % 2),
  ]);
}

function word(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

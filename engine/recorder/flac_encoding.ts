/**
 * A recording as a FLAC file, which is whole up to its last frame at every moment; its length stands in it once it is closed. Comments have the
 * moment of the first frame. Source: RFC 9639. Recorder thread.
 */
import type { Hash } from "node:crypto";
import process from "node:process";
import { joinBytes } from "../../foundation/join_bytes.ts";
import { SampleEncoder } from "../render/sample_format.ts";
import type { Encoded, Encoding, Loss } from "./encoding.ts";
import { flacBlockFrames, FlacEncoder, type FlacFormat } from "./flac_encoder.ts";
import { describeStart, momentOf, type RecordingStart, samplesOf } from "./recording_start.ts";
import { ditherSeedOf } from "./wav_encoding.ts";

/** Length of the beginning, with room for what is known at the end. */
const headerBytes = 8_192;
/** Marks of lost sound at most, so that they fit; further ones are in the log alone. */
const maxMarks = 100;

export class FlacEncoding implements Encoding {
  readonly headerFollows = false;
  readonly #format: FlacFormat;
  readonly #comments: readonly string[];
  readonly #integers: SampleEncoder;
  readonly #encoder: FlacEncoder;
  /** Of all samples; undefined: another process has encoded the first of them. */
  readonly #md5: Hash | undefined;
  /** Samples that fill no block yet. */
  #rest = new Int32Array();
  #frames: number;

  /** @param frames frames that the file has already: whole blocks */
  constructor(start: RecordingStart, frames: number) {
    const { channels, sampleRateHz } = start;
    this.#format = { channels, sampleRateHz, bits: samplesOf(start.format) === "16" ? 16 : 24 };
    this.#comments = commentsOf(start);
    this.#integers = new SampleEncoder(samplesOf(start.format), ditherSeedOf(start, frames));
    this.#encoder = new FlacEncoder(this.#format, frames / flacBlockFrames);
    this.#md5 = frames === 0 ? process.getBuiltinModule("node:crypto").createHash("md5") : undefined;
    this.#frames = frames;
  }

  header(): Uint8Array<ArrayBuffer> {
    return this.#headerOf({ frames: 0 }, []);
  }

  encode(samples: Float32Array<ArrayBuffer>): Encoded {
    const integers = this.#integers.integers(samples);
    this.#md5?.update(bytesOf(integers, this.#format.bits / 8));
    const waiting = new Int32Array(this.#rest.length + integers.length);
    waiting.set(this.#rest);
    waiting.set(integers, this.#rest.length);
    const step = flacBlockFrames * this.#format.channels;
    const blocks: Uint8Array[] = [];
    let at = 0;
    for (; at + step <= waiting.length; at += step) {
      blocks.push(this.#encoder.encode(waiting.subarray(at, at + step)));
    }
    this.#rest = waiting.slice(at);
    this.#frames += blocks.length * flacBlockFrames;
    return { bytes: joinBytes(blocks), frames: this.#frames };
  }

  finish(): Encoded {
    const bytes = this.#rest.length === 0 ? new Uint8Array() : this.#encoder.encode(this.#rest);
    this.#frames += this.#rest.length / this.#format.channels;
    this.#rest = new Int32Array();
    return { bytes, frames: this.#frames };
  }

  close(losses: readonly Loss[]) {
    const lost = losses.slice(0, maxMarks).map(({ frame, frames }) =>
      `UNDERSTUDY_LOST=frame ${frame}: ${frames} frames`
    );
    const md5 = this.#md5?.digest();
    return { tail: new Uint8Array(), header: this.#headerOf({ frames: this.#frames, md5 }, lost) };
  }

  #headerOf(known: Pick<FlacHeader, "frames" | "md5">, more: readonly string[]): Uint8Array<ArrayBuffer> {
    return flacHeader({
      ...this.#format,
      ...known,
      comments: [...this.#comments, ...more],
      bytes: headerBytes,
    });
  }
}

function commentsOf(start: RecordingStart): string[] {
  const { date, time, framesSinceMidnight } = momentOf(start);
  return [
    `DESCRIPTION=${describeStart(start)}`,
    `ENCODER=Understudy ${start.version}`,
    `DATE=${date}T${time}`,
    `TIME_REFERENCE=${framesSinceMidnight}`,
    `UNDERSTUDY_BLOCK=${start.block}`,
    `UNDERSTUDY_FRAME=${start.frame}`,
  ];
}

function bytesOf(samples: Int32Array, size: number): Uint8Array {
  const bytes = new Uint8Array(samples.length * size);
  let at = 0;
  for (const value of samples) for (let byte = 0; byte < size; byte++) bytes[at++] = value >> (byte * 8);
  return bytes;
}

export interface FlacHeader extends FlacFormat {
  /** All frames of the file; 0: it has not been closed. */
  readonly frames: number;
  /** MD5 of the samples as little-endian integers; omitted: not known. */
  readonly md5?: Uint8Array;
  /** Comments such as `TITLE=…`. */
  readonly comments: readonly string[];
  /** Length of the whole beginning, filled up with padding; omitted: none. */
  readonly bytes?: number;
}

/** Marker, `STREAMINFO`, and comments. */
export function flacHeader(header: FlacHeader): Uint8Array<ArrayBuffer> {
  const comments = joinBytes([
    sized("Understudy"),
    word(header.comments.length),
    ...header.comments.map(sized),
  ]);
  const marker = new TextEncoder().encode("fLaC");
  const info = block(0, streamInfo(header));
  if (header.bytes === undefined) return joinBytes([marker, info, block(last | 4, comments)]);
  const content = joinBytes([marker, info, block(4, comments)]);
  return joinBytes([content, block(last | 1, new Uint8Array(header.bytes - content.length - 4))]);
}

/** Bit of the type of the last block before the frames. */
const last = 0x80;

function streamInfo({ channels, sampleRateHz, bits, frames, md5 }: FlacHeader): Uint8Array {
  const info = new Uint8Array(34);
  const view = new DataView(info.buffer);
  view.setUint16(0, flacBlockFrames);
  view.setUint16(2, flacBlockFrames);
  // sizes of frames are not known: 0; then 20 bits of rate, 3 of channels, 5 of bits, 36 of frames
  const rest = (BigInt(sampleRateHz) << 44n) | (BigInt(channels - 1) << 41n) | (BigInt(bits - 1) << 36n) |
    (BigInt(frames) & 0xF_FFFF_FFFFn);
  view.setBigUint64(10, rest);
  if (md5) info.set(md5, 18);
  return info;
}

function block(type: number, content: Uint8Array): Uint8Array {
  const { length } = content;
  return joinBytes([new Uint8Array([type, length >> 16, length >> 8, length]), content]);
}

function sized(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  return joinBytes([word(bytes.length), bytes]);
}

function word(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

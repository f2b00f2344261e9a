/** RIFF and IFF files made of parts, right or wrong, for the readers of sound files. */

import { joinBytes } from "../../foundation/join_bytes.ts";

/** Numbers one after the other, as many bytes each as its name says. */
export function packed(
  littleEndian: boolean,
  ...numbers: readonly (readonly [bytes: 1 | 2 | 4 | 8, value: number])[]
): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(numbers.reduce((sum, [bytes]) => sum + bytes, 0));
  const view = new DataView(all.buffer);
  let at = 0;
  for (const [bytes, value] of numbers) {
    if (bytes === 1) view.setUint8(at, value);
    else if (bytes === 2) view.setUint16(at, value, littleEndian);
    else if (bytes === 4) view.setUint32(at, value, littleEndian);
    else view.setBigUint64(at, BigInt(value), littleEndian);
    at += bytes;
  }
  return all;
}

/** Bytes one after the other; a text gives its letters. */
export function joined(...parts: readonly (Uint8Array | string)[]): Uint8Array<ArrayBuffer> {
  return joinBytes(
    parts.map((part) =>
      typeof part === "string" ? Uint8Array.from(part, (letter) => letter.charCodeAt(0)) : part
    ),
  );
}

export interface ChunkOptions {
  readonly littleEndian?: boolean;
  /** The size that it states, where it is another one. */
  readonly size?: number;
  /** Whether a byte follows that makes its size even; the rule. */
  readonly padded?: boolean;
}

/** A part of a RIFF file. */
export function chunk(
  id: string,
  content: Uint8Array,
  { littleEndian = true, size = content.length, padded = true }: ChunkOptions = {},
): Uint8Array<ArrayBuffer> {
  const pad = new Uint8Array(padded && content.length % 2 === 1 ? 1 : 0);
  return joined(id, packed(littleEndian, [4, size]), content, pad);
}

export interface WavFormat {
  readonly tag?: number;
  readonly channels?: number;
  readonly sampleRateHz?: number;
  readonly bits?: number;
  readonly blockAlign?: number;
  readonly bytesPerSecond?: number;
  /** Format of WAVE_FORMAT_EXTENSIBLE, whose tag is 0xFFFE. */
  readonly subFormat?: number;
  /** Of them, those that count; the upper ones. */
  readonly validBits?: number;
}

/** The part `fmt `; 16-bit mono unless told otherwise. */
export function wavFormat(format: WavFormat = {}): Uint8Array<ArrayBuffer> {
  const { channels = 1, sampleRateHz = 48_000, bits = 16, subFormat, validBits = bits } = format;
  const { blockAlign = channels * Math.ceil(bits / 8), tag = subFormat === undefined ? 1 : 0xfffe } = format;
  const { bytesPerSecond = blockAlign * sampleRateHz } = format;
  const fields = packed(
    true,
    ...[[2, tag], [2, channels], [4, sampleRateHz], [4, bytesPerSecond], [2, blockAlign], [2, bits]] as const,
  );
  if (subFormat === undefined) return chunk("fmt ", fields);
  const extension = packed(true, [2, 22], [2, validBits], [4, 2 ** channels - 1], [4, subFormat], [2, 0], [
    2,
    0x10,
  ]);
  return chunk("fmt ", joined(fields, extension, Uint8Array.of(0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71)));
}

/** A file of parts. */
export function wav(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const body = joined("WAVE", ...parts);
  return joined("RIFF", packed(true, [4, body.length]), body);
}

/** A loop of the part `smpl`. */
export interface SamplerLoop {
  readonly start: number;
  readonly last: number;
  readonly type?: number;
  readonly playCount?: number;
}

/** The part `smpl`. */
export function samplerChunk(
  loops: readonly SamplerLoop[],
  { unity = 60, fraction = 0, count = loops.length }: { unity?: number; fraction?: number; count?: number } =
    {},
): Uint8Array<ArrayBuffer> {
  const head = [0, 0, 0, unity, fraction, 0, 0, count, 0].map((value) => [4, value] as const);
  const rest = loops.flatMap(({ start, last, type = 0, playCount = 0 }) =>
    [0, type, start, last, 0, playCount].map((value) => [4, value] as const)
  );
  return chunk("smpl", packed(true, ...head, ...rest));
}

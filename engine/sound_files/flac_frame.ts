/** Frames of FLAC (RFC 9639), each of which is decoded by itself: 1 to 8 channels of 4 to 32 bits. */
import { BitReader } from "./bit_reader.ts";
import { SoundFileError } from "./sound_file_error.ts";

/** The description of a stream is as long. */
export const flacInfoBytes = 34;

export function flacDamaged(how: string): SoundFileError {
  return new SoundFileError(`it is damaged: ${how}`, "copy or export it again");
}

/** What all frames of a stream have in common. */
export interface FlacFormat {
  readonly channels: number;
  readonly bits: number;
  readonly sampleRateHz: number;
}

/** The description of a stream (STREAMINFO). */
export interface FlacInfo extends FlacFormat {
  /** 0: not known. */
  readonly frames: number;
  /** Hexadecimal; all zeros: not known. */
  readonly md5: string;
  /** The largest frame; 0: not known. */
  readonly maxFrameBytes: number;
  /** Frames of sound in each block but the last, where all have as many; else the least. */
  readonly minBlockFrames: number;
}

/** Reads the description, which begins at a byte. Throws SoundFileError. */
export function readFlacInfo(bytes: Uint8Array, start: number): FlacInfo {
  if (start + flacInfoBytes > bytes.length) throw flacDamaged("its description is too short");
  const minBlockFrames = bytes[start] << 8 | bytes[start + 1];
  const maxFrameBytes = bytes[start + 7] << 16 | bytes[start + 8] << 8 | bytes[start + 9];
  const reader = new BitReader(bytes, start + 10);
  const sampleRateHz = reader.unsigned(20);
  const channels = reader.unsigned(3) + 1;
  const bits = reader.unsigned(5) + 1;
  const frames = reader.unsigned(4) * 2 ** 32 + reader.unsigned(32);
  const md5 = Array.from(
    bytes.subarray(start + 18, start + flacInfoBytes),
    (byte) => byte.toString(16).padStart(2, "0"),
  );
  return { sampleRateHz, channels, bits, frames, md5: md5.join(""), maxFrameBytes, minBlockFrames };
}

/** Tables of a CRC of 8 or 16 bits, most significant bit first. */
function crcTable(polynomial: number, bits: 8 | 16): Uint16Array {
  return Uint16Array.from({ length: 256 }, (_, byte) => {
    let crc = byte << bits - 8;
    for (let bit = 0; bit < 8; bit++) {
      crc = (crc << 1 ^ (crc & 1 << bits - 1 ? polynomial : 0)) & 2 ** bits - 1;
    }
    return crc;
  });
}

const crc8Table = crcTable(0x07, 8);
const crc16Table = crcTable(0x8005, 16);

function crc8(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0;
  for (let at = from; at < to; at++) crc = crc8Table[crc ^ bytes[at]];
  return crc & 0xff;
}

function crc16(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0;
  for (let at = from; at < to; at++) crc = crc << 8 & 0xffff ^ crc16Table[crc >> 8 ^ bytes[at]];
  return crc;
}

/** How the two channels of a frame are stored. */
const assignments = { leftSide: 8, sideRight: 9, midSide: 10 };

const bitsByCode = [0, 8, 12, -1, 16, 20, 24, 32];
const ratesByCode = [
  0,
  88_200,
  176_400,
  192_000,
  8_000,
  16_000,
  22_050,
  24_000,
  32_000,
  44_100,
  48_000,
  96_000,
];

export interface FlacFrameHeader extends FlacFormat {
  readonly blockFrames: number;
  readonly assignment: number;
  /** Number of its first frame of sound, or of the block where all blocks have as many frames. */
  readonly number: number;
  readonly isCountedInBlocks: boolean;
}

const fixedCoefficients: readonly (readonly number[])[] = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]];

/** A header, and the reader of what follows it. */
export interface FlacFrameHead {
  readonly header: FlacFrameHeader;
  readonly reader: BitReader;
}

/** The header of the frame that begins at a byte; undefined where none does. */
export function readFlacFrameHead(
  bytes: Uint8Array,
  from: number,
  info: FlacFormat,
): FlacFrameHead | undefined {
  const reader = new BitReader(bytes, from);
  const mark = reader.unsigned(16);
  if (mark >> 1 !== 0xfff8 >> 1) return;
  const [sizeCode, rateCode, assignment, bitsCode, reserved] = [4, 4, 4, 3, 1].map((bits) =>
    reader.unsigned(bits)
  );
  const first = reader.unsigned(8);
  const ones = Math.clz32(~(first << 24)); // the number of the frame, as UTF-8 would write it
  if (ones === 1 || ones > 7) return;
  let number = ones === 0 ? first : first & 2 ** (7 - ones) - 1;
  for (let more = 1; more < ones; more++) {
    const byte = reader.unsigned(8);
    if (byte >> 6 !== 2) return;
    number = number * 64 + (byte & 63);
  }
  const blockFrames = sizeCode === 1
    ? 192
    : sizeCode <= 5
    ? 576 << sizeCode - 2
    : sizeCode <= 7
    ? reader.unsigned(sizeCode === 6 ? 8 : 16) + 1
    : 256 << sizeCode - 8;
  const rateHz = rateCode < 12
    ? ratesByCode[rateCode]
    : rateCode === 12
    ? reader.unsigned(8) * 1_000
    : reader.unsigned(16) * (rateCode === 14 ? 10 : 1);
  const isValid = sizeCode !== 0 && rateCode !== 15 && assignment <= 10 && bitsByCode[bitsCode] >= 0 &&
    reserved === 0;
  const end = reader.byte;
  if (!isValid || crc8(bytes, from, end) !== reader.unsigned(8)) return;
  const header: FlacFrameHeader = {
    ...{
      blockFrames,
      assignment,
      number,
      isCountedInBlocks: (mark & 1) === 0,
      channels: assignment < 8 ? assignment + 1 : 2,
    },
    bits: bitsByCode[bitsCode] || info.bits,
    sampleRateHz: rateHz || info.sampleRateHz,
  };
  return { header, reader };
}

/**
 * Decodes the rest of a frame into integers, an array for each channel, which are as long as its block at least.
 *
 * @returns the byte behind the frame; undefined where the bytes end before
 * @throws {SoundFileError} where the frame is damaged
 */
export function decodeFlacFrame(
  bytes: Uint8Array,
  from: number,
  { head: { header, reader }, work }: {
    readonly head: FlacFrameHead;
    readonly work: readonly Float64Array[];
  },
): number | undefined {
  const { blockFrames, channels, bits, assignment } = header;
  for (let channel = 0; channel < channels; channel++) {
    const isSide = assignment === assignments.sideRight ? channel === 0 : assignment >= 8 && channel === 1;
    readSubframe(reader, work[channel].subarray(0, blockFrames), bits + (isSide ? 1 : 0));
    if (reader.isBeyond) return;
  }
  reader.align();
  const end = reader.byte;
  if (end + 2 > bytes.length) return;
  if (crc16(bytes, from, end) !== (bytes[end] << 8 | bytes[end + 1])) {
    throw flacDamaged(`the frame at byte ${from} has a wrong checksum`);
  }
  decorrelate(work, assignment, blockFrames);
  return end + 2;
}

function decorrelate(work: readonly Float64Array[], assignment: number, blockFrames: number): void {
  if (assignment < 8) return;
  const [first, second] = work;
  for (let at = 0; at < blockFrames; at++) {
    const [a, b] = [first[at], second[at]];
    if (assignment === assignments.leftSide) second[at] = a - b;
    else if (assignment === assignments.sideRight) first[at] = a + b;
    else {
      const sum = a * 2 + (Math.abs(b) % 2);
      first[at] = (sum + b) / 2;
      second[at] = (sum - b) / 2;
    }
  }
}

/** One channel of a frame. */
function readSubframe(reader: BitReader, output: Float64Array, fullBits: number): void {
  if (reader.unsigned(1) !== 0) throw flacDamaged("a channel of a frame begins wrongly");
  const type = reader.unsigned(6);
  const wasted = reader.unsigned(1) === 1 ? reader.zeros() + 1 : 0;
  const bits = fullBits - wasted;
  if (bits < 1) throw flacDamaged("a frame has no bits left");
  if (type === 0) output.fill(reader.signed(bits));
  else if (type === 1) { for (let at = 0; at < output.length; at++) output[at] = reader.signed(bits); }
  else if (type >= 8 && type <= 12) {
    readWarmUp(reader, output, type - 8, bits);
    readResidual(reader, output, type - 8);
    predict(output, fixedCoefficients[type - 8], 1);
  } else if (type >= 32) {
    const order = type - 31;
    readWarmUp(reader, output, order, bits);
    const precision = reader.unsigned(4) + 1;
    const shift = reader.signed(5);
    if (precision === 16 || shift < 0) throw flacDamaged("a frame has an invalid predictor");
    const coefficients = Array.from({ length: order }, () => reader.signed(precision));
    readResidual(reader, output, order);
    predict(output, coefficients, 2 ** shift);
  } else throw flacDamaged("a channel of a frame is of an unknown kind");
  if (wasted > 0) { for (let at = 0; at < output.length; at++) output[at] *= 2 ** wasted; }
}

function readWarmUp(reader: BitReader, output: Float64Array, order: number, bits: number): void {
  if (order > output.length) throw flacDamaged("a frame is shorter than its predictor");
  for (let at = 0; at < order; at++) output[at] = reader.signed(bits);
}

/** Differences from the prediction, by Rice's code in partitions. */
function readResidual(reader: BitReader, output: Float64Array, order: number): void {
  const method = reader.unsigned(2);
  if (method > 1) throw flacDamaged("a frame codes its residual in an unknown way");
  const parameterBits = method === 0 ? 4 : 5;
  const partitions = 2 ** reader.unsigned(4);
  const partitionFrames = output.length / partitions;
  if (!Number.isInteger(partitionFrames) || partitionFrames < order) {
    throw flacDamaged("a frame has invalid partitions");
  }
  let at = order;
  for (let partition = 1; partition <= partitions; partition++) {
    const end = partition * partitionFrames;
    const parameter = reader.unsigned(parameterBits);
    if (parameter === 2 ** parameterBits - 1) {
      const bits = reader.unsigned(5);
      for (; at < end; at++) output[at] = reader.signed(bits);
      continue;
    }
    const step = 2 ** parameter;
    for (; at < end; at++) {
      const folded = reader.zeros() * step + reader.unsigned(parameter);
      output[at] = folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
    }
    if (reader.isBeyond) return; // the caller reports it
  }
}

/** Adds what the frames before predict. Sums stay below 2^53, so they are exact. */
function predict(output: Float64Array, coefficients: readonly number[], divisor: number): void {
  const order = coefficients.length;
  for (let at = order; at < output.length; at++) {
    let sum = 0;
    for (let back = 0; back < order; back++) sum += coefficients[back] * output[at - 1 - back];
    output[at] += Math.floor(sum / divisor);
  }
}

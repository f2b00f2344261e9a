/**
 * FLAC (RFC 9639), all of it but for more than two channels: 4 to 32 bits, blocks of any size, streams that do not know their
 * length. Every frame is checked by its CRC and the whole by its MD5, so what is returned is what was encoded.
 */
import { joinBlocks } from "./join_blocks.ts";
import { createHash, type Hash } from "node:crypto";
import { BitReader } from "../sound_files/bit_reader.ts";
import { idAt } from "../sound_files/chunks.ts";
import { readSamplerChunk } from "./sampler_chunk.ts";
import type { SoundFile } from "./sound_file.ts";
import { SoundFileError } from "../sound_files/sound_file_error.ts";
import { checkFrames, checkSoundFormat } from "./sound_format.ts";

/** What all frames of a stream have in common. */
interface StreamFormat {
  readonly channels: number;
  readonly bits: number;
  readonly sampleRateHz: number;
}

interface StreamInfo extends StreamFormat {
  /** 0: not known. */
  readonly frames: number;
  /** Hexadecimal; all zeros: not known. */
  readonly md5: string;
}

const noMd5 = "0".repeat(32);
const infoBytes = 34;
const blockTypes = { info: 0, application: 2, invalid: 127 };

/** What may follow the last frame: tags of other formats, and zeros. */
const trailers = /^(TAG|ID3|APETAGEX|LYRICSBEGIN|\0)/;

/** Whether a file begins as FLAC. */
export function isFlac(bytes: Uint8Array): boolean {
  return idAt(bytes, 0) === "fLaC";
}

/** Decodes a FLAC file. Throws SoundFileError. */
export function readFlac(bytes: Uint8Array): SoundFile {
  const { info, smpl, end } = readMetadata(bytes);
  checkSoundFormat({ ...info, frames: info.frames });
  const stream = new FlacStream(info);
  let at = end;
  while (stream.isFrame(bytes, at)) at = stream.decode(bytes, at);
  const { frames } = stream;
  const isWhole = info.md5 !== noMd5 && stream.md5() === info.md5;
  if (!isWhole) {
    const isOver = at === bytes.length || trailers.test(idAt(bytes, at) + "\0");
    if (frames < info.frames && at === bytes.length) {
      throw new SoundFileError(
        `it breaks off after ${frames} of ${info.frames} frames`,
        "copy or export it again",
      );
    }
    if (!isOver && (info.frames === 0 || frames < info.frames)) {
      throw damaged(`no frame begins at byte ${at}`);
    }
    if (info.frames !== 0 && frames !== info.frames) {
      throw damaged(`it has ${frames} of ${info.frames} frames`);
    }
    if (info.md5 !== noMd5) throw damaged("its MD5 is another one");
  }
  const pitch = readSamplerChunk(smpl, undefined, true);
  return { ...pitch, channels: stream.sound(), sampleRateHz: stream.format.sampleRateHz };
}

function damaged(how: string): SoundFileError {
  return new SoundFileError(`it is damaged: ${how}`, "copy or export it again");
}

interface Metadata {
  readonly info: StreamInfo;
  /** The chunk of a WAV file that the encoder has kept. */
  readonly smpl: DataView | undefined;
  /** Offset of the first frame. */
  readonly end: number;
}

function readMetadata(bytes: Uint8Array): Metadata {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let info: StreamInfo | undefined;
  let smpl: DataView | undefined;
  let isLast = false;
  let at = 4;
  while (!isLast) {
    if (at + 4 > bytes.length) throw damaged("it ends before its sound");
    const head = view.getUint32(at);
    isLast = head >= 2 ** 31;
    const [type, size] = [head >>> 24 & 127, head & 0xff_ffff];
    const start = at + 4;
    at = start + size;
    if (at > bytes.length || type === blockTypes.invalid) throw damaged("its metadata does not end");
    if (type === blockTypes.info && info === undefined) {
      if (size < infoBytes) throw damaged("its description is too short");
      info = readInfo(bytes, start);
    }
    if (
      type === blockTypes.application && idAt(bytes, start) === "riff" && idAt(bytes, start + 4) === "smpl"
    ) {
      smpl ??= new DataView(
        bytes.buffer,
        bytes.byteOffset + Math.min(start + 12, at),
        Math.max(0, size - 12),
      );
    }
  }
  if (info === undefined) throw damaged("it has no description (STREAMINFO)");
  return { info, smpl, end: at };
}

function readInfo(bytes: Uint8Array, start: number): StreamInfo {
  const reader = new BitReader(bytes, start + 10);
  const sampleRateHz = reader.unsigned(20);
  const channels = reader.unsigned(3) + 1;
  const bits = reader.unsigned(5) + 1;
  const frames = reader.unsigned(4) * 2 ** 32 + reader.unsigned(32);
  const md5 = Array.from(
    bytes.subarray(start + 18, start + infoBytes),
    (byte) => byte.toString(16).padStart(2, "0"),
  );
  return { sampleRateHz, channels, bits, frames, md5: md5.join("") };
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

interface FrameHeader extends StreamFormat {
  readonly blockFrames: number;
  readonly assignment: number;
}

const fixedCoefficients: readonly (readonly number[])[] = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]];

/** Decodes frames one after the other, and keeps what they hold. */
class FlacStream {
  readonly #info: StreamInfo;
  #format: StreamFormat | undefined;
  readonly #blocks: Float32Array[][] = [];
  #frames = 0;
  readonly #md5: Hash | undefined;
  #work: readonly Float64Array[] = [];

  constructor(info: StreamInfo) {
    this.#info = info;
    this.#md5 = info.md5 === noMd5 ? undefined : createHash("md5");
  }

  get frames(): number {
    return this.#frames;
  }

  /** As the frames state it, which counts more than the description. */
  get format(): StreamFormat {
    return this.#format ?? this.#info;
  }

  /** Whether a frame begins here; what has its mark and is none is damage where frames are missing. */
  isFrame(bytes: Uint8Array, at: number): boolean {
    if (bytes[at] !== 0xff || (bytes[at + 1] & 0xfe) !== 0xf8) return false;
    return this.#info.frames === 0 || this.#frames < this.#info.frames ||
      this.#readHeader(bytes, at) !== undefined;
  }

  /** The MD5 of everything so far, hexadecimal; ends it. */
  md5(): string {
    return this.#md5?.digest("hex") ?? noMd5;
  }

  /** All frames, a channel each. */
  sound(): Float32Array[] {
    return joinBlocks(this.#blocks, { channels: this.format.channels, frames: this.#frames });
  }

  /** Decodes the frame that begins at a byte, and returns the byte behind it. */
  decode(bytes: Uint8Array, from: number): number {
    const found = this.#readHeader(bytes, from);
    if (found === undefined) throw damaged(`the frame at byte ${from} has a wrong head`);
    const { header, reader } = found;
    this.#checkFormat(header);
    const { blockFrames, channels, bits, assignment } = header;
    if (!(this.#work[0]?.length >= blockFrames) || this.#work.length < channels) {
      this.#work = Array.from({ length: channels }, () => new Float64Array(blockFrames));
    }
    for (let channel = 0; channel < channels; channel++) {
      const isSide = assignment === assignments.sideRight ? channel === 0 : assignment >= 8 && channel === 1;
      readSubframe(reader, this.#work[channel].subarray(0, blockFrames), bits + (isSide ? 1 : 0));
      if (reader.isBeyond) throw breaksOff(this.#frames, this.#info.frames);
    }
    reader.align();
    const end = reader.byte;
    if (end + 2 > bytes.length) throw breaksOff(this.#frames, this.#info.frames);
    if (crc16(bytes, from, end) !== (bytes[end] << 8 | bytes[end + 1])) {
      throw damaged(`the frame at byte ${from} has a wrong checksum`);
    }
    this.#decorrelate(assignment, blockFrames);
    this.#keep(header);
    return end + 2;
  }

  #readHeader(bytes: Uint8Array, from: number): { header: FrameHeader; reader: BitReader } | undefined {
    const reader = new BitReader(bytes, from);
    reader.unsigned(16);
    const [sizeCode, rateCode, assignment, bitsCode, reserved] = [4, 4, 4, 3, 1].map((bits) =>
      reader.unsigned(bits)
    );
    const ones = Math.clz32(~(reader.unsigned(8) << 24)); // the number of the frame, as UTF-8 would write it
    if (ones === 1 || ones > 7) return;
    for (let more = 1; more < ones; more++) if (reader.unsigned(8) >> 6 !== 2) return;
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
    const header: FrameHeader = {
      ...{ blockFrames, assignment, channels: assignment < 8 ? assignment + 1 : 2 },
      bits: bitsByCode[bitsCode] || this.#info.bits,
      sampleRateHz: rateHz || this.#info.sampleRateHz,
    };
    return { header, reader };
  }

  #checkFormat({ channels, bits, sampleRateHz }: StreamFormat): void {
    if (this.#format === undefined) {
      checkSoundFormat({ channels, sampleRateHz });
      if (bits < 4) throw new SoundFileError(`expected 4 to 32 bits, found ${bits}`);
      this.#format = { channels, bits, sampleRateHz };
    }
    const { format } = this;
    if (channels === format.channels && bits === format.bits && sampleRateHz === format.sampleRateHz) return;
    const text = (one: StreamFormat) => `${one.channels} x ${one.bits} bits at ${one.sampleRateHz} Hz`;
    throw new SoundFileError(
      `it changes from ${text(format)} to ${
        text({ channels, bits, sampleRateHz })
      } after ${this.#frames} frames`,
      "export it as one",
    );
  }

  #decorrelate(assignment: number, blockFrames: number): void {
    if (assignment < 8) return;
    const [first, second] = this.#work;
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

  /** Takes the block into the sound and into the MD5. */
  #keep({ blockFrames, channels, bits }: FrameHeader): void {
    checkFrames(this.#frames + blockFrames);
    const scale = 2 ** (1 - bits);
    this.#blocks.push(
      this.#work.slice(0, channels).map((work) => {
        const block = new Float32Array(blockFrames);
        for (let at = 0; at < blockFrames; at++) block[at] = work[at] * scale;
        return block;
      }),
    );
    this.#frames += blockFrames;
    if (this.#md5 === undefined) return;
    const bytes = Math.ceil(bits / 8);
    const stored = new Uint8Array(blockFrames * channels * bytes);
    for (let channel = 0; channel < channels; channel++) {
      const work = this.#work[channel];
      for (let frame = 0, at = channel * bytes; frame < blockFrames; frame++, at += channels * bytes) {
        const value = work[frame] | 0;
        for (let byte = 0; byte < bytes; byte++) stored[at + byte] = value >> byte * 8;
      }
    }
    this.#md5.update(stored);
  }
}

function breaksOff(frames: number, announced: number): SoundFileError {
  return new SoundFileError(
    `it breaks off after ${frames} ${announced === 0 ? "" : `of ${announced} `}frames`,
    "copy or export it again",
  );
}

/** One channel of a frame. */
function readSubframe(reader: BitReader, output: Float64Array, fullBits: number): void {
  if (reader.unsigned(1) !== 0) throw damaged("a channel of a frame begins wrongly");
  const type = reader.unsigned(6);
  const wasted = reader.unsigned(1) === 1 ? reader.zeros() + 1 : 0;
  const bits = fullBits - wasted;
  if (bits < 1) throw damaged("a frame has no bits left");
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
    if (precision === 16 || shift < 0) throw damaged("a frame has an invalid predictor");
    const coefficients = Array.from({ length: order }, () => reader.signed(precision));
    readResidual(reader, output, order);
    predict(output, coefficients, 2 ** shift);
  } else throw damaged("a channel of a frame is of an unknown kind");
  if (wasted > 0) { for (let at = 0; at < output.length; at++) output[at] *= 2 ** wasted; }
}

function readWarmUp(reader: BitReader, output: Float64Array, order: number, bits: number): void {
  if (order > output.length) throw damaged("a frame is shorter than its predictor");
  for (let at = 0; at < order; at++) output[at] = reader.signed(bits);
}

/** Differences from the prediction, by Rice's code in partitions. */
function readResidual(reader: BitReader, output: Float64Array, order: number): void {
  const method = reader.unsigned(2);
  if (method > 1) throw damaged("a frame codes its residual in an unknown way");
  const parameterBits = method === 0 ? 4 : 5;
  const partitions = 2 ** reader.unsigned(4);
  const partitionFrames = output.length / partitions;
  if (!Number.isInteger(partitionFrames) || partitionFrames < order) {
    throw damaged("a frame has invalid partitions");
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

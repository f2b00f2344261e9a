/**
 * FLAC (RFC 9639), all of it but for more than two channels: 4 to 32 bits, blocks of any size, streams that do not know their
 * length. Every frame is checked by its CRC and the whole by its MD5, so what is returned is what was encoded.
 */
import { joinBlocks } from "./join_blocks.ts";
import { createHash, type Hash } from "node:crypto";
import { idAt } from "../sound_files/chunks.ts";
import {
  decodeFlacFrame,
  flacDamaged,
  type FlacFormat,
  type FlacFrameHeader,
  type FlacInfo,
  flacInfoBytes,
  readFlacFrameHead,
  readFlacInfo,
} from "../sound_files/flac_frame.ts";
import { readSamplerChunk } from "./sampler_chunk.ts";
import type { SoundFile } from "./sound_file.ts";
import { SoundFileError } from "../sound_files/sound_file_error.ts";
import { checkFrames, checkSoundFormat } from "./sound_format.ts";

const noMd5 = "0".repeat(32);
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
      throw flacDamaged(`no frame begins at byte ${at}`);
    }
    if (info.frames !== 0 && frames !== info.frames) {
      throw flacDamaged(`it has ${frames} of ${info.frames} frames`);
    }
    if (info.md5 !== noMd5) throw flacDamaged("its MD5 is another one");
  }
  const pitch = readSamplerChunk(smpl, undefined, true);
  return { ...pitch, channels: stream.sound(), sampleRateHz: stream.format.sampleRateHz };
}

interface Metadata {
  readonly info: FlacInfo;
  /** The chunk of a WAV file that the encoder has kept. */
  readonly smpl: DataView | undefined;
  /** Offset of the first frame. */
  readonly end: number;
}

function readMetadata(bytes: Uint8Array): Metadata {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let info: FlacInfo | undefined;
  let smpl: DataView | undefined;
  let isLast = false;
  let at = 4;
  while (!isLast) {
    if (at + 4 > bytes.length) throw flacDamaged("it ends before its sound");
    const head = view.getUint32(at);
    isLast = head >= 2 ** 31;
    const [type, size] = [head >>> 24 & 127, head & 0xff_ffff];
    const start = at + 4;
    at = start + size;
    if (at > bytes.length || type === blockTypes.invalid) throw flacDamaged("its metadata does not end");
    if (type === blockTypes.info && info === undefined) {
      if (size < flacInfoBytes) throw flacDamaged("its description is too short");
      info = readFlacInfo(bytes, start);
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
  if (info === undefined) throw flacDamaged("it has no description (STREAMINFO)");
  return { info, smpl, end: at };
}

/** Decodes frames one after the other, and keeps what they hold. */
class FlacStream {
  readonly #info: FlacInfo;
  #format: FlacFormat | undefined;
  readonly #blocks: Float32Array[][] = [];
  #frames = 0;
  readonly #md5: Hash | undefined;
  #work: readonly Float64Array[] = [];

  constructor(info: FlacInfo) {
    this.#info = info;
    this.#md5 = info.md5 === noMd5 ? undefined : createHash("md5");
  }

  get frames(): number {
    return this.#frames;
  }

  /** As the frames state it, which counts more than the description. */
  get format(): FlacFormat {
    return this.#format ?? this.#info;
  }

  /** Whether a frame begins here; what has its mark and is none is damage where frames are missing. */
  isFrame(bytes: Uint8Array, at: number): boolean {
    if (bytes[at] !== 0xff || (bytes[at + 1] & 0xfe) !== 0xf8) return false;
    return this.#info.frames === 0 || this.#frames < this.#info.frames ||
      readFlacFrameHead(bytes, at, this.#info) !== undefined;
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
    const head = readFlacFrameHead(bytes, from, this.#info);
    if (head === undefined) throw flacDamaged(`the frame at byte ${from} has a wrong head`);
    const { header } = head;
    this.#checkFormat(header);
    const { blockFrames, channels } = header;
    if (!(this.#work[0]?.length >= blockFrames) || this.#work.length < channels) {
      this.#work = Array.from({ length: channels }, () => new Float64Array(blockFrames));
    }
    const end = decodeFlacFrame(bytes, from, { head, work: this.#work });
    if (end === undefined) throw breaksOff(this.#frames, this.#info.frames);
    this.#keep(header);
    return end;
  }

  #checkFormat({ channels, bits, sampleRateHz }: FlacFormat): void {
    if (this.#format === undefined) {
      checkSoundFormat({ channels, sampleRateHz });
      if (bits < 4) throw new SoundFileError(`expected 4 to 32 bits, found ${bits}`);
      this.#format = { channels, bits, sampleRateHz };
    }
    const { format } = this;
    if (channels === format.channels && bits === format.bits && sampleRateHz === format.sampleRateHz) return;
    const text = (one: FlacFormat) => `${one.channels} x ${one.bits} bits at ${one.sampleRateHz} Hz`;
    throw new SoundFileError(
      `it changes from ${text(format)} to ${
        text({ channels, bits, sampleRateHz })
      } after ${this.#frames} frames`,
      "export it as one",
    );
  }

  /** Takes the block into the sound and into the MD5. */
  #keep({ blockFrames, channels, bits }: FlacFrameHeader): void {
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

/**
 * A FLAC encoder after RFC 9639: blocks of one length, the fixed predictors, Rice codes with partitions, stereo as left and right, or
 * with the difference. Every frame stands for itself, so a file that breaks off is whole up to its last frame, and an encoder that begins
 * in the middle of a file goes on with it. Any thread.
 */
import { invariant } from "../../foundation/invariant.ts";

/** Frames of a block: the length that the reference encoder takes; 85 ms at 48 kHz. */
export const flacBlockFrames = 4_096;

/** Most channels of a FLAC file (RFC 9639, 9.1.3). */
export const maxFlacChannels = 8;

export interface FlacFormat {
  readonly channels: number;
  readonly sampleRateHz: number;
  readonly bits: 16 | 24;
}

/** Codes of sample rates in the header of a frame; others stand at the beginning of the file alone. */
const rateCodes: Readonly<Record<number, number>> = {
  88_200: 1,
  176_400: 2,
  192_000: 3,
  8_000: 4,
  16_000: 5,
  22_050: 6,
  24_000: 7,
  32_000: 8,
  44_100: 9,
  48_000: 10,
  96_000: 11,
};

const maxPredictorOrder = 4;
/** Partitions are not shorter than 64 samples. */
const maxPartitionOrder = 6;
/** A Rice parameter of 4 bits that says nothing else. */
const maxRiceParameter = 14;
/** The same of 5 bits. */
const maxWideRiceParameter = 30;

/** How the residual of a channel is coded. */
interface Coding {
  readonly samples: Int32Array;
  readonly bits: number;
  /** Order of the predictor; -1: all samples are the same. */
  readonly order: number;
  readonly residual: Int32Array;
  readonly partitionOrder: number;
  readonly parameters: readonly number[];
  /** Bits that it takes, more or less. */
  readonly cost: number;
}

export class FlacEncoder {
  readonly #format: FlacFormat;
  readonly #writer = new BitWriter();
  #block: number;

  /** @param firstBlock number of the block that comes first */
  constructor(format: FlacFormat, firstBlock = 0) {
    this.#format = format;
    this.#block = firstBlock;
  }

  /**
   * Encodes one block.
   *
   * @param samples interleaved; fewer than {@link flacBlockFrames} frames only at the end
   */
  encode(samples: Int32Array): Uint8Array<ArrayBuffer> {
    const { channels, bits } = this.#format;
    const frames = samples.length / channels;
    invariant(
      Number.isInteger(frames) && frames > 0 && frames <= flacBlockFrames,
      "FLAC: expected one block",
    );
    const split = Array.from({ length: channels }, (_, channel) => {
      const own = new Int32Array(frames);
      for (let frame = 0; frame < frames; frame++) own[frame] = samples[frame * channels + channel];
      return own;
    });
    const codings = split.map((own) => codingOf(own, bits));
    const { assignment, chosen } = channels === 2
      ? stereo(codings, bits)
      : { assignment: channels - 1, chosen: codings };
    this.#writeHeader(frames, assignment);
    chosen.forEach((coding) => this.#writeSubframe(coding));
    this.#writer.align();
    this.#writer.write(this.#writer.crc16(), 16);
    this.#block++;
    return this.#writer.take();
  }

  #writeHeader(frames: number, assignment: number): void {
    const { sampleRateHz, bits } = this.#format;
    const writer = this.#writer;
    const isWhole = frames === flacBlockFrames;
    writer.write(0xFFF8, 16); // blocks of one length
    writer.write(isWhole ? 12 : 7, 4);
    writer.write(rateCodes[sampleRateHz] ?? 0, 4);
    writer.write(assignment, 4);
    writer.write(bits === 16 ? 4 : 6, 3);
    writer.write(0, 1);
    writeNumber(writer, this.#block);
    if (!isWhole) writer.write(frames - 1, 16);
    writer.write(writer.crc8(), 8);
  }

  #writeSubframe({ samples, bits, order, residual, partitionOrder, parameters }: Coding): void {
    const writer = this.#writer;
    writer.write(0, 1);
    writer.write(order < 0 ? 0 : 8 + order, 6);
    writer.write(0, 1);
    if (order < 0) return writer.write(samples[0], bits);
    for (let index = 0; index < order; index++) writer.write(samples[index], bits);
    const isWide = parameters.some((parameter) => parameter > maxRiceParameter);
    writer.write(isWide ? 1 : 0, 2);
    writer.write(partitionOrder, 4);
    const length = samples.length >> partitionOrder;
    let at = 0;
    parameters.forEach((parameter, partition) => {
      writer.write(parameter, isWide ? 5 : 4);
      for (const end = (partition + 1) * length - order; at < end; at++) {
        const folded = fold(residual[at]);
        writer.writeUnary(folded >>> parameter);
        if (parameter > 0) writer.write(folded & (2 ** parameter - 1), parameter);
      }
    });
  }
}

/** Small numbers of either sign become small numbers. */
function fold(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}

/** A number in as many bytes as it needs, like a character of UTF-8, up to 36 bits. */
function writeNumber(writer: BitWriter, value: number): void {
  if (value < 0x80) return writer.write(value, 8);
  let bytes = 2;
  while (value >= 2 ** (bytes * 5 + 1)) bytes++;
  const high = Math.floor(value / 2 ** ((bytes - 1) * 6));
  writer.write((0xFF00 >> bytes) & 0xFF | high, 8);
  for (let shift = (bytes - 2) * 6; shift >= 0; shift -= 6) {
    writer.write(0x80 | (Math.floor(value / 2 ** shift) & 0x3F), 8);
  }
}

/** Left and right as they are, or one of them, or their mean, with their difference: what takes the fewest bits. */
function stereo(
  [left, right]: readonly Coding[],
  bits: number,
): { readonly assignment: number; readonly chosen: readonly Coding[] } {
  const sides = left.samples.map((sample, index) => sample - right.samples[index]);
  const middles = left.samples.map((sample, index) => (sample + right.samples[index]) >> 1);
  const side = codingOf(sides, bits + 1);
  const middle = codingOf(middles, bits);
  return [
    { assignment: 1, chosen: [left, right] },
    { assignment: 8, chosen: [left, side] },
    { assignment: 9, chosen: [side, right] },
    { assignment: 10, chosen: [middle, side] },
  ].reduce((best, other) => costOf(other.chosen) < costOf(best.chosen) ? other : best);
}

function costOf(codings: readonly Coding[]): number {
  return codings.reduce((sum, { cost }) => sum + cost, 0);
}

/** The best predictor and the best Rice parameters for a channel. */
function codingOf(samples: Int32Array, bits: number): Coding {
  if (samples.every((sample) => sample === samples[0])) {
    return { samples, bits, order: -1, residual: samples, partitionOrder: 0, parameters: [], cost: bits };
  }
  let residual = samples;
  let best = { order: 0, residual, sum: sumOf(residual) };
  for (let order = 1; order <= Math.min(maxPredictorOrder, samples.length - 1); order++) {
    const differences = new Int32Array(residual.length - 1);
    for (let index = 0; index < differences.length; index++) {
      differences[index] = residual[index + 1] - residual[index];
    }
    residual = differences;
    const sum = sumOf(residual);
    if (sum < best.sum) best = { order, residual, sum };
  }
  const { partitionOrder, parameters, cost } = partition(best.residual, samples.length, best.order);
  return {
    ...{ samples, bits, order: best.order, residual: best.residual, partitionOrder, parameters },
    cost: cost + best.order * bits,
  };
}

function sumOf(residual: Int32Array): number {
  let sum = 0;
  for (let index = 0; index < residual.length; index++) sum += Math.abs(residual[index]);
  return sum;
}

/** Cuts a block into the equal partitions, each with its own parameter, that take the fewest bits. */
function partition(residual: Int32Array, blockFrames: number, order: number) {
  let mostOrder = 0;
  while (
    mostOrder < maxPartitionOrder && blockFrames % (2 << mostOrder) === 0 &&
    (blockFrames >> (mostOrder + 1)) > order
  ) {
    mostOrder++;
  }
  const length = blockFrames >> mostOrder;
  let sums = Array.from({ length: 1 << mostOrder }, (_, index) => {
    let sum = 0;
    const end = Math.min(residual.length, (index + 1) * length - order);
    for (let at = Math.max(0, index * length - order); at < end; at++) sum += fold(residual[at]);
    return sum;
  });
  let best: { partitionOrder: number; parameters: number[]; cost: number } | undefined;
  for (let partitionOrder = mostOrder; partitionOrder >= 0; partitionOrder--) {
    const samples = blockFrames >> partitionOrder;
    const parameters: number[] = [];
    let cost = 0;
    sums.forEach((sum, index) => {
      const count = samples - (index === 0 ? order : 0);
      const parameter = parameterFor(sum, count);
      parameters.push(parameter);
      cost += 5 + count * (parameter + 1) + sum / 2 ** parameter;
    });
    if (best === undefined || cost < best.cost) best = { partitionOrder, parameters, cost };
    sums = Array.from({ length: sums.length / 2 }, (_, index) => sums[2 * index] + sums[2 * index + 1]);
  }
  return best!;
}

/** The Rice parameter for folded residuals of this sum: near the logarithm of their mean. */
function parameterFor(sum: number, count: number): number {
  const mean = count === 0 ? 0 : sum / count;
  return Math.max(0, Math.min(maxWideRiceParameter, Math.floor(Math.log2(mean + 1e-9))));
}

/** Collects bits, the highest first, and the checks of a FLAC frame over them. Grows by itself; any thread. */
class BitWriter {
  #bytes = new Uint8Array(1 << 14);
  #length = 0;
  /** Bits that do not fill a byte yet, right-aligned, and how many. */
  #pending = 0;
  #count = 0;

  /** Whole bytes so far. */
  get length(): number {
    return this.#length;
  }

  /** Appends the low `bits` bits of a number, at most 32. */
  write(value: number, bits: number): void {
    if (bits > 16) {
      this.write(value >>> 16, bits - 16);
      value &= 0xFFFF;
      bits = 16;
    }
    this.#pending = (this.#pending << bits) | (value & ((1 << bits) - 1));
    this.#count += bits;
    while (this.#count >= 8) {
      this.#count -= 8;
      this.#push(this.#pending >>> this.#count);
    }
    this.#pending &= (1 << this.#count) - 1;
  }

  /** Appends zeros and a one. */
  writeUnary(zeros: number): void {
    for (; zeros >= 16; zeros -= 16) this.write(0, 16);
    this.write(1, zeros + 1);
  }

  /** Fills the last byte with zeros. */
  align(): void {
    if (this.#count > 0) this.write(0, 8 - this.#count);
  }

  /** Remainder of all whole bytes so far, by a polynomial of 8 bits: x⁸ + x² + x + 1. */
  crc8(): number {
    let crc = 0;
    for (let at = 0; at < this.#length; at++) crc = crc8Table[crc ^ this.#bytes[at]];
    return crc;
  }

  /** The same by x¹⁶ + x¹⁵ + x² + 1. */
  crc16(): number {
    let crc = 0;
    for (let at = 0; at < this.#length; at++) {
      crc = ((crc << 8) ^ crc16Table[(crc >>> 8) ^ this.#bytes[at]]) & 0xFFFF;
    }
    return crc;
  }

  /** Gives the whole bytes away and begins again. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return bytes;
  }

  #push(byte: number): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length++] = byte;
  }
}

function tableOf(polynomial: number, bits: number): Uint16Array {
  return Uint16Array.from({ length: 256 }, (_, byte) => {
    let crc = byte << (bits - 8);
    for (let bit = 0; bit < 8; bit++) crc = crc & (1 << (bits - 1)) ? (crc << 1) ^ polynomial : crc << 1;
    return crc & (2 ** bits - 1);
  });
}

const crc8Table = tableOf(0x07, 8);
const crc16Table = tableOf(0x8005, 16);

import { type ChannelMeter, floorDb } from "../dashboard/protocol.ts";
import { decibels } from "../foundation/decibels.ts";

/** The scale falls this fast: 20 dB in 1.7 s, as IEC 60268-18 asks of a digital peak meter. */
const fallDbPerSecond = 20 / 1.7;

const rmsSeconds = 0.3;
const holdSeconds = 2;

/** One channel; the levels of blocks are kept as long as something needs them. */
class Channel {
  /** Sum of squares of each block of the last {@link rmsSeconds}. */
  readonly squares: Float64Array;
  /** Blocks whose peak no later block has reached, newest last: the first is the largest of the hold time. */
  holds: { readonly block: number; readonly peak: number }[] = [];
  shownDb = floorDb;
  max = 0;
  overs = 0;

  constructor(blocks: number) {
    this.squares = new Float64Array(blocks);
  }
}

/**
 * Meters of the output, one for each channel, from every sample: peak with the fall of IEC 60268-18, mean of 300 ms, largest of 2 s, and
 * samples at full scale. Time is counted in frames, so the figures depend on the sound alone. Telemetry thread.
 */
export class ChannelMeters {
  readonly #channels: readonly Channel[];
  readonly #blockFrames: number;
  readonly #fallDb: number;
  readonly #holdBlocks: number;
  #blocks = 0;

  constructor(
    { sampleRateHz, blockFrames, channels }: {
      readonly sampleRateHz: number;
      readonly blockFrames: number;
      readonly channels: number;
    },
  ) {
    const blocksIn = (seconds: number) => Math.max(1, Math.round(seconds * sampleRateHz / blockFrames));
    this.#channels = Array.from({ length: channels }, () => new Channel(blocksIn(rmsSeconds)));
    this.#blockFrames = blockFrames;
    this.#fallDb = fallDbPerSecond * blockFrames / sampleRateHz;
    this.#holdBlocks = blocksIn(holdSeconds);
  }

  /** Takes a block in, interleaved. */
  record(samples: Float32Array, first = 0): void {
    const channels = this.#channels.length;
    for (let index = 0; index < channels; index++) {
      const channel = this.#channels[index];
      let [peak, squares, overs] = [0, 0, 0];
      const end = first + this.#blockFrames * channels;
      for (let at = first + index; at < end; at += channels) {
        const magnitude = Math.abs(samples[at]);
        squares += magnitude * magnitude;
        if (magnitude > peak) peak = magnitude;
        if (magnitude >= 1) overs++;
      }
      this.#enter(channel, peak, squares, overs);
    }
    this.#blocks++;
  }

  /** Blocks that are not known count as silence. */
  skip(blocks: number): void {
    for (let count = Math.min(blocks, this.#holdBlocks); count > 0; count--) {
      for (const channel of this.#channels) this.#enter(channel, 0, 0, 0);
      this.#blocks++;
    }
  }

  read(): ChannelMeter[] {
    return this.#channels.map((channel) => {
      const squares = channel.squares.reduce((sum, value) => sum + value, 0);
      return {
        peakDb: tenths(channel.shownDb),
        rmsDb: dbOf(Math.sqrt(squares / (channel.squares.length * this.#blockFrames))),
        holdDb: dbOf(channel.holds[0]?.peak ?? 0),
        maxDb: dbOf(channel.max),
        overs: channel.overs,
      };
    });
  }

  #enter(channel: Channel, peak: number, squares: number, overs: number): void {
    channel.squares[this.#blocks % channel.squares.length] = squares;
    channel.shownDb = Math.max(floorDb, channel.shownDb - this.#fallDb, peak > 0 ? decibels(peak) : floorDb);
    channel.max = Math.max(channel.max, peak);
    channel.overs += overs;
    const { holds } = channel;
    while (holds.length > 0 && holds[holds.length - 1].peak <= peak) holds.pop();
    holds.push({ block: this.#blocks, peak });
    if (this.#blocks - holds[0].block >= this.#holdBlocks) holds.shift();
  }
}

function dbOf(magnitude: number): number {
  return magnitude > 0 ? tenths(Math.max(floorDb, decibels(magnitude))) : floorDb;
}

/** No screen shows more, and texts stay short. */
function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

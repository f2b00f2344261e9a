/** What plays the packets of a stream in Ogg, whatever codec made them. */

export interface OggCodec {
  readonly kind: string;
  readonly channels: number;
  readonly sampleRateHz: number;
  /** Packets before the sound. */
  readonly headers: number;
  /** Frames at the beginning that are decoded and not played. */
  readonly preSkip: number;
  /** Frames before a place from which on decoding gives the sound of the place. */
  readonly prerollFrames: number;
  /** Whether the first packet after a jump only prepares the decoder. */
  readonly isPrimed: boolean;
  /** A decoder that has decoded nothing that can be heard. */
  open(): Promise<PacketDecoder>;
}

export interface PacketDecoder {
  /** The frames of a packet, an array for each channel; silence for a damaged one. */
  decode(packet: Uint8Array<ArrayBuffer>): Promise<readonly Float32Array[]>;
  /** Ends it. */
  free(): void;
}

/** The order of WAV for the channels of Vorbis I, 4.3.9, by their number: for each output the input. */
const orders: Readonly<Record<number, readonly number[]>> = {
  3: [0, 2, 1],
  5: [0, 2, 1, 3, 4],
  6: [0, 2, 1, 5, 3, 4],
  7: [0, 2, 1, 6, 5, 3, 4],
  8: [0, 2, 1, 7, 5, 6, 3, 4],
};

/** Channels of Vorbis, and of Opus in its family 1, in the order of WAV and FLAC. */
export function inWavOrder<T>(channels: readonly T[]): readonly T[] {
  return orders[channels.length]?.map((from) => channels[from]) ?? channels;
}

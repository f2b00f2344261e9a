/**
 * Sound of decoders that go on from what they decoded before. It is decoded in chunks of a fixed grid, each by a fresh decoder
 * from a fixed place before it, so a frame has the same bits whichever chunk was asked for first.
 */

/** Decodes a chunk: frames from `chunk * chunkFrames` on, an array for each channel, shorter only at the end. */
export type DecodeChunk = (chunk: number) => Promise<readonly Float32Array[]>;

/** Decoded chunks that are kept: a read may overlap the end of one, and players may be near each other. */
const keptChunks = 3;

export class ChunkedSound {
  readonly #channels: number;
  readonly #chunkFrames: number;
  readonly #decode: DecodeChunk;
  readonly #kept = new Map<number, readonly Float32Array[]>();

  constructor(channels: number, chunkFrames: number, decode: DecodeChunk) {
    this.#channels = channels;
    this.#chunkFrames = chunkFrames;
    this.#decode = decode;
  }

  /** Frames from `first` on, silence where a chunk is shorter. */
  async read(first: number, frames: number): Promise<readonly Float32Array[]> {
    const sides = Array.from({ length: this.#channels }, () => new Float32Array(frames));
    const last = Math.ceil((first + frames) / this.#chunkFrames);
    for (let chunk = Math.floor(first / this.#chunkFrames); chunk < last; chunk++) {
      const begin = chunk * this.#chunkFrames;
      const from = Math.max(first, begin);
      (await this.#chunk(chunk)).forEach((side, channel) => {
        sides[channel].set(side.subarray(from - begin, first + frames - begin), from - first);
      });
    }
    return sides;
  }

  async #chunk(chunk: number): Promise<readonly Float32Array[]> {
    const kept = this.#kept.get(chunk) ?? await this.#decode(chunk);
    this.#kept.delete(chunk);
    this.#kept.set(chunk, kept);
    if (this.#kept.size > keptChunks) this.#kept.delete(this.#kept.keys().next().value!);
    return kept;
  }
}

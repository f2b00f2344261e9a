/** Bytes before the samples: RIFF header, `fmt ` with extension size, `fact`, `data` header. */
const headerBytes = 58;

/** A RIFF file counts its bytes in 32 bits. */
const largestBytes = 2 ** 32 - 1;

/**
 * Writes a WAV file of 32-bit float samples as they come, so that hours fit where only minutes would fit in memory. The
 * sizes in the header are written when it is closed. Source: Microsoft, "Multiple channel audio data and WAVE files".
 */
export class WavWriter {
  readonly #file: Deno.FsFile;
  readonly #channels: number;
  readonly #sampleRateHz: number;
  #dataBytes = 0;

  private constructor(file: Deno.FsFile, channels: number, sampleRateHz: number) {
    this.#file = file;
    this.#channels = channels;
    this.#sampleRateHz = sampleRateHz;
  }

  static async create(path: string, channels: number, sampleRateHz: number): Promise<WavWriter> {
    const writer = new WavWriter(
      await Deno.open(path, { write: true, create: true, truncate: true }),
      channels,
      sampleRateHz,
    );
    await writer.#writeAll(writer.#header());
    return writer;
  }

  /** Appends interleaved samples. Throws RangeError beyond the 4 GiB that a WAV file can hold. */
  async write(samples: Float32Array<ArrayBuffer>): Promise<void> {
    if (headerBytes + this.#dataBytes + samples.byteLength > largestBytes) {
      throw new RangeError("a WAV file holds at most 4 GiB; render a shorter part");
    }
    await this.#writeAll(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
    this.#dataBytes += samples.byteLength;
  }

  /** Completes the header and closes the file. */
  async close(): Promise<void> {
    await this.#file.seek(0, Deno.SeekMode.Start);
    await this.#writeAll(this.#header());
    this.#file.close();
  }

  #header(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(headerBytes);
    const view = new DataView(bytes.buffer);
    const text = (at: number, letters: string) => bytes.set(new TextEncoder().encode(letters), at);
    const frameBytes = this.#channels * 4;
    text(0, "RIFF");
    view.setUint32(4, headerBytes - 8 + this.#dataBytes, true);
    text(8, "WAVEfmt ");
    view.setUint32(16, 18, true);
    view.setUint16(20, 3, true); // WAVE_FORMAT_IEEE_FLOAT
    view.setUint16(22, this.#channels, true);
    view.setUint32(24, this.#sampleRateHz, true);
    view.setUint32(28, this.#sampleRateHz * frameBytes, true);
    view.setUint16(32, frameBytes, true);
    view.setUint16(34, 32, true);
    text(38, "fact");
    view.setUint32(42, 4, true);
    view.setUint32(46, this.#dataBytes / frameBytes, true);
    text(50, "data");
    view.setUint32(54, this.#dataBytes, true);
    return bytes;
  }

  async #writeAll(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#file.write(bytes.subarray(at));
  }
}

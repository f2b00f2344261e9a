import { sampleBytes, SampleEncoder, type SampleFormat } from "./sample_format.ts";
import { maxRiffFrames, wavHeader, wavHeaderBytes } from "./wav_header.ts";
import { WavFileError } from "./wav_file_error.ts";

export interface WavOptions {
  readonly channels: number;
  readonly sampleRateHz: number;
  /** 32-bit float by default. */
  readonly format?: SampleFormat;
  /** Seed of the dither; omitted: none. */
  readonly ditherSeed?: number;
  /** The most frames that may come. Omitted: those that fit into a RIFF file. */
  readonly mayHaveFrames?: number;
  /** Largest RIFF file in bytes, 4 GiB by default. */
  readonly maxRiffBytes?: number;
}

/** Whether a file of so many frames may be an RF64 file, because a RIFF file cannot hold them. */
export function mayBeRf64({ mayHaveFrames = 0, ...options }: WavOptions): boolean {
  return mayHaveFrames > maxRiffFramesOf(options);
}

function maxRiffFramesOf({ channels, format = "32f", maxRiffBytes }: WavOptions): number {
  return maxRiffFrames({ channels, format, maxRiffBytes, hasRoom: true });
}

/** What to say before such a file is written. */
export function rf64Notice(path: string): string {
  return `${path}: more than 4 GiB may come, so it is written as RF64 (EBU Tech 3306) where they do; sox, ffmpeg and REAPER read it`;
}

/**
 * Writes a WAV file as the samples come, so that hours fit where only minutes would fit in memory. The file grows beside
 * its place under the name `PATH.PID.part` and takes its place, and that of a file that was there, only when it is
 * closed, so a file of that name is always whole. Where more than 4 GiB may come, room is kept for the sizes of an RF64 file;
 * whether it is one shows at the end. Sources: Microsoft, "Multiple channel audio data and WAVE files"; EBU Tech 3306.
 */
export class WavWriter {
  readonly #path: string;
  readonly #partPath: string;
  readonly #file: Deno.FsFile;
  readonly #options: WavOptions;
  readonly #format: SampleFormat;
  readonly #encoder: SampleEncoder;
  /** Room is kept for the sizes of an RF64 file. */
  readonly #mayBeRf64: boolean;
  readonly #maxRiffFrames: number;
  #frames = 0;
  #open = true;

  private constructor(path: string, partPath: string, file: Deno.FsFile, options: WavOptions) {
    this.#path = path;
    this.#partPath = partPath;
    this.#file = file;
    this.#options = options;
    this.#format = options.format ?? "32f";
    this.#mayBeRf64 = mayBeRf64(options);
    this.#maxRiffFrames = maxRiffFramesOf(options);
    this.#encoder = new SampleEncoder(this.#format, options.ditherSeed);
  }

  /** Throws {@link WavFileError} where no file can be made. */
  static async create(path: string, options: WavOptions): Promise<WavWriter> {
    const place = await placeOf(path);
    const partPath = `${place}.${Deno.pid}.part`;
    try {
      const file = await Deno.open(partPath, { write: true, create: true, truncate: true });
      const writer = new WavWriter(place, partPath, file, options);
      await writer.#writeAll(writer.#header()).catch(async (cause) => {
        await writer.discard();
        throw cause;
      });
      return writer;
    } catch (cause) {
      const reason = cause instanceof Deno.errors.NotFound
        ? "its folder does not exist; create it first"
        : (cause as Error).message;
      throw new WavFileError(`cannot write ${path}: ${reason}`, { cause });
    }
  }

  get frames(): number {
    return this.#frames;
  }

  /** Samples beyond full scale so far. */
  get clippedSamples(): number {
    return this.#encoder.clippedSamples;
  }

  /** Appends interleaved samples of whole frames. Throws {@link WavFileError} when the disk is full, or more come than were announced. */
  async write(samples: Float32Array<ArrayBuffer>): Promise<void> {
    const frames = this.#frames + samples.length / this.#options.channels;
    if (frames > this.#maxRiffFrames && !this.#mayBeRf64) {
      throw new WavFileError("a RIFF file holds at most 4 GiB; render a shorter part");
    }
    await this.#writeAll(this.#encoder.encode(samples));
    this.#frames = frames;
  }

  /**
   * Completes the file and puts it in its place.
   *
   * @param frames keeps only this many, at most as many as were written
   */
  async close(frames: number = this.#frames): Promise<void> {
    this.#frames = frames;
    const end = wavHeaderBytes({
      channels: this.#options.channels,
      format: this.#format,
      hasRoom: this.#mayBeRf64,
    }) + this.#dataBytes;
    await this.#file.truncate(end);
    if (end % 2 === 1) { // chunks begin at even bytes
      await this.#file.seek(end, Deno.SeekMode.Start);
      await this.#writeAll(new Uint8Array(1));
    }
    await this.#file.seek(0, Deno.SeekMode.Start);
    await this.#writeAll(this.#header());
    this.#closeFile();
    await Deno.rename(this.#partPath, this.#path);
  }

  /** Ends without a file; one that was there before stays. */
  async discard(): Promise<void> {
    this.#closeFile();
    await Deno.remove(this.#partPath);
  }

  #closeFile(): void {
    if (this.#open) this.#file.close();
    this.#open = false;
  }

  get #dataBytes(): number {
    return this.#frames * this.#options.channels * sampleBytes(this.#format);
  }

  #header(): Uint8Array<ArrayBuffer> {
    const { channels, sampleRateHz, maxRiffBytes } = this.#options;
    const hasRoom = this.#mayBeRf64;
    return wavHeader({
      channels,
      sampleRateHz,
      format: this.#format,
      frames: this.#frames,
      hasRoom,
      maxRiffBytes,
    });
  }

  async #writeAll(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    try {
      for (let at = 0; at < bytes.length;) at += await this.#file.write(bytes.subarray(at));
    } catch (cause) {
      throw new WavFileError(`cannot go on writing ${this.#path}: ${(cause as Error).message}`, { cause });
    }
  }
}

/** The file to write: the target of a link, or the path where no file is yet. Only a file may be replaced. */
async function placeOf(path: string): Promise<string> {
  try {
    const place = await Deno.realPath(path);
    if ((await Deno.stat(place)).isFile) return place;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return path;
    throw new WavFileError(`cannot write ${path}: ${(cause as Error).message}`, { cause });
  }
  throw new WavFileError(`cannot write ${path}: it is no file; give the name of a WAV file`);
}

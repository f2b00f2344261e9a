/** Linear timecode as a sound that is played like a file: each sample follows from its number, so nothing is read from anywhere. */
import { readLtcName } from "../../../timecode/ltc_name.ts";
import { LtcSignal } from "../../../timecode/ltc_signal.ts";
import type { Source } from "./source.ts";
import { SourceError } from "./source_error.ts";

/** Its length: as long as any file may be, 12 hours at 48 kHz. */
const maxFrames = 2 ** 31 - 1;

const secondsADay = 86_400;

export class TimecodeSound implements Source {
  readonly path: string;
  readonly kind = "linear timecode";
  readonly channels = 1;
  readonly fileRateHz: number;
  readonly frames: number;
  readonly warnings = [];
  readonly #signal: LtcSignal;

  /** @throws {SourceError} where the name is no timecode */
  constructor(name: string, sampleRateHz: number) {
    const read = readLtcName(name);
    if (read === undefined) {
      throw new SourceError(
        name,
        "expected ltc:RATE/HH:MM:SS:FF with a timecode of that rate, such as ltc:25/01:00:00:00",
      );
    }
    this.path = name;
    this.fileRateHz = sampleRateHz;
    this.frames = Math.min(secondsADay * sampleRateHz, maxFrames);
    this.#signal = new LtcSignal({ ...read, sampleRateHz, level: 1 });
  }

  read(firstFrame: number, frames: number): Promise<Float32Array<ArrayBuffer>> {
    const samples = new Float32Array(frames);
    const before = Math.min(frames, Math.max(0, -firstFrame));
    const end = Math.max(before, Math.min(frames, this.frames - firstFrame));
    this.#signal.write(firstFrame + before, samples.subarray(before, end));
    return Promise.resolve(samples);
  }

  measure(): Promise<number> {
    return Promise.resolve(this.frames);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/**
 * Sound files as patches read them: decoded, and laid out in one memory that every renderer of the process reads and none
 * writes. It lies beside the arena, so neither snapshots nor checks of the state grow with it. The compiler puts lengths
 * and places into the code, so a bank is made once and never changed.
 *
 * A channel is a stretch of 32-bit floats with a frame of silence before its first and after its last one. Whoever asks for
 * a frame outside of the file gets one of these.
 */

/** A file once it is decoded. */
export interface DecodedSample extends SampleFacts {
  /** As the patch names it, relative to its folder. */
  readonly name: string;
  /** Of the file's bytes, hexadecimal. */
  readonly sha256: string;
  /** One or two of equal length. */
  readonly channels: readonly Float32Array[];
}

/** What the compiler knows of a file besides its sound. */
export interface SampleFacts {
  readonly sampleRateHz: number;
  /** MIDI note at which the file sounds as it was recorded, with fraction. */
  readonly rootNote: number;
  /** Frames that are repeated, from the first up to the one before the second. */
  readonly loopStart: number;
  readonly loopEnd: number;
}

/** A file in a bank. */
export interface PlacedSample extends SampleFacts {
  readonly name: string;
  readonly sha256: string;
  readonly frames: number;
  readonly channels: 1 | 2;
  /** Byte offset of the silence before the first frame of the first channel. */
  readonly offset: number;
}

/** All files of a patch. Crosses to Workers by structured clone; what crosses is the same memory. */
export interface SampleBank {
  /** Where the files were found. */
  readonly folder: string;
  readonly memory: WebAssembly.Memory;
  /** In the order in which the patch names them. */
  readonly files: readonly PlacedSample[];
}

/** Frames of silence around a channel. */
const guardFrames = 2;
const pageBytes = 65_536;

/** Below -300 dB; passes for silence, so that a file with denormal numbers costs no more than another. */
const silentBelow = 1e-15;

/** A channel in the memory of samples. */
export interface SamplePlace {
  /** Byte offset of the silence before its first frame. */
  readonly offset: number;
  readonly frames: number;
}

/** Left and right of each file; a file of one channel has the same on both sides. */
export function samplePlaces({ files }: Pick<SampleBank, "files">): SamplePlace[] {
  return files.flatMap(({ offset, frames, channels }) =>
    [0, channels - 1].map((side) => ({ offset: offset + side * channelBytes(frames), frames }))
  );
}

function channelBytes(frames: number): number {
  return (frames + guardFrames) * 4;
}

/** Lays files out one behind the other. What is no number becomes silence. */
export function createSampleBank(folder: string, decoded: readonly DecodedSample[]): SampleBank {
  let end = 0;
  const files = decoded.map(({ channels, ...rest }): PlacedSample => {
    const { length: frames } = channels[0];
    if (channels.length > 2 || channels.some(({ length }) => length !== frames)) {
      throw new TypeError(`${rest.name}: expected one or two channels of equal length`);
    }
    const offset = end;
    end += Math.ceil(channels.length * channelBytes(frames) / 16) * 16;
    return { ...rest, frames, channels: channels.length as 1 | 2, offset };
  });
  const pages = Math.max(1, Math.ceil(end / pageBytes));
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  files.forEach(({ offset, frames: length }, index) =>
    decoded[index].channels.forEach((frames, side) => {
      const room = new Float32Array(memory.buffer, offset + side * channelBytes(length) + 4, length);
      for (let at = 0; at < frames.length; at++) {
        const size = Math.abs(frames[at]);
        room[at] = size >= silentBelow && size < Infinity ? frames[at] : 0;
      }
    })
  );
  return { folder, memory, files };
}

/**
 * Sound files as patches read them: decoded, in one memory that all renderers of the process read and none writes. It lies
 * beside the arena, so snapshots and state checks do not grow with it. The compiler writes lengths and places into the code,
 * so a bank never changes.
 *
 * A channel is a stretch of 32-bit floats between two frames of silence. A patch that reads outside of the file reads one of
 * these two. Its tables, from which it is read at other pitches, stand behind all channels of the file.
 */

import { loopReach, type TablePlaces, tablePlaces, writeTables } from "./sample_tables.ts";

/** A file once it is decoded. */
export interface DecodedSample extends SampleFacts {
  /** As the patch names it, relative to its folder. */
  readonly name: string;
  /** Hash of the file's bytes, hexadecimal. */
  readonly sha256: string;
  /** One or two of equal length. */
  readonly channels: readonly Float32Array[];
  /** Length of the file, where something stands behind it in the channels: its unrolled loop. Omitted: all is the file. */
  readonly frames?: number;
}

/**
 * Facts of a file that the compiler uses as constants.
 *
 * A loop that is not played forward again and again stands unrolled behind the file, {@link unrolledGapFrames} after its end: from
 * the file's first frame on, as it is to be heard. Then `loopStart` lies there; where the loop is played a number of times only,
 * it is the end of it all and equals `loopEnd`.
 */
export interface SampleFacts {
  readonly sampleRateHz: number;
  /** MIDI note at which the file sounds as it was recorded, with fraction. */
  readonly rootNote: number;
  /** The loop: from this frame of the channels up to, not including, `loopEnd`. */
  readonly loopStart: number;
  readonly loopEnd: number;
}

/** A file in a bank. */
export interface PlacedSample extends SampleFacts, TablePlaces {
  readonly name: string;
  readonly sha256: string;
  /** Length of the file. */
  readonly frames: number;
  /** Length of its channels, with its unrolled loop; omitted: that of the file. */
  readonly storedFrames?: number;
  readonly channels: 1 | 2;
  /** Byte offset of the silence before the first frame of the first channel. */
  readonly offset: number;
}

/** All files of a patch. Workers receive it by structured clone, with the same memory. */
export interface SampleBank {
  /** Folder of the files. */
  readonly folder: string;
  readonly memory: WebAssembly.Memory;
  /** In the order in which the patch names them. */
  readonly files: readonly PlacedSample[];
}

/** Frames of silence around a channel. */
const guardFrames = 2;

/** Silence between a file and its unrolled loop, in frames: the filters of the tables reach across less. */
export const unrolledGapFrames = loopReach;
const pageBytes = 65_536;

/** -300 dB; smaller numbers become silence, so that a file with denormal numbers costs no more than another. */
const silentBelow = 1e-15;

/** A channel in the memory of samples. */
export interface SamplePlace {
  /** Byte offset of the silence before its first frame. */
  readonly offset: number;
  readonly frames: number;
}

/** Left and right of each file, and of its tables; a file of one channel has the same on both sides. */
export function samplePlaces({ files }: Pick<SampleBank, "files">): SamplePlace[] {
  return files.flatMap(({ offset, frames: fileFrames, storedFrames: frames = fileFrames, channels }) => {
    const { tableFrames } = tablePlaces(frames);
    const tables = offset + channels * channelBytes(frames);
    return [
      ...[0, channels - 1].map((side) => ({ offset: offset + side * channelBytes(frames), frames })),
      ...[0, channels - 1].map((side) => ({
        offset: tables + side * channelBytes(tableFrames),
        frames: tableFrames,
      })),
    ];
  });
}

function channelBytes(frames: number): number {
  return (frames + guardFrames) * 4;
}

/**
 * Places files one after the other. NaN, infinities and denormals become silence. Throws TypeError for more than two channels
 * or unequal ones.
 */
export function createSampleBank(folder: string, decoded: readonly DecodedSample[]): SampleBank {
  let end = 0;
  const files = decoded.map(({ channels, loopStart, loopEnd, ...rest }): PlacedSample => {
    const { length: storedFrames } = channels[0];
    if (channels.length > 2 || channels.some(({ length }) => length !== storedFrames)) {
      throw new TypeError(`${rest.name}: expected one or two channels of equal length`);
    }
    const offset = end;
    const { tableFrames, ...places } = tablePlaces(storedFrames);
    end += Math.ceil(channels.length * (channelBytes(storedFrames) + channelBytes(tableFrames)) / 16) * 16;
    const { frames = storedFrames } = rest;
    const isUnrolled = frames < storedFrames;
    const loop = isUnrolled ? { loopStart, loopEnd } : playableLoop({ loopStart, loopEnd }, frames);
    const length = { frames, ...(isUnrolled ? { storedFrames } : {}) };
    return { ...rest, ...loop, ...places, ...length, channels: channels.length as 1 | 2, offset };
  });
  const pages = Math.max(1, Math.ceil(end / pageBytes));
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const places = samplePlaces({ files });
  const room = (place: number) =>
    new Float32Array(memory.buffer, places[place].offset + 4, places[place].frames);
  files.forEach((file, index) =>
    decoded[index].channels.forEach((frames, side) => {
      const heard = room(index * 4 + side);
      for (let at = 0; at < frames.length; at++) {
        const size = Math.abs(frames[at]);
        heard[at] = size >= silentBelow && size < Infinity ? frames[at] : 0;
      }
      writeTables(heard, file, room(index * 4 + 2 + side));
    })
  );
  return { folder, memory, files };
}

/** Shortest loop: longer than the fastest step, so that one turn back is enough. */
export const shortestLoopFrames = 64;

/** A loop inside the file, long enough to be played at any speed. */
function playableLoop({ loopStart, loopEnd }: Pick<SampleFacts, "loopStart" | "loopEnd">, frames: number) {
  const from = Math.max(0, Math.min(loopStart, frames - shortestLoopFrames));
  const to = Math.min(Math.max(loopEnd, from + shortestLoopFrames), Math.max(frames, shortestLoopFrames));
  return { loopStart: from, loopEnd: to };
}

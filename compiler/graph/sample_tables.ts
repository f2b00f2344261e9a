/**
 * Copies of a sound file from which it can be read at any pitch: at twice its rate, for a
 * polynomial through six frames, and the same with half and a quarter of its band, so that what is played higher does not fold.
 *
 * Behind each copy stands its loop as it sounds on and on, from {@link loopReach} frames before its end to as many behind it
 * and a little more. A player that goes on into it and comes back {@link loopReach} frames late meets nowhere a frame that a
 * filter has mixed with one that does not belong to the loop.
 */
import { doubled, halved } from "./oversample.ts";

/** Copies at most: of the whole band, of half, of a quarter. */
export const maxLevels = 3;

/** Frames of the file before and behind the end of a loop that its own stretch holds: filters reach 352, and it has a lead. */
export const loopReach = 384;

/** Frame of the loop's stretch at which a player goes over to it: those before are for the polynomial to read. */
export const loopLead = 8;

/** Frames behind the loop's stretch: the largest step, and the frames that the polynomial reads. */
const loopSlack = 128;

/** Length of the loop's stretch in frames of the file; a whole number in each copy. */
const loopFrames = 2 * loopReach + loopSlack;

/** Silence between stretches: more than the polynomial reads. */
const gapFrames = 8;

/** Files are at most this long to have all copies, and to have the first: memory is five, or three times that of the file. */
const maxFramesOfLevels: readonly (readonly [frames: number, levels: number])[] = [
  [2 ** 22, maxLevels],
  [2 ** 24, 1],
];

/** Copies of a file of this length. */
export function levelsOf(frames: number): number {
  return maxFramesOfLevels.find(([most]) => frames <= most)?.[1] ?? 0;
}

/** Where the stretches begin, in frames of the tables. Those of copies that are not there lie in silence. */
export interface TablePlaces {
  /** How many copies there are. */
  readonly levels: number;
  /** The loop at the file's own rate. */
  readonly loopAt: number;
  readonly level0At: number;
  readonly level0LoopAt: number;
  readonly level1At: number;
  readonly level1LoopAt: number;
  readonly level2At: number;
  readonly level2LoopAt: number;
}

/** Where everything lies for a file of this length, and the length of it all. */
export function tablePlaces(frames: number): TablePlaces & { readonly tableFrames: number } {
  const levels = levelsOf(frames);
  let end = gapFrames;
  const placed = (length: number) => {
    const at = end;
    end += length + gapFrames;
    return at;
  };
  const level = (index: number) => {
    if (index >= levels) return [0, 0];
    return [placed(Math.ceil(frames * 2 / 2 ** index)), placed(loopFrames * 2 / 2 ** index)];
  };
  const loopAt = levels === 0 ? 0 : placed(loopFrames);
  const [[level0At, level0LoopAt], [level1At, level1LoopAt], [level2At, level2LoopAt]] = [0, 1, 2].map(level);
  return {
    ...{ levels, loopAt, level0At, level0LoopAt, level1At, level1LoopAt, level2At, level2LoopAt },
    tableFrames: end,
  };
}

/** Writes the tables of a channel into `room`, which holds silence and is as long as {@link tablePlaces} says. */
export function writeTables(
  channel: Float32Array,
  { loopStart, loopEnd }: { readonly loopStart: number; readonly loopEnd: number },
  room: Float32Array,
): void {
  const places = tablePlaces(channel.length);
  const copies = [
    [places.level0At, places.level0LoopAt],
    [places.level1At, places.level1LoopAt],
    [places.level2At, places.level2LoopAt],
  ].slice(0, places.levels);
  if (copies.length === 0) return;
  // twice as far back as needed, where the filters meet the silence before it; a multiple of what the copies leave out
  const from = loopEnd - 2 * loopReach;
  const looped = Float32Array.from({ length: loopFrames + 2 * loopReach }, (_, frame) => {
    const at = from + frame;
    return channel[at < loopEnd ? at : loopStart + (at - loopEnd) % (loopEnd - loopStart)] ?? 0;
  });
  room.set(looped.subarray(loopReach, loopReach + loopFrames), places.loopAt);
  let [band, loopBand]: Float32Array[] = [channel, looped];
  copies.forEach(([at, loopAt], level) => {
    if (level > 0) [band, loopBand] = [halved(band), halved(loopBand)];
    const frames = Math.ceil(channel.length * 2 / 2 ** level);
    room.set(doubled(band).subarray(0, frames), at);
    const [skipped, length] = [loopReach, loopFrames].map((count) => count * 2 / 2 ** level);
    room.set(doubled(loopBand).subarray(skipped, skipped + length), loopAt);
  });
}

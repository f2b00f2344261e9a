/**
 * Loops that a player cannot go round in by turning back: those that alternate or run backward, are played a number of times, or are
 * shorter than a player's largest step. They are written out behind the file, as they are to be heard, so the player meets a loop
 * that goes forward, or an end.
 */
import { shortestLoopFrames, unrolledGapFrames } from "../../compiler/graph/sample_bank.ts";
import type { StatedLoop } from "./sound_file.ts";

/** Frames of a channel with its loop: up to here all copies of it exist from which it is read at other pitches. */
const maxStoredFrames = 2 ** 22;

/** Channels with an unrolled loop behind the file, and where it lies. */
export interface UnrolledLoop {
  readonly channels: readonly Float32Array[];
  /** Length of the file, which the channels begin with. */
  readonly frames: number;
  readonly loopStart: number;
  /** As `loopStart` where the loop ends. */
  readonly loopEnd: number;
}

/** Where the frames of the unrolled file come from: stretches of the file, `step` -1 for one that runs backward. */
interface Stretch {
  readonly from: number;
  readonly count: number;
  readonly step: 1 | -1;
}

/** Whether a loop inside a file has to be unrolled. */
export function mustUnroll({ start, last, kind = "forward", playCount = 0 }: StatedLoop): boolean {
  return kind !== "forward" || playCount > 0 || last + 1 - start < shortestLoopFrames;
}

/**
 * Unrolls a loop that lies inside the file. One that alternates goes from its first frame to its last and back, both ends heard
 * once; one that runs backward is reached at its last frame. Played a number of times, it is followed by the rest of the file.
 *
 * @returns undefined when that would be longer than 2^22 frames
 */
export function unrollLoop(channels: readonly Float32Array[], loop: StatedLoop): UnrolledLoop | undefined {
  const { start, last, kind = "forward", playCount = 0 } = loop;
  const [{ length: frames }] = channels;
  const isBackward = kind === "backward";
  const turn: readonly Stretch[] = isBackward
    ? [{ from: last, count: last - start + 1, step: -1 }]
    : kind === "alternating" && last > start
    ? [{ from: start, count: last - start, step: 1 }, { from: last, count: last - start, step: -1 }]
    : [{ from: start, count: last - start + 1, step: 1 }];
  const turnFrames = turn.reduce((sum, { count }) => sum + count, 0);
  const turns = playCount > 0 ? playCount : Math.ceil(shortestLoopFrames / turnFrames);
  const before = isBackward ? last : start;
  // one that alternates comes back to its first frame, and goes on from there
  const restFrom = playCount === 0 ? frames : kind === "alternating" ? start : last + 1;
  const unrolledFrames = before + turns * turnFrames + (frames - restFrom);
  const storedFrames = frames + unrolledGapFrames + unrolledFrames;
  if (storedFrames > maxStoredFrames) return undefined;
  const unrolled = channels.map((channel) => {
    const stored = new Float32Array(storedFrames);
    stored.set(channel);
    let at = frames + unrolledGapFrames;
    const write = ({ from, count, step }: Stretch) => {
      for (let index = 0; index < count; index++) stored[at++] = channel[from + index * step];
    };
    write({ from: 0, count: before, step: 1 });
    for (let done = 0; done < turns; done++) turn.forEach(write);
    write({ from: restFrom, count: frames - restFrom, step: 1 });
    return stored;
  });
  const loopStart = playCount > 0 ? storedFrames : frames + unrolledGapFrames + before;
  return { channels: unrolled, frames, loopStart, loopEnd: storedFrames };
}

import { loopLead, loopReach } from "../../compiler/graph/sample_tables.ts";
import { always, type Integer, type Signal } from "./signal.ts";
import type { SampleFile } from "./sample_file.ts";
import { sixPoint } from "./interpolation.ts";

export { shortestLoopFrames, unrolledGapFrames } from "../../compiler/graph/sample_bank.ts";
export { loopReach };

/** Bits of the fraction between two frames of a file. */
const fractionBits = 24;

/** Speed above which a copy of half the band is read: then nothing folds below a third of the output's rate. */
const halfBandSpeed = 4 / 3;

/** A place in a file: whole frames, and {@link fractionBits} of the way to the next. */
export interface FilePlace {
  readonly frame: Integer;
  readonly fraction: Integer;
  /** Frames of the file in a frame of the output. */
  readonly speed: Signal<"1">;
  /** Whether it goes round in the file's own loop, and turns back {@link loopReach} frames behind its end. */
  readonly loops: boolean;
}

/**
 * The sound of both sides at a place between frames, at any speed. Images, and what folds below a third of the output's rate
 * at speeds up to 16/3, lie 110 dB below a sine of up to 0.4 of the file's rate.
 */
export function readBetween(file: SampleFile, place: FilePlace): (side: "left" | "right") => Signal<"1"> {
  const { frame, fraction, speed, loops } = place;
  const loopFrom = file.loopEnd.minus(loopReach);
  const inLoop = loops ? frame.isBelow(loopFrom.plus(loopLead)).not() : always(false);
  const inside = inLoop.selectInteger(frame.minus(loopFrom), frame);
  const [isHalf, isQuarter] = [1, 2].map((level) =>
    speed.isAbove(halfBandSpeed * level).and(file.place("levels").isBelow(level + 1).not())
  );
  const ofLevel = (full: Integer, half: Integer, quarter: Integer) =>
    isQuarter.selectInteger(quarter, isHalf.selectInteger(half, full));
  const begin = inLoop.selectInteger(
    ofLevel(file.place("level0LoopAt"), file.place("level1LoopAt"), file.place("level2LoopAt")),
    ofLevel(file.place("level0At"), file.place("level1At"), file.place("level2At")),
  );
  const all = 2 ** fractionBits - 1;
  const whole = ofLevel(
    inside.shiftLeft(1).plus(fraction.shiftRight(fractionBits - 1)),
    inside,
    inside.shiftRight(1),
  );
  const part = ofLevel(
    fraction.shiftLeft(1).and(all),
    fraction,
    inside.and(1).shiftLeft(fractionBits - 1).plus(fraction.shiftRight(1)),
  ).toFloat().times(2 ** -fractionBits);
  const first = begin.plus(whole);
  const around = [-2, -1, 0, 1, 2, 3].map((offset) => first.plus(offset));
  return (side) => sixPoint(around.map((at) => file.readTables(side, at)), part);
}

/** A frame of the file as it was recorded, at a place whose fraction is 0. */
export function readWhole(
  file: SampleFile,
  { frame, loops }: Pick<FilePlace, "frame" | "loops">,
): (side: "left" | "right") => Signal<"1"> {
  if (!loops) return (side) => file.read(side, frame);
  const loopFrom = file.loopEnd.minus(loopReach);
  const inLoop = frame.isBelow(loopFrom.plus(loopLead)).not();
  const at = file.place("loopAt").plus(frame.minus(loopFrom));
  return (side) => inLoop.select(file.readTables(side, at), file.read(side, frame));
}

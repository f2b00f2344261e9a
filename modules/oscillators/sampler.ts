import { defineModule } from "../signal/module.ts";
import { dbToGain, noteToHz } from "../signal/math.ts";
import type { SampleFile } from "../signal/sample_file.ts";
import { conditionFeedback, feedback, integerFeedback } from "../signal/feedback.ts";
import { always, type Condition, constant, type Integer, type Signal } from "../signal/signal.ts";
import { cubic } from "../signal/interpolation.ts";
import { faderDb } from "../utility/gain.ts";
import { unity } from "../signal/unity.ts";
import {
  loopReach,
  readBetween,
  readWhole,
  shortestLoopFrames,
  unrolledGapFrames,
} from "../signal/sample_tables.ts";

/** Bits of the fraction between two frames of a file: the resolution of a 32-bit float at the pitch of the recording. */
const stepBits = 24;

/** Fastest speed: six octaves above the recording. It keeps a step within 32 bits. */
const fastest = 64;

/** Time in which the old sound of a voice that was taken for another note falls to a third. */
const takenSeconds = 0.001;

const loops = ["none", "file", "range"] as const;

/** The place of a voice in a file. */
interface Place {
  /** Frame, and the part of the way to the next in 2^-24. */
  readonly frame: Integer;
  readonly fraction: Integer;
  /** Whether it stands on a frame, and moves from frame to frame as the file was recorded. */
  readonly exact: Condition;
  /** Whether it has come back from the loop's end at least once. */
  readonly looped: Condition;
}

interface Loop {
  readonly start: Integer;
  readonly end: Integer;
  readonly length: Integer;
  /** Frame from which the player turns back by the length. */
  readonly turnAt: Integer;
  /** It is played a number of times only and stands unrolled: the player stops at its end. */
  readonly stops: Condition;
}

/** The larger one. */
function atLeast(value: Integer, limit: Integer | number): Integer {
  return value.isBelow(limit).selectInteger(limit, value);
}

function atMost(value: Integer, limit: Integer): Integer {
  return value.isBelow(limit).selectInteger(value, limit);
}

/** Advances through a file. Whole frames and 2^-24 of them are counted in integers, so the pitch does not drift. */
function placeOf(
  { trigger, first, ratio, last, loop }: {
    readonly trigger: Condition;
    readonly first: Integer;
    /** Frames of the file in a frame of the output. */
    readonly ratio: Signal<"1">;
    readonly last: Integer;
    readonly loop: Loop | undefined;
  },
): Place {
  const step = ratio.times(2 ** stepBits).toInteger();
  let carried!: Integer;
  const fraction = integerFeedback(0, (previous) => {
    const sum = previous.plus(step);
    carried = sum.shiftRight(stepBits);
    return trigger.selectInteger(0, sum.and(2 ** stepBits - 1));
  });
  let turns = always(false);
  const frame = integerFeedback(0, (previous) => {
    const moved = previous.plus(carried);
    if (loop) turns = moved.isBelow(loop.turnAt).or(loop.stops).not();
    const next = loop
      ? loop.stops.selectInteger(
        atMost(moved, loop.end),
        turns.selectInteger(moved.minus(loop.length), moved),
      )
      : atMost(moved, last);
    return trigger.selectInteger(first, next);
  });
  const looped = loop
    ? conditionFeedback(false, (previous) => previous.or(turns).and(trigger.not()))
    : always(false);
  const exact = step.equals(2 ** stepBits).and(fraction.equals(0));
  return { frame, fraction, exact, looped };
}

/** The four frames around a place; across the end of the loop its beginning, and the other way round. */
function around({ frame, looped }: Pick<Place, "frame" | "looped">, loop: Loop | undefined): Integer[] {
  const [before, to, after] = [-1, 1, 2].map((offset) => frame.plus(offset));
  if (!loop) return [before, frame, to, after];
  const back = (at: Integer) => at.isBelow(loop.end).selectInteger(at, at.minus(loop.length));
  const seam = looped.and(frame.equals(loop.start));
  return [seam.selectInteger(before.plus(loop.length), before), frame, back(to), back(after)];
}

/**
 * Plays a sound file at any pitch, once or in a loop. At the pitch of the recording, and at its rate, it gives the file bit
 * for bit. Elsewhere images lie 110 dB below a sine of up to 18 kHz, and what lies above the band of the output is filtered:
 * from a third of an octave above the recording's pitch on, below a third of the output's rate nothing folds. Files that are
 * too long for such copies, and loops of kind `range`, are read by a cubic curve, with images 44 dB below a sine at
 * an eighth of the file's rate.
 *
 * A voice that is taken for another note while it sounds restarts the file, and its old sound fades out beneath, so neither a
 * repeated drum nor a stolen voice clicks. `envelope` is 1 while there is something to hear, then stays 0; `done` is true past the
 * end of the file. A voice that returns both ends with the file, also under a key that is held, or after the release.
 */
export const sampler = defineModule({
  name: "sampler",
  summary: "a sound file at any pitch, once or in a loop",
  source:
    "O. Niemitalo: Polynomial interpolators for high-quality resampling of oversampled audio (2001), through six frames of " +
    "the file at twice its rate; loops, roots and " +
    "fine tuning as in the smpl chunk of RIFF WAVE (Microsoft, IBM: Multimedia Programming Interface 3.0, 1994)",
  inputs: {
    gate: {
      kind: "condition",
      why: "held: it sounds; let go: it is released, unless it is played as one shot",
    },
    trigger: { kind: "condition", why: "begins the file" },
  },
  parameters: {
    frequencyHz: {
      unit: "Hz",
      min: 0,
      max: 20_000,
      default: 261.6255653005986,
      curve: "linear",
      smoothingSeconds: 0,
      why:
        "pitch: the file sounds as it was recorded at the frequency of its root note, six octaves above at most",
    },
    start: {
      ...unity,
      default: 0,
      smoothingSeconds: 0,
      why: "part of the file that notes leave out at its beginning; heard with the next note",
    },
    loopStart: {
      ...unity,
      default: 0,
      smoothingSeconds: 0,
      why: "where a loop of kind range begins, as part of the file",
    },
    loopEnd: {
      ...unity,
      default: 1,
      smoothingSeconds: 0,
      why: "where a loop of kind range ends, as part of the file; a loop has 64 frames at least",
    },
    attackSeconds: {
      unit: "s",
      min: 0,
      max: 10,
      default: 0,
      curve: "linear",
      smoothingSeconds: 0,
      why: "time of a straight fade-in; 0 leaves the file's own attack as it is",
    },
    releaseSeconds: {
      unit: "s",
      min: 0.001,
      max: 60,
      default: 0.05,
      curve: "exponential",
      smoothingSeconds: 0,
      why: "time of the straight fade-out once the note is let go; a millisecond does not click",
    },
    gainDb: faderDb,
  },
  options: {
    /** The file: `sampleFile("piano.wav")`. */
    file: undefined as SampleFile | undefined,
    /**
     * `file`: the loop that is written in a WAV or AIFF file, in its direction and as often as it says, else all of it; `range`: from
     * `loopStart` to `loopEnd`.
     */
    loop: "none" as typeof loops[number],
    /** Notes sound to the end of the file even when they are released early. */
    oneShot: false,
    /** Note of the recording, if the file does not say it or is wrong; with a fraction if it is out of tune. */
    rootNote: undefined as number | undefined,
  },
  process: (signals, { file, loop: loopKind, oneShot, rootNote }, { sampleRateHz, reject }) => {
    if (!file) return reject("file", `expected a sound file, e.g. sampleFile("piano.wav"), found none`);
    if (!loops.includes(loopKind)) reject("loop", `expected ${loops.join(", ")}, found ${loopKind}`);
    if (oneShot && loopKind !== "none") reject("oneShot", "expected no loop: the note would never end");
    if (rootNote !== undefined && !(rootNote >= 0 && rootNote <= 127)) {
      reject("rootNote", `expected a note from 0 to 127, found ${rootNote}`);
    }
    const { gate, trigger, frequencyHz, start, attackSeconds, releaseSeconds } = signals;
    const rootHz = noteToHz(rootNote === undefined ? file.rootNote : constant(rootNote));
    const last = file.frames;
    const frameAt = (part: Signal<"1">) => part.times(last.toFloat()).toInteger();
    const ratio = frequencyHz.ratio(rootHz).times(file.sampleRateHz.ratio(sampleRateHz)).atMost(fastest);
    // a loop that moves while it plays cannot be prepared when the file is loaded
    const prepared = loopKind === "range" ? always(false) : file.place("levels").isBelow(1).not();
    const loop = loopKind === "none"
      ? undefined
      : loopKind === "file"
      ? ownLoop(file, prepared)
      : rangeLoop(frameAt(signals.loopStart), frameAt(signals.loopEnd), last);
    const unrolled = file.loopStart.isBelow(last).not();
    const first = loopKind === "file"
      ? frameAt(start).plus(unrolled.selectInteger(last.plus(unrolledGapFrames), 0))
      : frameAt(start);
    const place = placeOf({ trigger, first, ratio, last, loop });

    const frames = (seconds: Signal<"s">) => seconds.ratio(1 / sampleRateHz).atLeast(1);
    const [rise, fall] = [attackSeconds, releaseSeconds].map((seconds) => constant(1).over(frames(seconds)));
    const held = oneShot ? always(true) : gate;
    const level = feedback(
      0,
      (previous) => held.select(trigger.select(0, previous).plus(rise), previous.minus(fall)).within(0, 1),
    );
    const inside = loop ? loop.stops.not().or(place.frame.isBelow(loop.end)) : place.frame.isBelow(last);
    const sounds = inside.and(level.isAbove(0));
    const amplitude = level.times(dbToGain(signals.gainDb));
    const fading = Math.fround(Math.exp(-1 / (takenSeconds * sampleRateHz)));
    const part = place.fraction.toFloat().times(2 ** -stepBits);
    const found = { ...place, speed: ratio, loops: loopKind === "file" };
    const between = readBetween(file, found);
    const recorded = readWhole(file, found);
    const side = (name: "left" | "right") => {
      const heard = prepared.select(
        place.exact.select(recorded(name), between(name)),
        cubic(around(place, loop).map((frame) => file.read(name, frame)), part),
      ).times(amplitude);
      let sum = heard;
      feedback(0, (before) => {
        const beneath = feedback(0, (rest) => trigger.select(before, rest.times(fading)));
        return sum = heard.plus(beneath).where(sounds);
      });
      return sum;
    };
    return {
      left: side("left"),
      right: side("right"),
      envelope: constant(1).where(sounds),
      done: inside.not(),
    };
  },
});

/** The loop of the file, which it goes into by {@link loopReach} where tables hold it. */
function ownLoop(file: SampleFile, prepared: Condition): Loop {
  const { loopStart: start, loopEnd: end } = file;
  const turnAt = prepared.selectInteger(end.plus(loopReach), end);
  return { start, end, length: end.minus(start), turnAt, stops: start.equals(end) };
}

/** A loop inside the file, long enough to be played at any speed. */
function rangeLoop(start: Integer, end: Integer, last: Integer): Loop {
  const from = atLeast(atMost(start, last.minus(shortestLoopFrames)), 0);
  const to = atMost(atLeast(end, from.plus(shortestLoopFrames)), atLeast(last, shortestLoopFrames));
  return { start: from, end: to, length: to.minus(from), turnAt: to, stops: always(false) };
}

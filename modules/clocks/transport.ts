import { defineModule } from "../signal/module.ts";
import { conditionFeedback, integerFeedback } from "../signal/feedback.ts";
import type { Condition, Integer } from "../signal/signal.ts";
import { unity } from "../signal/unity.ts";

/** Ticks of a beat, as MIDI clocks count. */
export const ticksPerBeat = 24;

/** Tempo is kept in hundredths of a beat a minute. */
const tempoSteps = 100;

/**
 * Tempo and position. Time is counted in whole numbers: the tempo is added up frame by frame, and a tick ends when the sum
 * reaches a multiple of the sample rate. So beat n begins in the first frame at or after its time, even after a month.
 */
export const transport = defineModule({
  name: "transport",
  summary: "tempo and position: ticks, beats and bars as triggers",
  source:
    "J. E. Bresenham: Algorithm for computer control of a digital plotter (1965); 24 ticks a beat as in MIDI 1.0",
  inputs: {},
  parameters: {
    tempoBpm: {
      unit: "1",
      min: 10,
      max: 400,
      default: 120,
      curve: "exponential",
      smoothingSeconds: 0,
      why: "beats a minute, to a hundredth; a signal may move it",
    },
    running: {
      ...unity,
      default: 1,
      smoothingSeconds: 0,
      why: "1 plays, 0 stops where it is and goes on from there",
    },
    rewind: {
      ...unity,
      default: 0,
      smoothingSeconds: 0,
      why: "1 goes to the beginning and waits there, 0 lets it play",
    },
  },
  options: { beatsPerBar: 4 },
  process: ({ tempoBpm, running, rewind }, { beatsPerBar }, { sampleRateHz, reject }) => {
    if (!(Number.isInteger(beatsPerBar) && beatsPerBar >= 1 && beatsPerBar <= 32)) {
      reject("beatsPerBar", `expected 1 to 32 beats, found ${beatsPerBar}`);
    }
    const tickLength = Math.round(sampleRateHz) * 60 * tempoSteps;
    const pace = tempoBpm.times(tempoSteps).rounded().toInteger().times(ticksPerBeat);
    const back = rewind.isAtLeast(0.5);
    const plays = running.isAtLeast(0.5).and(back.not());

    let over: Condition | undefined;
    const part = position((now) => {
      const after = now.plus(pace);
      over = after.isBelow(tickLength).not().and(plays);
      return plays.selectInteger(over.selectInteger(after.minus(tickLength), after), now);
    }, back);
    const turning = (length: number, next: Condition) => {
      let wraps: Condition | undefined;
      const place = position((now) => {
        wraps = next.and(now.equals(length - 1));
        return next.selectInteger(wraps.selectInteger(0, now.plus(1)), now);
      }, back);
      return { place, wraps: wraps! };
    };
    const ticks = turning(ticksPerBeat, over!);
    const beats = turning(beatsPerBar, ticks.wraps);
    const bars = position((now) => beats.wraps.selectInteger(now.plus(1), now), back);

    let entered: Condition | undefined;
    conditionFeedback(true, (before) => {
      entered = before;
      return back.or(over!).or(before.and(plays.not()));
    });
    const tick = entered!.and(plays);
    const beat = tick.and(ticks.place.equals(0));
    const partOfBeat = ticks.place.toFloat().plus(part.toFloat().times(1 / tickLength)).times(
      1 / ticksPerBeat,
    );
    return {
      /** It plays. */
      running: plays,
      /** True in the first frame of each 24th of a beat, and so on. */
      tick,
      beat,
      bar: beat.and(beats.place.equals(0)),
      /** Beats since the beginning. */
      positionBeats: bars.times(beatsPerBar).plus(beats.place).toFloat().plus(partOfBeat),
    };
  },
});

/** A counter that is 0 while the transport is at the beginning; its value in this frame, before it advances. */
function position(next: (now: Integer) => Integer, back: Condition): Integer {
  let now: Integer | undefined;
  integerFeedback(0, (before) => next(now = back.selectInteger(0, before)));
  return now!;
}

import { defineModule } from "../signal/module.ts";
import { paceOfHz, smoothed } from "../signal/smoother.ts";
import { exp2, sinOfTurn, sinTurns } from "../signal/math.ts";
import { channels } from "../signal/channels.ts";
import { DelayLine } from "../signal/delay_line.ts";
import { constant, type Integer, type Signal } from "../signal/signal.ts";
import { phaseOf, signedTurns } from "../oscillators/phase.ts";
import { sweepRate } from "../time/sweep.ts";
import { tap } from "../signal/interpolation.ts";
import { heldInLoop, monoOf, sides, swapped } from "../utility/stereo.ts";
import { unity } from "../signal/unity.ts";
import { preDelay, preDelayed } from "./pre_delay.ts";

/** Dattorro's lengths are frames at this rate. */
const paperRateHz = 29_761;

/** Furthest that the modulated all-passes move, in frames of the paper. */
const excursion = 16;

/** The whole way round through both halves of the tank, in frames of the paper. */
const roundTrip = 672 + 4_453 + 1_800 + 3_720 + 908 + 4_217 + 2_656 + 3_163;

/** The decay is applied four times on the way round. */
const decaysInRound = 4;

/** Measured decay time of the all-passes of the tank alone; the rounds add the rest. */
const ringingSeconds = 0.12;

/** Schroeder's all-pass: input and output of a delay, crossed. */
function allPass(
  { input, delayed, line, gain }: {
    readonly input: Signal<"1">;
    readonly delayed: Signal<"1">;
    readonly line: DelayLine;
    readonly gain: Signal<"1">;
  },
): Signal<"1"> {
  const taken = input.minus(delayed.times(gain));
  line.write(taken);
  return delayed.plus(taken.times(gain));
}

/** A plate of steel: dense at once, bright, and wide. */
export const plateReverb = defineModule({
  name: "plateReverb",
  summary: "a plate: dense at once, bright and wide; stereo, wet only",
  source:
    "J. Dattorro: Effect Design, Part 1: Reverberator and Other Filters, JAES 45 (1997); the two halves of " +
    "its tank are the two channels",
  inputs: { input: { kind: "1", why: "left and right; their mean excites the plate" } },
  parameters: {
    decaySeconds: {
      unit: "s",
      min: 0.5,
      max: 60,
      default: 2.5,
      curve: "exponential",
      smoothingSeconds: 0.05,
      why:
        "time to fall by 60 dB below the damping, within 15 % from 1 s on; less than 0.5 s its all-passes do not allow",
    },
    preDelaySeconds: { ...preDelay, why: "time before the first sound of the plate; more keeps words clear" },
    bandwidthHz: {
      unit: "Hz",
      min: 200,
      max: 20_000,
      default: 16_000,
      curve: "exponential",
      smoothingSeconds: 0.02,
      why: "what goes in loses 3 dB here and more above",
    },
    dampingHz: {
      unit: "Hz",
      min: 200,
      max: 20_000,
      default: 7_000,
      curve: "exponential",
      smoothingSeconds: 0.02,
      why: "each round loses 3 dB here, twice, and more above: high tones die first",
    },
    diffusion: {
      ...unity,
      default: 1,
      why: "how much a click is smeared on its way in; 1 as in the paper, 0 separate echoes",
    },
    modulation: {
      ...unity,
      default: 0.25,
      smoothingSeconds: 0.05,
      why:
        "how far the tank breathes, which keeps it from ringing; at 1 and 1 Hz each round bends by 6 cents",
    },
    modulationHz: { ...sweepRate, max: 3, default: 1, why: "how fast the tank breathes" },
  },
  outputOnly: true,
  options: {},
  process: (signals, _options, { sampleRateHz }) => {
    const { input, decaySeconds, preDelaySeconds, bandwidthHz, dampingHz, diffusion } = signals;
    const { modulation, modulationHz } = signals;
    const scale = sampleRateHz / paperRateHz;
    const frames = (inPaper: number) => Math.max(1, Math.round(inPaper * scale));
    const lineOf = (left: number, right = left) => ({
      line: new DelayLine(frames(Math.max(left, right)) + 4),
      ago: left === right ? frames(left) : pair(frames(left), frames(right)),
    });

    const entering = smoothed(monoOf(input), paceOfHz(bandwidthHz, sampleRateHz));
    let diffused = preDelayed(entering, preDelaySeconds, sampleRateHz);
    for (const [length, gain] of [[142, 0.75], [107, 0.75], [379, 0.625], [277, 0.625]]) {
      const { line, ago } = lineOf(length);
      diffused = allPass({ input: diffused, delayed: line.read(ago), line, gain: diffusion.times(gain) });
    }

    const perRound = constant<"s">(-3 * Math.log2(10) * roundTrip / paperRateHz / decaysInRound);
    const decay = exp2(perRound.ratio(decaySeconds.minus(ringingSeconds)));
    const breath = signedTurns(phaseOf(modulationHz, sampleRateHz).phase);
    const sweep = channels(sinOfTurn(breath), sinTurns(breath.plus(0.25)));
    const breathing = new DelayLine(frames(908) + Math.ceil(excursion * scale) + 4);
    const breathingAgo = sides(672 * scale, 908 * scale).plus(
      sweep.times(modulation).times(excursion * scale),
    );
    const [long, second, last] = [lineOf(4_453, 4_217), lineOf(1_800, 2_656), lineOf(3_720, 3_163)];

    const intoTank = diffused.plus(swapped(heldInLoop(last.line.read(last.ago))).times(decay));
    long.line.write(
      allPass({
        input: intoTank,
        delayed: tap(breathing, breathingAgo),
        line: breathing,
        gain: constant(-0.7),
      }),
    );
    const damped = smoothed(long.line.read(long.ago), paceOfHz(dampingHz, sampleRateHz)).times(decay);
    last.line.write(
      allPass({
        input: damped,
        delayed: second.line.read(second.ago),
        line: second.line,
        gain: constant(0.5),
      }),
    );

    const at = ({ line }: { line: DelayLine }, left: number, right: number) =>
      line.read(pair(frames(left), frames(right)));
    const fromOther = at(long, 353, 266).plus(at(long, 3_627, 2_974)).minus(at(second, 1_228, 1_913))
      .plus(at(last, 2_673, 1_996));
    const fromOwn = at(long, 1_990, 2_111).plus(at(second, 187, 335)).plus(at(last, 1_066, 121));
    return swapped(fromOther).minus(fromOwn).times(0.6);
  },
});

/** Two numbers of frames, one for each channel. */
function pair(left: number, right: number): Integer {
  return sides(left, right).toInteger();
}

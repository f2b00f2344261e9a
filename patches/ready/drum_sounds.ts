/** Drums that a sequencer plays in the output of a patch: each is a function of triggers and their levels. */
import { softClip } from "../../modules/distortion/soft_clip.ts";
import { attackRelease } from "../../modules/envelopes/attack_release.ts";
import { stateVariable } from "../../modules/filters/state_variable.ts";
import { fmOperator } from "../../modules/oscillators/fm_operator.ts";
import { noise } from "../../modules/oscillators/noise.ts";
import { signedTurns, turnsPerStep } from "../../modules/oscillators/phase.ts";
import { buildRateHz } from "../../modules/signal/build_context.ts";
import { exp2, sinOfTurn } from "../../modules/signal/math.ts";
import { channel } from "../../modules/signal/channels.ts";
import { conditionFeedback, integerFeedback } from "../../modules/signal/feedback.ts";
import { type Condition, constant, type Signal } from "../../modules/signal/signal.ts";

/** The track of a drum. */
export interface Stroke {
  /** True in the frame of a stroke. */
  readonly trigger: Condition;
  /** Level of the last one, 0 to 1. */
  readonly value: Signal<"1">;
  readonly decaySeconds: Signal<"s">;
}

/** Octaves that the pitch of the kick falls at full punch. */
const punchOctaves = 3.2;

/** Where the beater is heard, also on small loudspeakers. */
const beaterHz = 3_200;

/** Frequencies of the skin of a snare: its two lowest modes, which the air in the drum drives apart. */
const skinHz = [185, 331] as const;

/** A fall to silence after each stroke. */
function falling(trigger: Condition, releaseSeconds: Signal<"s"> | number, releaseCurve = 5): Signal<"1"> {
  return attackRelease({
    gate: trigger,
    trigger,
    held: false,
    attackSeconds: 0.001,
    releaseSeconds,
    releaseCurve,
  });
}

/** A sine that begins at 0 with each stroke, so that all of them are alike. */
export function struckSine(trigger: Condition, frequencyHz: Signal<"Hz">): Signal<"1"> {
  const step = frequencyHz.ratio(buildRateHz()).times(1 / turnsPerStep).toInteger();
  let phase = step;
  integerFeedback(0, (previous) => {
    phase = trigger.selectInteger(0, previous);
    return phase.plus(step);
  });
  return sinOfTurn(signedTurns(phase));
}

/** Noise that lies in the middle, with a little of it at the sides. Main mix only. */
function wideNoise(): Signal<"1"> {
  const each = noise({});
  return channel(each, 0).times(0.6).plus(each.times(0.4));
}

/** A skin whose pitch falls, and the click of the beater. */
export function kickSound(
  { trigger, value, decaySeconds, tuneHz, punch }: Stroke & {
    readonly tuneHz: Signal<"Hz">;
    readonly punch: Signal<"1">;
  },
): Signal<"1"> {
  const fall = falling(trigger, 0.14, 4).times(punch).times(punchOctaves);
  const swung = struckSine(trigger, tuneHz.times(exp2(fall))).times(falling(trigger, decaySeconds, 4));
  const skin = softClip({ input: swung, driveDb: punch.times(6).as("dB") });
  const click = stateVariable({ input: channel(noise({}), 0), cutoffHz: beaterHz, q: 1 }).band
    .times(falling(trigger, 0.03)).times(punch.times(1.9));
  return skin.plus(click).times(value);
}

/** Two tones of the skin, and the wires below it. */
export function snareSound(
  { trigger, value, decaySeconds, snap }: Stroke & { readonly snap: Signal<"1"> },
): Signal<"1"> {
  const skin = skinHz.reduce(
    (sum, frequencyHz) => sum.plus(struckSine(trigger, constant<"Hz">(frequencyHz))),
    constant(0),
  ).times(falling(trigger, decaySeconds.times(0.6))).times(0.5);
  const { band, high } = stateVariable({ input: wideNoise(), cutoffHz: 2_200, q: 0.8 });
  const wires = band.plus(high.times(0.6)).times(falling(trigger, decaySeconds, 4)).times(0.7);
  return skin.plus(wires.minus(skin).times(snap)).times(value);
}

/** Two plates of metal: noise and a sine whose phase another shakes, far from any harmonic. */
export function hatSound(
  { trigger, value, decaySeconds, choke }: Stroke & { readonly choke?: Condition },
): Signal<"1"> {
  const metal = fmOperator({
    frequencyHz: 5_310,
    phaseTurns: fmOperator({ frequencyHz: 3_790, feedbackTurns: 0.3 }).times(0.9),
  });
  const { high } = stateVariable({
    input: wideNoise().times(0.8).plus(metal.times(0.25)),
    cutoffHz: 7_000,
    q: 0.9,
  });
  const sound = high.times(falling(trigger, decaySeconds)).times(value);
  if (!choke) return sound;
  const open = conditionFeedback(false, (before) => trigger.or(before.and(choke.not())));
  return sound.times(attackRelease({ gate: open, trigger, attackSeconds: 0.001, releaseSeconds: 0.03 }));
}

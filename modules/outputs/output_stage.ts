/**
 * What stands behind a patch, one for each output of the device: equaliser, delay, test signal, gain, mute and limiter. It is part of the
 * patch that is compiled, so its parameters are those of a patch: `/output3/gainDb` over OSC, on the page, in the log, in sessions and
 * snapshots, and the same for all renderers. A part that is not asked for costs nothing.
 */
import type { OutputPart, OutputStage } from "../../compiler/graph/compiled_patch.ts";
import { channelsPerVector } from "../../compiler/graph/limits.ts";
import { limiter } from "../dynamics/limiter.ts";
import { parametricEq } from "../filters/parametric_eq.ts";
import { pinkNoise } from "../oscillators/pink_noise.ts";
import { sine } from "../oscillators/sine.ts";
import { channel, channels } from "../signal/channels.ts";
import { DelayLine } from "../signal/delay_line.ts";
import { integerFeedback } from "../signal/feedback.ts";
import { dbToGain } from "../signal/math.ts";
import type { ParameterTable } from "../signal/module.ts";
import { constant, type Signal, type Unit } from "../signal/signal.ts";
import { crossfaded } from "../time/moved_tap.ts";
import { faderDb } from "../utility/gain.ts";

/** Middles of the bands of the equaliser, as they are at the start. */
const bandsHz = [100, 1_000, 8_000] as const;

/** Level of the pink noise by which outputs are found: -20 dB as a mean, loud in a room and no harm to anybody. */
const noiseGain = 0.5;

/** Peak of the beeps by which outputs are counted: -12 dB. */
const beepGain = 0.25;

/** Beeps come in slots of this length and fill half of it; a count begins again after so many. */
const slotSeconds = 0.25;
const slotsOfCount = 20;

/** Silent slots between the tens and the ones. */
const pauseSlots = 2;

/** Rise and fall of a beep. */
const edgeSeconds = 0.005;

/** The tens are counted by a low beep, the ones by a high one. */
const beepHz = { tens: 440, ones: 880 } as const;

type Parameter = ParameterTable[string];
type Signals = Readonly<Record<string, Signal>>;

/** Parameters of one output, in the group `output` and its number. */
export function outputParameters(
  { parts, maxDelaySeconds, names }: OutputStage,
  output: number,
): ParameterTable {
  const name = names[output] === undefined
    ? `output ${output + 1}`
    : `output ${output + 1} (${names[output]})`;
  const of = (parameter: Omit<Parameter, "why">, what: string): Parameter => ({
    ...parameter,
    why: `${name}: ${what}`,
  });
  const smooth = { curve: "linear", smoothingSeconds: 0.01 } as const;
  const tables: Readonly<Record<OutputPart, ParameterTable>> = {
    equaliser: Object.fromEntries(
      bandsHz.flatMap((hz, band): [string, Parameter][] => {
        const { frequencyHz, gainDb, q } = parametricEq.parameters;
        const key = (what: string) => `band${band + 1}${what}`;
        return [
          [key("Hz"), of({ ...frequencyHz, default: hz }, `middle of band ${band + 1} of the equaliser`)],
          [key("GainDb"), of(gainDb, `gain of band ${band + 1}; at 0 dB every bit passes as it is`)],
          [key("Q"), of(q, `frequency over width of band ${band + 1}; 1.4 is an octave`)],
        ];
      }),
    ),
    delay: {
      delaySeconds: of(
        { unit: "s", min: 0, max: maxDelaySeconds, default: 0, curve: "linear", smoothingSeconds: 0 },
        "delay in whole frames; to another one it fades over",
      ),
    },
    gain: {
      gainDb: of(faderDb, "gain; the lowest value is silence"),
      mute: of({ unit: "1", min: 0, max: 1, default: 0, ...smooth }, "1: silent, but for the test signal"),
    },
    identify: {
      identify: of(
        { unit: "1", min: 0, max: 2, default: 0, curve: "linear", smoothingSeconds: 0 },
        "test signal in place of the sound: 1 is pink noise, 2 beeps its number, low ones for tens; 0: none",
      ),
    },
    limiter: {
      limitDb: of(limiter.parameters.ceilingDb, "what no peak goes beyond"),
    },
  };
  return Object.assign({}, ...parts.map((part) => tables[part]));
}

/**
 * The vectors of all outputs, as they leave the stage.
 *
 * @param vectors four outputs each
 * @param outputs parameters of each output; lanes beyond the last one have its
 */
export function outputStage(
  vectors: readonly Signal<"1">[],
  outputs: readonly Signals[],
  { parts, maxDelaySeconds, sampleRateHz }: OutputStage & { readonly sampleRateHz: number },
): Signal<"1">[] {
  const has = (part: OutputPart) => parts.includes(part);
  const test = has("identify") ? testSignals(sampleRateHz) : undefined;
  return vectors.map((vector, index) => {
    const lanes = Array.from({ length: channelsPerVector }, (_, lane) => index * channelsPerVector + lane);
    const of = <U extends Unit>(name: string) =>
      channels(
        ...lanes.map((output) => outputs[Math.min(output, outputs.length - 1)][name] as Signal<"1">),
      ) as Signal<Unit> as Signal<U>;
    let signal = vector;
    if (has("equaliser")) {
      bandsHz.forEach((_, band) => {
        signal = parametricEq({
          input: signal,
          frequencyHz: of<"Hz">(`band${band + 1}Hz`),
          gainDb: of<"dB">(`band${band + 1}GainDb`),
          q: of<"1">(`band${band + 1}Q`),
        });
      });
    }
    if (has("delay")) {
      const line = new DelayLine(Math.max(1, Math.ceil(maxDelaySeconds * sampleRateHz)), `outputs${index}`);
      signal = delayed(signal, of<"s">("delaySeconds"), { line, sampleRateHz });
    }
    if (has("gain")) signal = signal.times(constant(1).minus(of<"1">("mute")));
    if (test) {
      const chosen = of<"1">("identify");
      const numbers = lanes.map((output) => Math.min(output, outputs.length - 1) + 1);
      const beeps = test.beeps(
        channels(...numbers.map((number) => Math.floor(number / 10))),
        channels(...numbers.map((number) => number % 10)),
      );
      signal = chosen.isAtLeast(1.5).select(beeps, chosen.isAtLeast(0.5).select(test.noise, signal));
    }
    if (has("gain")) signal = signal.times(dbToGain(of<"dB">("gainDb")));
    return has("limiter") ? limiter({ input: signal, ceilingDb: of<"dB">("limitDb") }).output : signal;
  });
}

/** Each lane by its own whole number of frames; 0 passes as it is. */
function delayed(
  input: Signal<"1">,
  seconds: Signal<"s">,
  { line, sampleRateHz }: { readonly line: DelayLine; readonly sampleRateHz: number },
): Signal<"1"> {
  line.write(input);
  // places count from 1, because a fade takes 0 for a place that it has not been to
  const place = seconds.ratio(1 / sampleRateHz).rounded().within(0, line.frames).plus(1);
  return crossfaded(
    place,
    sampleRateHz,
    (from) => from.isAtMost(1).select(input, line.read(from.minus(1).toInteger())),
  );
}

/** Signals that all outputs share. */
function testSignals(sampleRateHz: number) {
  const slotFrames = Math.round(slotSeconds * sampleRateHz);
  const frames = slotFrames * slotsOfCount;
  const frame = integerFeedback(-1, (before) => {
    const next = before.plus(1);
    return next.isBelow(frames).selectInteger(next, 0);
  }).toFloat();
  const slot = frame.times(1 / slotFrames).floor();
  const inSlot = frame.minus(slot.times(slotFrames));
  const edge = edgeSeconds * sampleRateHz;
  const shape = inSlot.atMost(constant(slotFrames / 2).minus(inSlot)).times(1 / edge).within(0, 1).times(
    beepGain,
  );
  const [low, high] = [beepHz.tens, beepHz.ones].map((frequencyHz) => sine({ frequencyHz }).times(shape));
  return {
    noise: channel(pinkNoise({}).times(noiseGain), 0),
    /** The number of each lane, by its tens and ones. */
    beeps: (tens: Signal<"1">, ones: Signal<"1">) => {
      const start = tens.plus(tens.isAbove(0).select(pauseSlots, 0));
      const isOne = slot.isAtLeast(start).and(slot.isBelow(start.plus(ones)));
      return slot.isBelow(tens).select(low, constant(0)).plus(isOne.select(high, constant(0)));
    },
  };
}

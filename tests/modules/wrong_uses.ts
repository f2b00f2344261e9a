/**
 * Uses of modules that are errors in the editor. Nothing here runs; `deno check` fails where one of them is accepted, and
 * `module_types_test.ts` counts them.
 */
import {
  adsr,
  audioInput,
  delay,
  gain,
  glide,
  instrument,
  mixer,
  noise,
  type Note,
  saw,
  type Signal,
  stateVariable,
} from "understudy";

/** Each line after a mark is wrong in one way. */
export function wrongUses(note: Note, seconds: Signal<"s">, cutoffHz: Signal<"Hz">): void {
  const input = saw({ frequencyHz: note.frequencyHz });
  // @ts-expect-error: no such parameter
  saw({ frequency: 440 });
  // @ts-expect-error: no such parameter beside options
  delay({ input, time: 0.3 });
  // @ts-expect-error: seconds where hertz belong
  saw({ frequencyHz: seconds });
  // @ts-expect-error: hertz where seconds belong
  adsr({ gate: note.gate, trigger: note.trigger, attackSeconds: cutoffHz });
  // @ts-expect-error: a factor where decibels belong
  gain({ input, gainDb: note.velocity });
  // @ts-expect-error: hertz where semitones belong
  glide({ number: note.frequencyHz });
  // @ts-expect-error: a signal where a condition belongs
  adsr({ gate: note.velocity, trigger: note.trigger });
  // @ts-expect-error: a condition where a signal belongs
  stateVariable({ input: note.gate });
  // @ts-expect-error: two signals where one belongs
  stateVariable({ input: [input, input] });
  // @ts-expect-error: the input is missing
  stateVariable({ cutoffHz: 100 });
  // @ts-expect-error: arguments are missing
  noise();
  // @ts-expect-error: several outputs where one belongs
  gain({ input: stateVariable({ input }) });
  // @ts-expect-error: no such output
  void stateVariable({ input }).lowpass;
  // @ts-expect-error: hertz and seconds do not add up
  cutoffHz.plus(seconds);
  // @ts-expect-error: no such channel
  audioInput({ input, channel: 7 });
  // @ts-expect-error: an option is no signal
  delay({ input, maximumSeconds: seconds });
  // @ts-expect-error: there is no fifth strip
  mixer({ input5: input });
  instrument({
    parameters: { q: stateVariable.parameters.q, timeSeconds: delay.parameters.timeSeconds },
    voice: (_note, p) => ({
      // @ts-expect-error: a parameter's unit comes with it
      output: stateVariable({ input, cutoffHz: p.timeSeconds, q: p.q }).low,
      // @ts-expect-error: the instrument has no such parameter
      envelope: p.attackSeconds,
    }),
  });
}

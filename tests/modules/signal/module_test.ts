import assert from "node:assert/strict";
import { checkParameter, defineModule, type Parameter } from "../../../modules/signal/module.ts";
import { evaluatePatch } from "../../../patches/loading/evaluate_patch.ts";
import { testFormat } from "../../../testing/patch/patch_player.ts";
import { sharedItems } from "../../../testing/share.ts";

/** A patch file; `VOICE` and `OUTPUT` are where a test writes something wrong. Line 11 is the voice's, 17 the output's. */
const file = `import {
  adsr, audioInput, channel, constant, delay, DelayLine, definePatch, feedback, glide, instrument, saw, stateVariable,
} from "understudy";

let leak: any = undefined;
export default definePatch({
  name: "mine",
  instruments: {
    one: instrument({
      parameters: { q: stateVariable.parameters.q },
      voice: (note, p) => { VOICE
        leak ??= note.velocity;
        return { output: saw({ frequencyHz: note.frequencyHz }), envelope: constant(1) };
      },
    }),
  },
  parameters: { master: {} }, output: ({ one }: any) => { OUTPUT
    return one;
  },
});
`;

/** What is written, and the message. */
const voiceErrors: readonly (readonly [string, string])[] = [
  [
    `stateVariable({ input: constant(0), q: 900 });`,
    "stateVariable: q (my_patch.ts:11): expected 0.5 to 100, found 900",
  ],
  [
    `stateVariable({ input: constant(0), cutoffHz: 1 });`,
    "stateVariable: cutoffHz (my_patch.ts:11): expected 5 to 20000 Hz, found 1",
  ],
  [`saw({ frequencyHz: NaN });`, "saw: frequencyHz (my_patch.ts:11): expected 0 to 20000 Hz, found NaN"],
  [
    `saw({ frequencyHz: "440" });`,
    'saw: frequencyHz (my_patch.ts:11): expected a signal or a number, found "440"',
  ],
  [
    `saw({ frequencyHz: note.gate });`,
    "saw: frequencyHz (my_patch.ts:11): expected a signal or a number, found a condition",
  ],
  [
    `saw({ frequency: 440 });`,
    "saw: frequency (my_patch.ts:11): there is no such input, parameter or option; did you mean frequencyHz? There are: frequencyHz, oversampling",
  ],
  [`saw();`, "saw (my_patch.ts:11): expected one object of arguments, found nothing"],
  [`stateVariable({});`, "stateVariable: input (my_patch.ts:11): expected a signal, found nothing"],
  [
    `stateVariable({ input: [constant(0), constant(0)] });`,
    "stateVariable: input (my_patch.ts:11): expected a signal, found 2 signals",
  ],
  [
    `adsr({ gate: note.velocity, trigger: note.trigger });`,
    "adsr: gate (my_patch.ts:11): expected a condition, found a signal",
  ],
  [
    `delay({ input: constant(0), maximumSeconds: 99 });`,
    "delay: maximumSeconds (my_patch.ts:11): expected more than 0, up to 30 s, found 99",
  ],
  [
    `leak = channel(note.velocity, 0); return { output: leak, envelope: constant(1) };`,
    "instrument one: patch (my_patch.ts:11): uses a signal that does not belong here: a channel, which only the output has; " +
    "voices are mono until they are panned",
  ],
  [
    `return { output: new DelayLine(9).read(1), envelope: constant(1) };`,
    "instrument one: patch (my_patch.ts:11): a delay line is read but never written",
  ],
  [`note.velocity.plus(NaN);`, "my_patch.ts:11: expected a signal or a number, found NaN"],
  [`new DelayLine(0);`, "my_patch.ts:11: delay line: expected 1 to 5760000 frames, found 0"],
];

const outputErrors: readonly (readonly [string, string])[] = [
  [
    `one = one.times(leak);`,
    "output: patch (my_patch.ts:17): uses a signal that does not belong here: a note's own signal, which only the voice has",
  ],
  [
    `one = stateVariable({ input: one, q: leak }).low;`,
    "output: stateVariable (my_patch.ts:17): uses a signal that does not belong here: a note's own signal, which only the voice has",
  ],
  [
    `one = audioInput({ input: one, channel: 9 });`,
    'audioInput: channel (my_patch.ts:17): expected "each", 0, 1, 2 or 3, found 9',
  ],
  [
    `return leak;`,
    "my_patch.ts:6: output: patch: uses a signal that does not belong here: a note's own signal, which only the voice has",
  ],
  [
    `return 5;`,
    "my_patch.ts:6: output: expected one signal, or a list with a signal for each channel, found number",
  ],
];

async function errorOf(folder: string, text: string): Promise<string> {
  const path = `${folder}/my_patch.ts`;
  await Deno.writeTextFile(path, text);
  try {
    await evaluatePatch(path, testFormat);
    return "none";
  } catch (error) {
    return (error as Error).message.replace(`${path}: `, "");
  }
}

Deno.test("errors name the module, the parameter and the line of the patch file, and say what was expected", async () => {
  const folder = await Deno.makeTempDir();
  const texts = [
    ...voiceErrors.map(([wrong, message]) => ({ voice: wrong, output: "", message })),
    ...outputErrors.map(([wrong, message]) => ({ voice: "", output: wrong, message })),
  ];
  for (const { voice, output, message } of sharedItems("wrong uses in a patch file", texts, 3)) {
    const text = file.replace("VOICE", voice).replace("OUTPUT", output);
    assert.equal(await errorOf(folder, text), message, voice + output);
  }
  assert.equal(await errorOf(folder, file.replace("VOICE", "").replace("OUTPUT", "")), "none");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a signal that is made when the file is loaded is an error with its line", async () => {
  const folder = await Deno.makeTempDir();
  const text = file.replace("= undefined", "= saw({})");
  const expected =
    "my_patch.ts:5: TypeError: signals are made inside the functions of a patch, not when its file is loaded";
  assert.equal(await errorOf(folder, text), expected);
  await Deno.remove(folder, { recursive: true });
});

const sound: Parameter = {
  unit: "Hz",
  min: 1,
  max: 10,
  default: 2,
  curve: "exponential",
  smoothingSeconds: 0.1,
  why: "to be wrong in one way each",
};

Deno.test("a table that contradicts itself is refused when the module is declared", () => {
  const wrong: readonly (readonly [Partial<Parameter>, RegExp])[] = [
    [{ min: 10, max: 1 }, /mine: pitch: expected min below max, found 10 and 1/],
    [{ default: 11 }, /mine: pitch: expected a default from 1 to 10, found 11/],
    [{ min: 0 }, /mine: pitch: an exponential curve needs a min above 0, found 0/],
    [{ max: Infinity }, /mine: pitch: expected finite numbers/],
    [{ smoothingSeconds: -1 }, /mine: pitch: smoothingSeconds: expected 0 or more, found -1/],
    [{ why: "" }, /mine: pitch: expected a reason in why, found none/],
  ];
  for (const [change, message] of wrong) {
    const declare = () =>
      defineModule({
        name: "mine",
        summary: "wrong",
        source: "here",
        inputs: {},
        parameters: { pitch: { ...sound, ...change } },
        options: {},
        process: ({ pitch }) => pitch,
      });
    assert.throws(declare, { name: "TypeError", message });
  }
  checkParameter("mine: pitch", sound);
});

Deno.test("a name may stand once in a module's table", () => {
  const declare = () =>
    defineModule({
      name: "mine",
      summary: "wrong",
      source: "here",
      inputs: { pitch: { kind: "1", why: "twice" } },
      parameters: { pitch: sound },
      options: {},
      process: ({ pitch }) => pitch,
    });
  assert.throws(declare, { name: "TypeError", message: /mine: pitch: names more than one of/ });
});

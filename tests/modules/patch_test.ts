/** What a patch must be, and what its author is told when it is not. */
import assert from "node:assert/strict";
import { definePatch, instrument, type Patch } from "../../modules/patch.ts";
import { PatchError } from "../../compiler/graph/patch_error.ts";
import { constant } from "../../modules/signal/signal.ts";
import { testFormat } from "../../testing/patch/patch_player.ts";

/** A patch file in which some lines can be replaced; the instrument begins in line 3, its voice's first line is 7. */
function patchFile(lines: Readonly<Record<number, string>> = {}): string {
  const text = [
    `import * as u from "${new URL("../../modules/mod.ts", import.meta.url)}";`,
    `const level = { unit: "1", min: 0, max: 1, default: 0.5, curve: "linear", smoothingSeconds: 0, why: "level" };`,
    `const one = u.instrument({`,
    `  voices: 8,`,
    `  parameters: { level },`,
    `  voice: (note, p) => {`,
    `    const tone = u.sine({ frequencyHz: note.frequencyHz });`,
    `    const envelope = u.adsr({ gate: note.gate, trigger: note.trigger });`,
    `    return { output: tone.times(p.level), envelope };`,
    `  },`,
    `});`,
    `export default u.definePatch({`,
    `  name: "bad",`,
    `  instruments: { one },`,
    `  parameters: { master: { level } },`,
    `  output: ({ one }, { master }, input) => {`,
    `    const mix = one.times(master.level);`,
    `    return mix;`,
    `  },`,
    `});`,
  ];
  for (const [line, replacement] of Object.entries(lines)) text[Number(line) - 1] = replacement;
  return text.join("\n") + "\n";
}

let files = 0;

/** What building the patch of this file throws, or undefined. */
async function complaint(text: string): Promise<Error | undefined> {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/bad${files++}.js`;
    await Deno.writeTextFile(path, text);
    const { default: patch } = await import(`file://${path}`) as { default: Patch };
    patch.build(testFormat);
  } catch (error) {
    return error as Error;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What is replaced, and what the message must say; `LINE` in it stands for the file, and a number for its line. */
const mistakes: Readonly<Record<string, [Readonly<Record<number, string>>, string | RegExp]>> = {
  "a number out of range": [
    { 7: `    const tone = u.sine({ frequencyHz: -3 });` },
    "sine: frequencyHz (LINE7): expected 0 to 20000 Hz, found -3",
  ],
  "a number that is none, in a module": [
    { 7: `    const tone = u.sine({ frequencyHz: NaN });` },
    "sine: frequencyHz (LINE7): expected 0 to 20000 Hz, found NaN",
  ],
  "a number that is none, in arithmetic": [
    { 9: `    return { output: tone.times(undefined * 2), envelope };` },
    "LINE9: expected a signal or a number, found NaN",
  ],
  "a parameter that does not exist": [
    { 7: `    const tone = u.sine({ frequency: 440 });` },
    "sine: frequency (LINE7): there is no such input, parameter or option; did you mean frequencyHz? There are: phaseTurns, frequencyHz",
  ],
  "an option of an instrument that does not exist": [
    { 4: `  voice_count: 8,` },
    "LINE3: instrument one: there is no option voice_count; did you mean voices?",
  ],
  "an option of the patch that does not exist": [
    { 13: `  name: "bad", chanels: 4,` },
    "LINE12: definePatch: there is no option chanels; did you mean channels?",
  ],
  "a parameter of the output that does not exist": [
    { 17: `    const mix = one.times(master.levl);` },
    "LINE17: master: there is no parameter levl; did you mean level?",
  ],
  "a group of parameters that does not exist": [
    { 16: `  output: ({ one }, { mastr }, input) => {` },
    "LINE16: output: there is no group of parameters mastr; did you mean master?",
  ],
  "an instrument that does not exist": [
    { 16: `  output: ({ on }, { master }, input) => {` },
    "LINE16: output: there is no instrument on; did you mean one?",
  ],
  "a parameter of an instrument that does not exist": [
    { 9: `    return { output: tone.times(p.lvel), envelope };` },
    "LINE9: one: there is no parameter lvel; did you mean level?",
  ],
  "a part of a note that does not exist": [
    { 7: `    const tone = u.sine({ frequencyHz: note.freqencyHz });` },
    "LINE7: instrument one: a note has no freqencyHz; did you mean frequencyHz?",
  ],
  "an undefined signal": [
    { 7: `    const tone = u.sine({ frequencyHz: undefined });` },
    "sine: frequencyHz (LINE7): expected a value, found nothing; leave it out for the default",
  ],
  "a word of a parameter that does not exist": [
    { 15: `  parameters: { master: { level: { ...level, defualt: 1 } } },` },
    "LINE12: master: level: a parameter has no defualt; did you mean default?",
  ],
  "a controller that cannot be": [
    { 15: `  parameters: { master: { level: { ...level, controller: 120 } } },` },
    "LINE12: master: level: controller: expected 0 to 119, found 120",
  ],
  "a MIDI channel that cannot be": [
    { 4: `  midiChannel: 17,` },
    "LINE3: instrument one: midiChannel: expected 1 to 16, found 17",
  ],
  "a MIDI channel of two instruments": [
    { 4: `  midiChannel: 10,`, 14: `  instruments: { one, two: one },` },
    "LINE3: instrument two: midiChannel: one plays channel 10 already",
  ],
  "more instruments than can be counted": [
    { 14: `  instruments: Object.fromEntries(Array.from({ length: 65 }, (_, i) => ["i" + i, one])),` },
    "LINE12: instruments: expected at most 64, found 65",
  ],
  "a comparison of JavaScript": [
    { 9: `    return { output: tone.times(note.velocity > 0.5 ? 1 : 0), envelope };` },
    /^bad\d+\.js:9: expected a method of a signal, found an operator of JavaScript; use plus, .*isAbove/,
  ],
  "a sum of JavaScript": [
    { 7: `    const tone = u.sine({ frequencyHz: note.frequencyHz + 3 });` },
    /^bad\d+\.js:7: expected a method of a signal, found an operator of JavaScript/,
  ],
  "a condition as a number": [
    { 9: `    return { output: tone.times(+note.gate), envelope };` },
    /^bad\d+\.js:9: expected a method of a condition, found an operator of JavaScript; use and, or, not, or `select`/,
  ],
  "an integer signal in a text": [
    { 7: "    const tone = u.sine({ frequencyHz: `${note.number.toInteger()}` });" },
    /^bad\d+\.js:7: expected a method of an integer signal/,
  ],
  "a missing input": [
    { 8: `    const envelope = u.adsr({ gate: note.gate });` },
    "adsr: trigger (LINE8): expected a condition, found nothing",
  ],
  "several signals where one belongs": [
    { 8: `    const envelope = u.gain({ input: u.pan({ input: tone }) });` },
    "gain: input (LINE8): expected a signal, found 2 signals",
  ],
  "a voice of three sides": [
    { 9: `    return { output: [tone, tone, tone], envelope };` },
    "LINE3: instrument one: expected { output, envelope }: output one signal or left and right, envelope a signal",
  ],
  "a voice without an envelope": [
    { 9: `    return { output: tone };` },
    "LINE3: instrument one: expected { output, envelope }: output one signal or left and right, envelope a signal",
  ],
  "a number for the end of a voice": [
    { 9: `    return { output: tone, envelope, done: 1 };` },
    "LINE3: instrument one: done: expected a condition, found number",
  ],
  "a voice that returns nothing": [
    { 9: `    envelope.times(tone);` },
    "LINE3: instrument one: expected { output, envelope }: output one signal or left and right, envelope a signal",
  ],
  "an output that is no signal": [
    { 18: `    mix.times(2);` },
    "LINE12: output: expected one signal, or a list with a signal for each channel, found nothing",
  ],
  "an output that needs a part that is not there": [
    { 17: `    const mix = two.times(1);` },
    "LINE17: two is not defined",
  ],
  "a list of outputs with something else in it": [
    { 18: `    return [mix, "mix"];` },
    "LINE12: output: expected one signal, or a list with a signal for each channel, found a list with string",
  ],
  "more outputs than channels": [
    { 18: `    return [mix, mix, 0];` },
    "LINE12: output: expected at most 2 signals, one for each channel, found 3; set channels to 3",
  ],
  "channels that cannot be": [
    { 13: `  name: "bad", channels: 65,` },
    "LINE12: channels: expected 2 to 64, found 65",
  ],
  "a feedback inside its own definition": [
    {
      7: `    let tone; try { u.feedback(0, (x) => { tone = x; throw 0; }); } catch { /* and goes on with it */ }`,
    },
    /instrument one: (?:.*: )?a feedback is used inside its own definition/,
  ],
  "a feedback that returns nothing": [
    { 7: `    const tone = u.feedback(0, (x) => { x.plus(1); });` },
    "LINE7: feedback: expected its function to return a signal, found nothing",
  ],
  "a feedback that returns another kind": [
    { 7: `    const tone = u.integerFeedback(0, (x) => x.toFloat());` },
    "LINE7: feedback: expected its function to return an integer signal, found a signal",
  ],
  "several feedbacks of which one is forgotten": [
    { 7: `    const { tone } = u.feedbackOf({ tone: 0, other: 1 }, ({ other }) => ({ tone: other }));` },
    "LINE7: feedback of other: expected its function to return a signal, found nothing",
  ],
  "a delay line that is never written": [
    { 7: `    const tone = new u.DelayLine(10).read(3);` },
    /instrument one: (?:.*: )?a delay line is read but never written/,
  ],
  "a delay line that is written twice": [
    { 7: `    const line = new u.DelayLine(10); line.write(1);`, 8: `    line.write(2);` },
    "LINE8: delay line: expected one write, found a second",
  ],
  "a delay line of no length": [
    { 7: `    const line = new u.DelayLine(0);` },
    "LINE7: delay line: expected 1 to 5760000 frames, found 0",
  ],
  "a table of a wrong length": [
    { 7: `    const tone = u.table([1, 2, 3])(0);` },
    "LINE7: table: expected a power of two of values, found 3",
  ],
  "the parameter of another instrument": [
    {
      2: `let stolen; const level = { unit: "1", min: 0, max: 1, default: 0.5, curve: "linear", smoothingSeconds: 0, why: "level" };`,
      9: `    const mine = p.level; stolen ??= mine; return { output: tone.times(stolen), envelope };`,
      14: `  instruments: { one, two: one },`,
    },
    /instrument two: .*uses a parameter that was declared elsewhere in the patch/,
  ],
  "a note's signal in the output": [
    {
      2: `let kept; const level = { unit: "1", min: 0, max: 1, default: 0.5, curve: "linear", smoothingSeconds: 0, why: "level" };`,
      9: `    kept = note.velocity; return { output: tone, envelope };`,
      17: `    const mix = one.times(kept);`,
    },
    /output: .*does not belong here: a note's own signal, which only the voice has/,
  ],
  "a channel in a voice": [
    { 7: `    const tone = u.channel(note.velocity, 1);` },
    /instrument one: .*a channel, which only the output has; voices are mono until they are panned/,
  ],
  "too many voices": [
    { 4: `  voices: 5000,` },
    "LINE3: instrument one: voices: expected 1 to 4096, found 5000",
  ],
  "half a voice": [{ 4: `  voices: 1.5,` }, "LINE3: instrument one: voices: expected 1 to 4096, found 1.5"],
  "a unison larger than the voices": [
    { 4: `  voices: 2, unison: 3,` },
    "LINE3: instrument one: unison: expected 1 to 2, found 3",
  ],
  "several voices in mono": [
    { 4: `  voices: 2, mode: "mono",` },
    "LINE3: instrument one: voices: a mono instrument has as many as its unison, 1, found 2",
  ],
  "an unknown mode": [
    { 4: `  mode: "duo",` },
    "LINE3: instrument one: mode: expected poly, mono, legato, found duo",
  ],
  "an unknown stealing rule": [
    { 4: `  steal: "newest",` },
    "LINE3: instrument one: steal: expected oldest, quietest, lowest, none, found newest",
  ],
  "a detuning that is no number": [
    { 4: `  detuneCents: NaN,` },
    "LINE3: instrument one: detuneCents: expected 0 to 1200, found NaN",
  ],
  "an instrument named as the server's own address": [
    { 14: `  instruments: { panic: one },`, 16: `  output: ({ panic: one }, { master }) => {` },
    "LINE12: instrument panic: the server uses this name itself",
  ],
  "a parameter named as a message": [
    { 5: `  parameters: { note: level },` },
    "LINE3: one note: the server uses this name itself",
  ],
  "a name with a blank": [
    { 14: `  instruments: { "one two": one },` },
    'LINE12: instrument: expected a name of up to 32 letters and digits that begins with a small letter, found "one two"',
  ],
  "a patch without a name": [
    { 13: "" },
    "LINE12: patch: expected a name of up to 32 letters and digits that begins with a small letter, found undefined",
  ],
  "parameters of an instrument that are no object": [
    { 5: `  parameters: [level],` },
    "LINE3: instrument one: parameters: expected an object, {} for none; found an array",
  ],
  "an instrument without a voice": [
    { 6: `  sound: (note, p) => {` },
    "LINE3: instrument one: voice: expected a function, found nothing",
  ],
  "a patch without instruments": [
    { 14: `` },
    "LINE12: patch: instruments: expected an object, {} for none; found nothing",
  ],
  "a group that is no object": [
    { 15: `  parameters: { master: null },` },
    "LINE12: patch: parameters: master: expected an object, {} for none; found null",
  ],
  "a patch without an output": [
    { 16: `  mix: ({ one }, { master }, input) => {` },
    "LINE12: patch: output: expected a function, found nothing",
  ],
  "a name for an instrument and a group": [
    { 15: `  parameters: { one: { level } },` },
    "LINE12: one: names an instrument and a group of parameters",
  ],
  "a parameter whose range is upside down": [
    { 5: `  parameters: { level: { ...level, min: 2 } },` },
    "LINE3: one: level: expected min below max, found 2 and 1",
  ],
  "a default out of range": [
    { 15: `  parameters: { master: { level: { ...level, default: 7 } } },` },
    "LINE12: master: level: expected a default from 0 to 1, found 7",
  ],
};

Deno.test("the fixture itself is a good patch", async () => {
  assert.equal(await complaint(patchFile()), undefined);
});

for (const [name, [lines, expected]] of Object.entries(mistakes)) {
  Deno.test(`a bad patch is told what and where: ${name}`, async () => {
    const file = `bad${files}.js`;
    const error = await complaint(patchFile(lines));
    assert.ok(error instanceof PatchError, String(error));
    if (typeof expected === "string") assert.equal(error.message, expected.replace("LINE", `${file}:`));
    else {
      assert.match(error.message, expected);
      assert.ok(error.message.includes(`${file}:`), error.message);
    }
  });
}

const silence = instrument({
  parameters: {},
  voice: () => ({ output: constant(0), envelope: constant(0) }),
});

Deno.test("what is left out has its default: 16 voices that steal the oldest, one voice in mono", () => {
  const patch = definePatch({
    name: "defaults",
    instruments: {
      poly: silence,
      mono: { ...silence, mode: "mono" },
      wide: { ...silence, mode: "legato", unison: 7 },
    },
    parameters: {},
    output: ({ poly }) => poly,
  });
  const { instruments, channels, parameters } = patch.build(testFormat);
  assert.deepEqual(instruments.map(({ polyphony }) => polyphony), [
    { voices: 16, mode: "poly", unison: 1, detuneCents: 0, steal: "oldest" },
    { voices: 1, mode: "mono", unison: 1, detuneCents: 0, steal: "oldest" },
    { voices: 7, mode: "legato", unison: 7, detuneCents: 0, steal: "oldest" },
  ]);
  assert.deepEqual([channels, parameters], [2, []]);
});

Deno.test("an instrument and a patch without parameters need not say so", () => {
  const plain = instrument({
    voices: 2,
    voice: ({ gate }) => ({ output: gate.select(constant(1), 0), envelope: constant(0) }),
  });
  const { parameters } = definePatch({ name: "plain", instruments: { plain }, output: ({ plain }) => plain })
    .build(testFormat);
  assert.deepEqual(parameters, []);
});

Deno.test("signals cannot be made when a file is loaded, where no rate is known", async () => {
  const { sine } = await import("../../modules/oscillators/sine.ts");
  assert.throws(() => sine({}), /inside the functions of a patch/);
});

/** Scala files, and what they do to the pitch of notes. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { readMapping, readScale, tuningOf } from "../../../modules/tuning/scala.ts";
import { ScaleError } from "../../../modules/tuning/scale_error.ts";
import { adsr } from "../../../modules/envelopes/adsr.ts";
import { definePatch, instrument } from "../../../modules/patch.ts";
import { readTuning } from "../../../patches/loading/read_tuning.ts";
import { PatchPlayer } from "../../../testing/patch/patch_player.ts";

const equal = `! 12-TET.scl\n!\n12 tone equal temperament\n 12\n!\n${
  Array.from({ length: 11 }, (_, step) => ` ${(step + 1) * 100}.0`).join("\n")
}\n 2/1\n`;

/** Just intonation on C: major third 5/4, fifth 3/2. */
const just =
  "! just.scl\n!\nFive-limit just intonation\n 12\n 16/15\n 9/8 major tone\n 6/5\n 5/4\n 4/3\n 45/32\n 3/2\n 8/5\n 5/3\n 9/5\n 15/8\n 2\n";

const hzOf = (pitch: number) => 440 * 2 ** ((pitch - 69) / 12);

/** Frequency that a note has in a tuning, read from the compiled voice itself. */
async function heardHz(tuning: readonly number[] | undefined, number: number, bend = 0): Promise<number> {
  const patch = definePatch({
    name: "pitch",
    instruments: {
      one: instrument({
        voices: 1,
        parameters: {},
        voice: (note) => ({
          output: note.frequencyHz.ratio(65_536),
          envelope: adsr({ gate: note.gate, trigger: note.trigger, attackSeconds: 0.001, sustain: 1 }),
        }),
      }),
    },
    parameters: {},
    output: ({ one }) => one,
  });
  const player = await PatchPlayer.of(patch, { tuning });
  player.on(1, number);
  player.exports.express_all(0, 0, bend);
  return player.play(2_000, 0)[1_999] * 65_536;
}

Deno.test("equal temperament as a scale is the keys' own numbers", () => {
  const { description, cents } = readScale(equal);
  assert.deepEqual([description, cents.length], ["12 tone equal temperament", 12]);
  tuningOf(readScale(equal)).forEach((pitch, key) => assert.ok(Math.abs(pitch - key) < 1e-9, `key ${key}`));
});

Deno.test("just intonation has pure fifths and thirds, and middle C stays where equal temperament has it", () => {
  const pitches = tuningOf(readScale(just));
  assert.ok(Math.abs(hzOf(pitches[60]) - 261.6255653005986) < 1e-9);
  assert.ok(Math.abs(hzOf(pitches[67]) / hzOf(pitches[60]) - 3 / 2) < 1e-12);
  assert.ok(Math.abs(hzOf(pitches[64]) / hzOf(pitches[60]) - 5 / 4) < 1e-12);
  assert.ok(Math.abs(hzOf(pitches[72]) / hzOf(pitches[60]) - 2) < 1e-12);
});

Deno.test("a scale of any size and period repeats up and down from its first key", () => {
  const scale = readScale(
    "Bohlen-Pierce, three of it\n!\nthree\n3\n!\n400.\n900.\n3/1\n".replace(/^.*\n!\n/, ""),
  );
  const pitches = tuningOf(scale);
  const period = 12 * Math.log2(3);
  for (const key of [54, 57, 60, 63]) assert.ok(Math.abs(pitches[key + 3] - pitches[key] - period) < 1e-9);
  assert.ok(Math.abs(pitches[61] - 64) < 1e-9);
  assert.ok(Math.abs(pitches[59] - (60 + 9 - period)) < 1e-9);
});

Deno.test("what is no scale is told by its line and what was expected", () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["", /line 2: expected the number of notes/],
    ["name\nmany\n", /line 2: expected the number of notes, found "many"/],
    ["name\n10001\n", /line 2: expected 0 to 10000 notes, found 10001/],
    ["name\n1\n697//441\n", /line 3: expected cents/],
    ["name\n1\n1,5\n", /line 3: expected cents/],
    ["name\n1\n-5/4\n", /line 3: expected cents/],
    ["name\n2\n100.0\n", /expected 2 pitches, found 1: the file is cut off/],
    [
      "! c\nname\n2\n100.0\nhigh\n",
      /line 5: expected cents with a full stop, or a ratio like 3\/2, found "high"/,
    ],
    ["name\n1\n3/0\n", /line 3: expected cents/],
    ["name\n1\n0\n", /line 3: expected cents/],
  ];
  for (const [text, expected] of cases) {
    assert.throws(
      () => readScale(text),
      (error) => error instanceof ScaleError && expected.test(error.message),
      text,
    );
  }
  const wide = tuningOf(readScale("wide\n1\n1000/1\n"));
  assert.deepEqual([wide[0], wide[127]], [-48, 140], "audible notes lie within");
});

Deno.test("whatever follows a valid pitch is ignored, and a scale may be empty", () => {
  const lines = [
    "2957/2048!Gb",
    "386.314cents",
    "81/64 408 cents",
    "408. cents",
    "3/2(fifth)",
    "-5.0",
    "2 octave",
  ];
  const { cents } = readScale(`as the archive has them\n ${lines.length} notes\n${lines.join("\n")}\n`);
  const right = [635.902, 386.314, 407.82, 408, 701.955, -5, 1_200];
  cents.forEach((value, index) =>
    assert.ok(Math.abs(value - right[index]) < 1e-3, `${lines[index]}: ${value}`)
  );
  const empty = readScale("none\n0\n");
  assert.deepEqual(empty.cents, []);
  assert.deepEqual(new Set(tuningOf(empty)), new Set([60]), "all keys have the pitch of its first note");
  assert.deepEqual(
    readScale("\uFEFFwith\r1\r2/1\r").cents,
    [1_200],
    "line ends of old files, byte order mark",
  );
});

Deno.test("19 equal steps keep middle C, as Scala's own mapping has it", () => {
  const steps = Array.from({ length: 19 }, (_, step) => `${((step + 1) * 1_200 / 19).toFixed(6)}`);
  const pitches = tuningOf(readScale(`19\n19\n${steps.join("\n")}\n`));
  assert.ok(Math.abs(hzOf(pitches[60]) - 261.6256) < 1e-4);
  assert.ok(Math.abs(hzOf(pitches[79]) - 2 * 261.6256) < 1e-3, "19 keys are an octave");
});

Deno.test("a keyboard mapping says which key plays what, and which key has which frequency", () => {
  const linear = readMapping("! all keys\n0\n0\n127\n60\n69\n440.0\n0\n");
  tuningOf(readScale(equal), linear).forEach((pitch, key) => assert.ok(Math.abs(pitch - key) < 1e-9));
  const white = readMapping(
    "! seven of twelve on the white keys\n12\n0\n127\n60\n69\n432.0\n7\n0\nx\n1\nx\n2\n3\nx\n4\nx\n5\nx\n6\n",
  );
  const seven = readScale("white\n7\n9/8\n5/4\n4/3\n3/2\n5/3\n15/8\n2/1\n");
  const pitches = tuningOf(seven, white);
  assert.ok(Math.abs(hzOf(pitches[69]) - 432) < 1e-9);
  assert.ok(Math.abs(hzOf(pitches[67]) / hzOf(pitches[60]) - 3 / 2) < 1e-12);
  assert.ok(Math.abs(hzOf(pitches[84]) / hzOf(pitches[60]) - 4) < 1e-12, "the formal octave repeats");
  assert.equal(pitches[61], 61, "a key without a degree stays as it was");
  const part = tuningOf(readScale(just), readMapping("0\n60\n71\n60\n60\n261.0\n0\n"));
  assert.ok(Math.abs(hzOf(part[60]) - 261) < 1e-9);
  assert.deepEqual([part[59], part[72]], [59, 72], "keys outside of the range stay as they were");
});

Deno.test("mappings that come with Scala, and with other programs, are read", () => {
  const twelve = readScale(equal);
  // 128.kbm and piano.kbm: no degrees, and the number of keys where the formal octave stands
  for (const text of ["0\n0\n127\n0\n60\n261.6256\n127\n", "0\n21\n108\n21\n69\n440.0\n88\n"]) {
    const pitches = tuningOf(twelve, readMapping(text));
    [21, 60, 69, 108].forEach((key) => assert.ok(Math.abs(pitches[key] - key) < 1e-4, text));
  }
  const degrees = (first: number, last: number) =>
    tuningOf(twelve, readMapping(`3\n0\n127\n60\n61\n${440 * 2 ** (-8 / 12)}\n12\n${first}\n1\n${last}\n`));
  const [below, , beyond] = degrees(-1, 23).slice(60, 63);
  assert.ok(Math.abs(below - 59) < 1e-9, "a degree below the first lies in the repetition below");
  assert.ok(Math.abs(beyond - 83) < 1e-9, "one beyond the last in that above");
});

Deno.test("what is no mapping is told by its line", () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["", /expected the size of the map, 0 to 10000/],
    [
      "! c\n12\n0\n128\n60\n69\n440\n12\n",
      /line 4: expected the last key that is tuned, 0 to 127, found "128"/,
    ],
    ["0\n0\n127\n60\n69\nhigh\n0\n", /line 6: expected the frequency of the reference key/],
    ["1\n0\n127\n60\n60\n440\n12\nlow\n", /line 8: expected a degree of the scale, or x, .*"low"/],
    ["1\n0\n127\n60\n60\n440\n13\n0\n", /the mapping repeats after degree 13, the scale has 12/],
    ["2\n0\n127\n60\n61\n440\n12\n0\nx\n", /the reference key 61 has no degree/],
  ];
  for (const [text, expected] of cases) {
    assert.throws(
      () => tuningOf(readScale(equal), readMapping(text)),
      (error) => error instanceof ScaleError && expected.test(error.message),
      text,
    );
  }
});

Deno.test("any text is a scale or ScaleError", () => {
  fc.assert(fc.property(fc.string(), fc.string({ unit: fc.constantFrom(..."!0123456789./ \n-") }), (a, b) => {
    for (const text of [a, b, `name\n3\n${b}`]) {
      try {
        tuningOf(readScale(text));
        readMapping(text);
      } catch (error) {
        if (!(error instanceof ScaleError)) throw error;
      }
    }
  }));
});

Deno.test("notes sound in the tuning, glides lie between its keys, and a bend is in equal semitones", async () => {
  const tuning = tuningOf(readScale(just));
  for (const key of [0, 60, 64, 67, 100, 127]) {
    const cents = 1_200 * Math.log2(await heardHz(tuning, key) / hzOf(tuning[key]));
    assert.ok(Math.abs(cents) < 0.02, `key ${key}: ${cents} cents`);
  }
  const between = 1_200 * Math.log2(await heardHz(tuning, 60.5) / hzOf((tuning[60] + tuning[61]) / 2));
  assert.ok(Math.abs(between) < 0.02);
  const bent = 1_200 * Math.log2(await heardHz(tuning, 60, 2) / hzOf(tuning[60] + 2));
  assert.ok(Math.abs(bent) < 0.02);
  const plain = 1_200 * Math.log2(await heardHz(undefined, 60, -12) / hzOf(48));
  assert.ok(Math.abs(plain) < 0.02);
});

Deno.test("a tuning that cannot be read names its file", async () => {
  const path = await Deno.makeTempFile({ suffix: ".scl" });
  await Deno.writeTextFile(path, just);
  assert.equal((await readTuning(path)).length, 128);
  await Deno.writeTextFile(path, "nothing");
  await assert.rejects(
    readTuning(path),
    (error) => error instanceof ScaleError && error.message.startsWith(path),
  );
  await Deno.remove(path);
  await assert.rejects(readTuning(path), /cannot read the tuning/);
});

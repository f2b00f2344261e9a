import assert from "node:assert/strict";
import { z } from "zod";
import { isBesideShow } from "../../show/file/beside_show.ts";
import { defineShow } from "../../show/file/define_show.ts";
import { quote } from "../../show/file/explain_issue.ts";
import { maxShowLength, readShow } from "../../show/file/read_show.ts";
import { cueKinds, cueSchemas } from "../../show/file/show_file.ts";
import { showJsonSchema } from "../../show/file/show_json_schema.ts";

/** Problems as an editor shows them. */
function mistakes(text: string): string[] {
  return readShow(text).problems.map(({ line, column, text }) => `${line}:${column}: ${text}`);
}

/** Mistakes of a list with one cue, without their places. */
function mistakesOfCue(cue: string): string[] {
  return readShow(`{ "cues": [${cue}] }`).problems.map(({ text }) => text);
}

Deno.test("a name stays in the folder of the show or leads out of it", () => {
  const names = [
    "a.wav",
    "b/a.wav",
    "./a.wav",
    "b/../a.wav",
    "...wav",
    "/a.wav",
    "../a.wav",
    "b/../../a.wav",
  ];
  assert.deepEqual(names.map(isBesideShow), [true, true, true, true, true, false, false, false]);
});

Deno.test("a cue that only names a file is a whole cue", () => {
  const { show, problems } = readShow('{ "cues": [{ "play": "rain.wav" }] }');
  assert.deepEqual(problems, []);
  assert.deepEqual(show?.cues, [{
    ...{ kind: "play", play: "rain.wav", startSeconds: 0, loops: 1, slices: [], rate: 1, levelDb: 0 },
    ...{ fadeInSeconds: 0, fadeOutSeconds: 0, curve: "s-curve", colour: "none", armed: true },
    ...{ preWaitSeconds: 0, postWaitSeconds: 0, continue: "none" },
  }]);
});

Deno.test("comments, a comma at the end and a byte order mark are read, and a number is the same as its text", () => {
  const { show, problems } = readShow(
    '\ufeff// tonight\n{ "cues": [ /* first */ { "memo": "go", "number": 12.5, }, ], }',
  );
  assert.deepEqual(problems, []);
  assert.equal(show?.cues[0].number, "12.5");
});

Deno.test("all mistakes of a show are in one list, with line and column and what was meant", () => {
  const text = `{
  "panicSecond": 3,
  "outputs": { "foh": [1, 99], "rear": { "bus": [3] } },
  "cues": [
    { "play": "rain.wav", "fadeInSecond": 4, "levelDb": "3", "number": 1 },
    { "paly": "x.wav" },
    "thunder.wav",
    { "play": "a.wav", "stop": "1" },
    { "fade": 1, "curve": "scurve", "toDb": -200 },
    { "group": [{ "wait": -1 }, { "midi": [300] }], "mode": "sequenze" },
    { "wait": 1, "wait": 2 }
    { "osc": "cue", "arguments": [null] },
    { "play": "b.wav", "outputs": [{ "output": 5 }], "loops": "4ever" }
  ]
}`;
  assert.deepEqual(mistakes(text), [
    '2:3: there is no field "panicSecond"; did you mean "panicSeconds"?',
    "3:27: outputs.foh[2]: expected at most 64, found 99",
    "3:40: outputs.rear.buses: expected a list, found no such field; add it",
    '3:42: outputs.rear: there is no field "bus"; did you mean "buses"?',
    '5:27: cue 1: there is no field "fadeInSecond"; did you mean "fadeInSeconds"?',
    '5:57: cue 1: levelDb: expected a number, found the text "3"; write it without quotes',
    `6:7: the 2nd cue: expected what it does (${cueKinds.join(", ")}), found "paly"; did you mean "play"?`,
    '7:5: the 3rd cue: expected an object, found "thunder.wav"; did you mean { "play": "thunder.wav" }?',
    "8:5: the 4th cue: a cue does one thing, found play and stop; make it several cues, or a group",
    '9:27: the 5th cue: curve: expected "linear", "s-curve", "equal-power", "decibel", found the text "scurve"; did you mean "s-curve"?',
    "9:45: the 5th cue: toDb: expected at least -120, found -200",
    "10:27: the 1st cue of the group: wait: expected at least 0, found -1",
    "10:44: the 2nd cue of the group: midi[1]: expected at most 255, found 300",
    '10:61: the 6th cue: mode: expected "simultaneous", "sequence", "playlist", "random", found the text "sequenze"; did you mean "sequence"?',
    '11:18: "wait" stands twice here; remove one',
    "12:5: expected a comma between two fields or items, found {",
    '12:14: the 8th cue: osc: expected an address that begins with /, found the text "cue"',
    "12:35: the 8th cue: arguments[1]: expected a number or text or true or false or an object, found null",
    "13:48: the 9th cue: outputs[1].output: expected text, found 5",
    '13:63: the 9th cue: loops: expected a number or "forever", found the text "4ever"',
  ]);
});

Deno.test("a text that is no show says what it is", () => {
  assert.deepEqual(mistakes(""), ["1:1: expected a show, found an empty file"]);
  assert.deepEqual(mistakes("[]"), ['1:1: expected an object, { "cues": [ ... ] }, found a list']);
  assert.match(
    mistakes('{ "cues": [')[0],
    /^1:12: expected \] at the end of the list, found the end of the file$/,
  );
  assert.match(mistakes('{ "name": Hamlet }')[0], /^1:11: expected a value: text in double quotes/);
  assert.deepEqual(mistakes('{ "cues": 5 }'), ["1:11: cues: expected a list, found 5"]);
  assert.deepEqual(mistakesOfCue('{ "group": 5 }'), ["the 1st cue: group: expected a list, found 5"]);
  assert.match(mistakes("[".repeat(300_000))[0], /^1:257: expected brackets at most 256 deep$/);
  // deep enough for the reader and not for the parser, closed and not
  for (const depth of [257, 2_500, 5_000]) {
    const inner = `{ "a": `.repeat(depth - 1);
    assert.match(
      mistakes(`{ "notes": ${inner}1${" }".repeat(depth)}`)[0],
      /^1:\d+: expected brackets at most 256 deep$/,
    );
  }
  assert.equal(mistakes(`{ "cues": [${"5, ".repeat(1_000)}] }`).length, 200, "the first of them");
  assert.match(mistakes(`"${"x".repeat(maxShowLength)}"`)[0], /^1:1: expected at most/);
  assert.deepEqual(mistakesOfCue('{ "group": [] }'), [
    "the 1st cue: group: expected at least 1 items, found a list of 0",
  ]);
});

Deno.test("no text makes the reader throw", () => {
  const whole =
    '{"outputs":{"a":[1]},"cues":[{"play":"x","slices":[{"startSeconds":1,"endSeconds":2}]},{"group":[{"wait":1}]}]}';
  for (let length = 0; length < whole.length; length++) {
    assert.ok(readShow(whole.slice(0, length)).problems.length > 0);
  }
  for (let at = 0; at < whole.length; at++) readShow(whole.slice(0, at) + "]{" + whole.slice(at + 1));
  const deep = '{"group":['.repeat(40) + '{"wait":1}' + "]}".repeat(40);
  assert.match(mistakesOfCue(deep).join(), /at most 16 deep/);
});

Deno.test("names of objects cannot reach the prototypes of the program", () => {
  const text = '{ "outputs": { "__proto__": [1] }, "cues": [{ "wait": 1, "number": "__proto__" }] }';
  assert.ok(readShow(text).problems.length > 0);
  assert.equal(({} as Record<string, unknown>).buses, undefined);
});

Deno.test("the JSON Schema accepts what the reader accepts, and refuses what it refuses", () => {
  const schema = z.fromJSONSchema(JSON.parse(JSON.stringify(showJsonSchema())));
  const shows: unknown[] = [
    {},
    {
      cues: [{ play: "a.wav", outputs: ["x", { output: "y", gainDb: -3 }] }, {
        group: [{ wait: 1 }],
        mode: "random",
      }],
    },
    { outputs: { a: [1, 2], b: { buses: [3] } }, destinations: { d: { host: "h", port: 1 } }, cues: [] },
    { cues: [{ wait: 1, play: "a.wav" }] },
    { cues: [{ wait: "1" }] },
    { cues: [{ group: [{ wait: -1 }] }] },
    { cues: [{ memo: "x", colour: "pink" }] },
    { names: "x" },
    { cues: [{ osc: "no slash" }] },
  ];
  const accepted = shows.map((show) => readShow(JSON.stringify(show)).problems.length === 0);
  assert.deepEqual(accepted, [true, true, true, false, false, false, false, false, false]);
  assert.deepEqual(shows.map((show) => schema.safeParse(show).success), accepted);
});

Deno.test("the schema that is shipped is that of the program", async () => {
  const shipped = await Deno.readTextFile(new URL("../../show/show.schema.json", import.meta.url));
  assert.deepEqual(JSON.parse(shipped), JSON.parse(JSON.stringify(showJsonSchema())));
});

Deno.test("every field of every cue and of the show has a description", () => {
  for (const kind of cueKinds) {
    for (const [name, field] of Object.entries(cueSchemas[kind].shape)) {
      assert.ok((field as z.ZodType).description, `${kind}.${name}`);
    }
  }
});

Deno.test("the show in the documents has no mistake", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/shows.md", import.meta.url));
  const [, example] = /## By example\n\n((?: {4}.*\n|\n)+)/.exec(page)!;
  const { show, problems } = readShow(example);
  assert.deepEqual(problems, []);
  assert.deepEqual(show?.cues.map(({ kind }) => kind), ["play", "play", "fade", "group", "fade"]);
});

Deno.test("a show from TypeScript is the show of its JSON", () => {
  const show = defineShow({
    outputs: { foh: [1, 2] },
    cues: [{ play: "rain.wav", outputs: "foh" }, { group: [{ fade: 1, toDb: -6 }, { wait: 2 }], number: 2 }],
  });
  assert.deepEqual(readShow(JSON.stringify(show)).problems, []);
  // @ts-expect-error a field that is not there is found by the types
  defineShow({ cues: [{ play: "rain.wav", fadeIn: 4 }] });
});

Deno.test("a text that a message repeats is short and on one line", () => {
  assert.equal(quote("a\nb"), '"a\\nb"');
  assert.ok(quote("x".repeat(500)).length < 80);
});

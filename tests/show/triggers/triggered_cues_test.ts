import assert from "node:assert/strict";
import { readShow } from "../../../show/file/read_show.ts";
import { cuesOfInput, cuesOfMidi, triggeredCues } from "../../../show/triggers/triggered_cues.ts";

Deno.test("triggers of all cues are found, in groups too, by the keys of their cues", () => {
  const { show, problems } = readShow(`{ "cues": [
    { "number": 1, "wait": 1, "triggers": [{ "clock": "20:00" }, { "midiNote": 60 }] },
    { "group": [{ "memo": "x", "triggers": [{ "timecode": "01:00:00:00" }] }] },
    { "number": 3, "wait": 1, "triggers": [{ "midiNote": 60, "midiChannel": 2 }, { "midiProgram": 60 }] },
    { "number": 4, "wait": 1, "triggers": [{ "silent": "studio" }] },
    { "number": 5, "wait": 1, "triggers": [{ "sounds": "studio" }] }
  ] }`);
  assert.deepEqual(problems, []);
  const triggers = triggeredCues(show!);
  assert.deepEqual(triggers.clock.map(({ key }) => key), ["1"]);
  assert.deepEqual(triggers.timecode.map(({ key }) => key), ["/memo x"]);
  assert.deepEqual(cuesOfMidi(triggers, 0x90, 60, 100), ["1"]);
  assert.deepEqual(cuesOfMidi(triggers, 0x91, 60, 100), ["1", "3"]);
  assert.deepEqual(cuesOfMidi(triggers, 0x90, 60, 0), [], "the end of the note");
  assert.deepEqual(cuesOfMidi(triggers, 0xC5, 60, 0), ["3"]);
  assert.deepEqual([true, false].map((isSilent) => cuesOfInput(triggers, "studio", isSilent)), [["4"], [
    "5",
  ]]);
  assert.deepEqual(cuesOfInput(triggers, "stage", true), []);
});

Deno.test("a trigger that is none is told with what was expected", () => {
  const mistakes = (trigger: string) =>
    readShow(`{ "cues": [{ "wait": 1, "triggers": [${trigger}] }] }`).problems.map(({ text }) => text).join(
      "; ",
    );
  assert.match(mistakes('{ "clock": "25:00" }'), /a time of day such as 20:00/);
  assert.match(mistakes('{ "clock": "20:00", "days": ["monday"] }'), /mon/);
  assert.match(mistakes('{ "timecode": "1:00" }'), /a timecode such as 01:00:00:00/);
  assert.match(mistakes('{ "midiNote": 128 }'), /at most 127/);
  assert.notEqual(mistakes('{ "clok": "20:00" }'), "");
});

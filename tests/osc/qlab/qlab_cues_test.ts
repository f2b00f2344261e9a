import assert from "node:assert/strict";
import { cueQuestions, QlabCues } from "../../../osc/qlab/qlab_cues.ts";
import { qlabId } from "../../../osc/qlab/qlab_id.ts";
import { remoteShow } from "../../../testing/show/remote_show.ts";

const text = `{ "name": "Hamlet", "goGuardSeconds": 0.5, "cues": [
  { "number": 1, "name": "rain", "play": "rain.wav", "preWaitSeconds": 1, "colour": "red", "notes": "soft" },
  { "number": 2, "group": [{ "note": 60 }, { "number": 2.5, "wait": 3 }], "mode": "sequence", "continue": "auto-follow" },
  { "memo": "a/b", "armed": false }
] }`;

Deno.test("values of a cue follow it through wait, action and end", () => {
  const show = remoteShow(text, { "rain.wav": 96_000 });
  const cues = new QlabCues(show.list);
  const rain = cues.byKey("1")!;
  const ask = (...words: (typeof cueQuestions)[number][]) =>
    words.map((word) => cues.valueOf(word, rain, show.status()));
  assert.deepEqual(ask("uniqueID", "number", "listName", "type", "colorName", "notes", "duration", "armed"), [
    ...[qlabId("1"), "1", "rain", "Audio", "red", "soft", 2, true],
  ]);
  assert.deepEqual(ask("isRunning", "isPaused", "percentActionElapsed"), [false, false, 0]);
  show.press({ event: "go" }, { frame: 0 });
  show.playTo(24_000);
  assert.deepEqual(ask("isRunning", "isActionRunning", "preWaitElapsed", "actionElapsed"), [
    true,
    false,
    0.5,
    0,
  ]);
  show.playTo(96_000);
  assert.deepEqual(ask("isActionRunning", "actionElapsed", "percentActionElapsed"), [true, 1, 0.5]);
  show.press({ event: "pause", cue: "1" });
  assert.deepEqual(ask("isRunning", "isPaused"), [false, true]);
});

Deno.test("the list has groups with their cues, and every question has an answer that is JSON", () => {
  const show = remoteShow(text, { "rain.wav": 96_000 });
  const cues = new QlabCues(show.list);
  const listed = cues.listed("list", show.status(), Infinity);
  assert.equal(listed.type, "Cue List");
  assert.deepEqual(listed.cues?.map(({ type, cues }) => [type, cues?.length]), [["Audio", undefined], [
    "Group",
    2,
  ], ["Memo", undefined]]);
  assert.equal(cues.listed("list", show.status(), 1).cues?.[1].cues, undefined);
  const memo = cues.byKey("/memo a/b")!;
  assert.equal(cues.byId(cues.idOf(memo)), memo);
  assert.equal(cues.valueOf("armed", memo, show.status()), false);
  assert.equal(cues.valueOf("parent", cues.byKey("2.5")!, show.status()), qlabId("2"));
  assert.deepEqual(
    ["mode", "continueMode"].map((word) => cues.valueOf(word as "mode", cues.byKey("2")!, show.status())),
    [1, 2],
  );
  for (const word of cueQuestions) {
    for (const cue of ["list", ...show.list.cues] as const) {
      assert.notEqual(JSON.stringify(cues.valueOf(word, cue, show.status())), undefined, word);
    }
  }
});

import assert from "node:assert/strict";
import type { OscArgument } from "../../../osc/packet/packet.ts";
import { float, scalar, text } from "../../../osc/packet/reply.ts";
import { cueQuestions, QlabCues } from "../../../osc/qlab/qlab_cues.ts";
import { meaningOf } from "../../../osc/qlab/qlab_words.ts";
import { remoteShow } from "../../../testing/show/remote_show.ts";

const show = remoteShow(
  `{ "name": "Hamlet", "goGuardSeconds": 0.5, "cues": [
  { "number": 1, "play": "rain.wav" }, { "number": "a b", "wait": 3 }, { "memo": "end" }
] }`,
  { "rain.wav": 96_000 },
);
const cues = new QlabCues(show.list);
const id = cues.idOf(cues.byKey("1")!);

function meaning(address: string, ...args: OscArgument[]): unknown {
  const found = meaningOf(address.split("/").slice(1), args, { cues, status: show.status() });
  return "events" in found ? found.events : found.data;
}

Deno.test("each word that does something is the event of the same meaning", () => {
  const hardStop = [{ event: "panic" }, { event: "panic" }];
  const start = [{ event: "start", cue: "1" }];
  const cases: readonly (readonly [string, unknown, ...OscArgument[]])[] = [
    ["/go", [{ event: "go" }]],
    ["/go/1", [{ event: "jump", cue: "1" }, { event: "go" }]],
    ["/stop", [{ event: "stop" }]],
    ["/hardStop", hardStop],
    ["/pause", [{ event: "pause" }]],
    ["/resume", [{ event: "resume" }]],
    ["/togglePause", [{ event: "pause" }]],
    ["/panic", [{ event: "panic" }]],
    ["/panicInTime", [{ event: "panic" }], float(3)],
    ["/panicInTime", hardStop, float(0)],
    ["/reset", [...hardStop, { event: "jump", cue: "1" }]],
    ["/cue/1/start", start],
    ["/cue/1/go", start],
    ["/cue/a%20b/start", [{ event: "start", cue: "a b" }]],
    [`/cue_id/${id}/start`, start],
    ["/cue/selected/start", start],
    ["/cue/playhead/pause", [{ event: "pause", cue: "1" }]],
    ["/cue/1/stop", [{ event: "stop", cue: "1" }]],
    ["/cue/1/panic", [{ event: "stop", cue: "1" }]],
    ["/cue/1/resume", [{ event: "resume", cue: "1" }]],
    ["/cue/1/load", [{ event: "load", cue: "1", frames: 0 }]],
    ["/cue/1/loadAt", [{ event: "load", cue: "1", frames: 72_000 }], float(1.5)],
    ["/cue/1/loadAt", [{ event: "load", cue: "1", frames: 62 * 48_000 }], scalar(1), scalar(2)],
    ["/playhead/1", [{ event: "jump", cue: "1" }]],
    ["/playhead", [{ event: "jump", cue: "1" }], text("1")],
    ["/playhead/next", [{ event: "next" }]],
    ["/playhead/previous", [{ event: "back" }]],
    [`/playheadID/${id}`, [{ event: "jump", cue: "1" }]],
    ["/select/1", [{ event: "jump", cue: "1" }]],
    [`/cue_id/${cues.listId}/go`, [{ event: "go" }]],
    [`/cue_id/${cues.listId}/stop`, [{ event: "stop" }]],
    [`/cue_id/${cues.listId}/playheadID/${id}`, [{ event: "jump", cue: "1" }]],
  ];
  for (const [address, expected, ...args] of cases) {
    assert.deepEqual(meaning(address, ...args), expected, address);
  }
});

Deno.test("what is done to all cues that run is one event, and what is done to each has a limit", () => {
  assert.deepEqual(meaning("/cue/*/stop"), [{ event: "stop" }]);
  assert.deepEqual(meaning("/cue/*/hardPause"), [{ event: "pause" }]);
  assert.deepEqual(meaning("/cue/*/resume"), [{ event: "resume" }]);
  assert.equal((meaning("/cue/*/start") as unknown[]).length, 3);
  const many = remoteShow(`{ "cues": [${Array.from({ length: 65 }, () => '{ "wait": 1 }')}] }`);
  const moment = { cues: new QlabCues(many.list), status: many.status() };
  assert.deepEqual(meaningOf(["cue", "*", "stop"], [], moment), { events: [{ event: "stop" }] });
  assert.throws(
    () => meaningOf(["cue", "*", "start"], [], moment),
    /at most 64 cues, found 65; start a group/,
  );
  const keys = text(JSON.stringify(cueQuestions));
  const asked = (cues: number) => {
    const { list } = remoteShow(`{ "cues": [${Array.from({ length: cues }, () => '{ "wait": 1 }')}] }`);
    return meaningOf(["cue", "*", "valuesForKeys"], [keys], { ...moment, cues: new QlabCues(list) });
  };
  assert.equal(((asked(20) as { data: unknown }).data as unknown[]).length, 20);
  assert.throws(() => asked(700), /at most 30000 values, found \d+$/);
});

Deno.test("questions are answered with data", () => {
  assert.equal(meaning("/cue/1/number"), "1");
  assert.deepEqual(meaning("/cue/1/valuesForKeys", text('["number","duration","nothing"]')), {
    number: "1",
    duration: 2,
  });
  assert.deepEqual(meaning("/cue/*/number"), ["1", "a b", ""]);
  assert.equal(meaning("/playheadID"), id);
  assert.equal(meaning(`/cue_id/${cues.listId}/playheadID`), id);
  assert.equal(meaning("/playhead"), "1");
  assert.equal(meaning("/settings/general/minGoTime"), 0.5);
  assert.equal(meaning("/doubleGoWindowRemaining"), 0);
  assert.equal(meaning("/overrides/mscInputEnabled"), true);
  assert.equal(meaning("/showMode"), true);
  assert.deepEqual(meaning("/runningCues"), []);
  assert.deepEqual(meaning("/selectedCues/uniqueIDs") as unknown[], [{ uniqueID: id }]);
  assert.equal((meaning("/cueLists") as { cues: unknown[] }[])[0].cues.length, 3);
  assert.deepEqual(meaning("/cueLists/uniqueIDs/shallow") as unknown[], [{ uniqueID: cues.listId }]);
});

Deno.test("what a show has not is refused with what helps", () => {
  const cases: readonly (readonly [string, RegExp, ...OscArgument[]])[] = [
    ["/cue/99/start", /there is no cue 99/],
    ["/cue_id/99/start", /no cue with the id 99/],
    ["/cue/1/preview", /use start/],
    ["/cue/1/name", /changed on the show page/, text("x")],
    ["/cue/1/explode", /no such word/],
    ["/cue/1", /expected a cue and what to do/],
    ["/cue/active/pause", /no cue is active/],
    ["/cue/1/loadAt", /expected seconds/, float(-1)],
    ["/cue/1/valuesForKeys", /a list in JSON/, text("{")],
    ["/showMode", /not changed/, scalar(0)],
    ["/nothing", /no such word/],
  ];
  for (const [address, expected, ...args] of cases) {
    assert.throws(() => meaning(address, ...args), expected, address);
  }
});

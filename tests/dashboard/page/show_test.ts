/** The show page without a browser: what it says, computes and sends. The browser's side: show_end_to_end_test.ts. */
import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert/strict";
import * as json from "jsonc-parser";
import { html } from "../../../dashboard/page/html.ts";
import {
  type CueField,
  cueFieldsOf,
  cueKindsOf,
  fieldText,
  fieldValue,
  kindOf,
  type ShowSchema,
} from "../../../dashboard/page/show/cue_field.ts";
import { CueForm } from "../../../dashboard/page/show/cue_form.ts";
import { cueName } from "../../../dashboard/page/show/cue_name.ts";
import { CueRows } from "../../../dashboard/page/show/cue_rows.ts";
import { lengthText, remainingText } from "../../../dashboard/page/show/cue_times.ts";
import { frameAt } from "../../../dashboard/page/figures/frame_clock.ts";
import { goStateOf, panicSecondsLeft } from "../../../dashboard/page/show/go_state.ts";
import { GoPanel } from "../../../dashboard/page/show/go_panel.ts";
import { NoShow } from "../../../dashboard/page/show/no_show.ts";
import { RunningList } from "../../../dashboard/page/show/running_list.ts";
import { ShowEditor } from "../../../dashboard/page/show/show_editor.ts";
import { useDraft } from "../../../dashboard/page/show/use_draft.ts";
import { useFrame } from "../../../dashboard/page/show/use_frame.ts";
import { progressOf } from "../../../dashboard/page/show/running_cue.ts";
import {
  canBeSent,
  draftCues,
  movedCue,
  withCue,
  withField,
  withoutCue,
} from "../../../dashboard/page/show/show_draft.ts";
import { showKeyOf } from "../../../dashboard/page/show/show_key.ts";
import { mistakesOf, offsetOf } from "../../../dashboard/page/show/show_mistake.ts";
import { Mistakes } from "../../../dashboard/page/show/show_text.ts";
import { ShowView } from "../../../dashboard/page/show/show_view.ts";
import { type PageState, Store } from "../../../dashboard/page/state/store.ts";
import type { RunningCueView, ShowListView, ShowStatusView } from "../../../dashboard/protocol.ts";
import { readShow } from "../../../show/mod.ts";
import { drawnPart } from "../../../testing/page/drawn_part.ts";
import { pageState } from "../../../testing/page/page_state.ts";

const sampleRateHz = 48_000;

const schema: ShowSchema = JSON.parse(
  await Deno.readTextFile(new URL("../../../show/show.schema.json", import.meta.url)),
);

const text = `{
  "cues": [
    // the house opens
    { "number": 1, "play": "rain.wav" },
    // a storm, in two
    {
      "number": "2", "name": "storm", /* both, at once */
      "group": [{ "note": 60 }, { "memo": "watch" }],
    },
    { "fade": 1, "thenStop": true },
  ]
}`;

const cue = (
  key: string,
  more: Partial<ShowListView["cues"][number]> = {},
): ShowListView["cues"][number] => ({
  ...{ key, number: key, name: `cue ${key}`, kind: "play", notes: "", colour: "none", armed: true, depth: 0 },
  ...{ continue: "none", preWaitSeconds: 0, postWaitSeconds: 0, lengthSeconds: 4, text: `plays ${key}` },
  ...more,
});

const showList: ShowListView = {
  ...{ file: "/shows/hamlet.json", name: "Hamlet", notes: "", revision: 1, goGuardSeconds: 0.5 },
  ...{ panicSeconds: 2, outputs: ["main"] },
  cues: [
    cue("1", { colour: "red", continue: "auto-follow", preWaitSeconds: 1.5 }),
    cue("2", { notes: "on the second knock", lengthSeconds: null }),
    cue("3", { depth: 1, parentKey: "2" }),
  ],
};

const running: RunningCueView = {
  ...{ id: 7, key: "1", number: "1", name: "cue 1", stage: "deed", paused: false, startedAtFrame: 0 },
  ...{ deedAtFrame: 48_000, endsAtFrame: 5 * 48_000, levelDb: -6, player: 1 },
};

const showStatus: ShowStatusView = {
  ...{ frame: 2 * 48_000, sampleRateHz, playhead: "2", next: "3", paused: false, panicUntilFrame: null },
  ...{ running: [running], armed: { "3": false }, silentInputs: [], notices: [] },
};

const loaded: Partial<PageState> = {
  showList,
  showStatus,
  frames: { frame: showStatus.frame, atMs: 0, heardMs: 0, sampleRateHz },
};

Deno.test("what is left of a cue follows from frames, and stands while it is paused", () => {
  const at = { frame: 2 * 48_000, sampleRateHz };
  deepStrictEqual(progressOf(running, at), {
    ...{ word: "runs", remainingSeconds: 3, elapsedSeconds: 2, part: 0.25 },
  });
  strictEqual(progressOf({ ...running, endsAtFrame: null }, at).remainingSeconds, null);
  const paused = { ...running, paused: true, pausedAtFrame: 3 * 48_000 };
  deepStrictEqual(
    [2, 9].map((seconds) => progressOf(paused, { ...at, frame: seconds * 48_000 }).remainingSeconds),
    [
      2,
      2,
    ],
  );
  strictEqual(progressOf(paused, at).word, "paused");
});

Deno.test("times are short, and a countdown reaches nothing only at the end", () => {
  deepStrictEqual([0, 0.01, 4.2, 59.99, 64.2, 3_725].map(remainingText), [
    ...["0.0", "0.1", "4.2", "1:00.0", "1:04.2", "1:02:05"],
  ]);
  deepStrictEqual([0, 0.25, 4, 12.34, 64, 3_725].map(lengthText), [
    ...["", "0.25 s", "4 s", "12.3 s", "1:04", "1:02:05"],
  ]);
});

Deno.test("GO is guarded after a GO, and ends with the list; a panic that fades can be cut", () => {
  const status = { ...showStatus, lastGo: { frame: 48_000, key: "1" } };
  deepStrictEqual(goStateOf(showList, status, 48_000 + 12_000), { kind: "guard", guardPart: 0.5 });
  strictEqual(goStateOf(showList, status, 48_000 + 24_000).kind, "ready");
  strictEqual(goStateOf(showList, { ...status, playhead: null }, 96_000).kind, "end");
  strictEqual(goStateOf({ goGuardSeconds: 0 }, status, 48_000).kind, "ready");
  strictEqual(panicSecondsLeft({ sampleRateHz, panicUntilFrame: 96_000 }, 48_000), 1);
  strictEqual(panicSecondsLeft({ sampleRateHz, panicUntilFrame: null }, 0), 0);
});

Deno.test("keys are those of QLab, held ones do not repeat, and none counts while one types", () => {
  const pressed = { repeat: false, ctrlKey: false, metaKey: false, altKey: false };
  const meaning = (key: string, more = {}, isField = false) =>
    showKeyOf({ ...pressed, key, ...more }, isField);
  deepStrictEqual([" ", "Escape", "ArrowUp", "ArrowDown", "[", "]", "g"].map((key) => meaning(key)), [
    ...["go", "panic", "back", "next", "pause", "resume", undefined],
  ]);
  strictEqual(meaning(" ", { repeat: true }), undefined);
  strictEqual(meaning("Escape", { repeat: true }), undefined);
  strictEqual(meaning("ArrowDown", { repeat: true }), "next");
  strictEqual(meaning(" ", { ctrlKey: true }), undefined);
  deepStrictEqual([" ", "Escape", "ArrowUp"].map((key) => meaning(key, {}, true)), [
    undefined,
    "leave",
    undefined,
  ]);
});

Deno.test("every kind of cue has a form out of the schema, whose texts become the values that they were", () => {
  const kinds = cueKindsOf(schema).map(({ kind }) => kind);
  ok(kinds.includes("play") && kinds.includes("group") && kinds.includes("memo"));
  for (const kind of kinds) {
    const fields = cueFieldsOf(schema, kind);
    deepStrictEqual(fields.slice(0, 2).map(({ name }) => name), ["number", "name"]);
    for (const field of fields.filter((field) => field.default !== undefined)) {
      deepStrictEqual(
        fieldValue(field, fieldText(field, field.default)),
        { value: field.default },
        field.name,
      );
    }
  }
  strictEqual(kindOf(schema, { play: "a.wav" }), "play");
  strictEqual(kindOf(schema, { nothing: 1 }), undefined);
});

Deno.test("what is typed into a field is a value, goes, or is refused with what was expected", () => {
  const field = (kind: string, name: string): CueField =>
    cueFieldsOf(schema, kind).find((one) => one.name === name)!;
  const typed = (kind: string, name: string, text: string) => {
    const read = fieldValue(field(kind, name), text);
    return "problem" in read ? read.problem : read.value;
  };
  strictEqual(typed("play", "levelDb", "-6,5"), -6.5);
  strictEqual(typed("play", "levelDb", ""), undefined);
  strictEqual(typed("play", "levelDb", "99"), "levelDb: expected a number from -120 to 12");
  strictEqual(typed("play", "levelDb", "loud"), "levelDb: expected a number");
  strictEqual(typed("play", "play", " "), "play cannot be empty");
  deepStrictEqual([typed("play", "loops", "3"), typed("play", "loops", "forever")], [3, "forever"]);
  deepStrictEqual([typed("play", "number", "12.5"), typed("play", "number", "12.50")], [12.5, "12.50"]);
  deepStrictEqual([typed("play", "outputs", "foh"), typed("play", "outputs", '["foh"]')], ["foh", ["foh"]]);
  match(typed("play", "slices", "[1") as string, /expected JSON/);
  strictEqual(typed("play", "armed", "false"), false);
  strictEqual(typed("memo", "memo", ""), "");
});

Deno.test("edits change the text where they must, keep its comments, and leave a show that is read", () => {
  const cues = draftCues(json, text)!;
  deepStrictEqual(cues.map(({ path }) => path.join(".")), [
    ...["cues.0", "cues.1", "cues.1.group.0", "cues.1.group.1", "cues.2"],
  ]);
  strictEqual(draftCues(json, "[]"), undefined);
  const at = (index: number) => draftCues(json, text)![index].path;
  const read = (edited: string | undefined) => {
    const { show, problems } = readShow(edited!);
    deepStrictEqual(problems, [], edited);
    match(edited!, /the house opens[^]*a storm, in two|a storm, in two[^]*the house opens/);
    return show!.cues.map((cue) => cue.number ?? cue.kind);
  };
  const named = withField(json, text, { path: at(2), name: "velocity", value: 0.5 });
  match(named, /\{\s*"note": 60,\s*"velocity": 0.5\s*\}/);
  deepStrictEqual(read(named), ["1", "2", "fade"]);
  deepStrictEqual(
    read(withField(json, named, { path: at(2), name: "velocity", value: undefined })).length,
    3,
  );
  deepStrictEqual(read(withCue(json, text, { after: at(0), cue: { wait: 1 } })), ["1", "wait", "2", "fade"]);
  deepStrictEqual(read(withCue(json, text, { after: undefined, cue: { wait: 1 } })), [
    "1",
    "2",
    "fade",
    "wait",
  ]);
  deepStrictEqual(read(withoutCue(json, text, at(4))), ["1", "2"]);
  strictEqual(draftCues(json, withoutCue(json, text, at(2)))!.length, 4);
  deepStrictEqual(
    read(withCue(json, "{\n // the house opens, a storm, in two\n}".replace("opens,", "opens\n// "), {
      after: undefined,
      cue: { wait: 1 },
    })),
    ["wait"],
  );
});

Deno.test("a cue that is moved takes the comments before it along, and stops at the ends of its list", () => {
  const [first, second, note, memo, last] = draftCues(json, text)!.map(({ path }) => path);
  const down = movedCue(json, text, first, 1)!;
  match(down, /a storm, in two\s*\{[^]*the house opens\s*\{ "number": 1/);
  strictEqual(movedCue(json, down, second, -1), text);
  deepStrictEqual(readShow(movedCue(json, text, last, -1)!).show!.cues.map(({ kind }) => kind), [
    ...["play", "fade", "group"],
  ]);
  match(movedCue(json, text, note, 1)!, /\[ ?\{ "memo": "watch" \},? *\{ "note": 60 \}/);
  deepStrictEqual([
    movedCue(json, text, first, -1),
    movedCue(json, text, last, 1),
    movedCue(json, text, memo, 1),
  ], [
    ...[undefined, undefined, undefined],
  ]);
});

Deno.test("mistakes lead to their places", () => {
  const mistakes = mistakesOf("/shows/hamlet.json:3:5: expected a number\n4:1: cue 2 stands twice\nno place");
  deepStrictEqual(mistakes, [
    { line: 3, column: 5, text: "expected a number" },
    { line: 4, column: 1, text: "cue 2 stands twice" },
    { text: "no place" },
  ]);
  strictEqual(text.slice(offsetOf(text, { line: 4, column: 5, text: "" })).slice(0, 11), '{ "number":');
  strictEqual(offsetOf("a", { line: 9, column: 9, text: "" }), 1);
  match(
    drawnPart(Mistakes, {}, { mistakes, show: () => {} }),
    /role="alert".*<button[^>]*>Line 3, column 5: expected/s,
  );
});

Deno.test("without a show the page says how to load one", () => {
  match(drawnPart(ShowView, { showList: null }), /No show is loaded.*understudy start --show/s);
  match(drawnPart(ShowView), /has not said yet/);
});

Deno.test("the next cue stands with its notes, the list with its marks, running cues with what is left", () => {
  const page = drawnPart(ShowView, loaded);
  match(page, /class="go" data-state="ready"/);
  // numbers, names and marks are words apart, for eyes and for screen readers
  const words = page.replaceAll(/<[^>]*>/g, "");
  match(words, /Next 2 cue 2on the second knock/);
  match(words, /cue 3 not armedplays 3/);
  match(words, /1 cue 1remaining 3\.0/);
  match(page, /id="next-cue".*>2<\/span> ?cue 2.*on the second knock.*Then 3 cue 3/s);
  match(page, /data-row="1" data-colour="red"[^]*, red, runs[^]*wait <\/span>1\.5 s[^]*auto-follow/);
  match(page, /data-row="2"[^>]*aria-current="step"/);
  match(page, /data-row="3"[^]*--depth:\s?1[^]*not armed/);
  match(page, /data-key="1".*remaining <\/span>3\.0.*runs, −6\.0 dB/s);
  doesNotMatch(page, /data-row="1"[^>]*>\s*<button/);
  match(
    drawnPart(ShowView, { ...loaded, showStatus: { ...showStatus, panicUntilFrame: 3 * 48_000 } }),
    /panicking[^>]*>Cut now \(1\.0 s\)/,
  );
  match(drawnPart(ShowView, { ...loaded, showStatus: { ...showStatus, paused: true } }), />Resume<.*paused/s);
});

Deno.test("a seat that only reads sees everything and can press nothing of the show", () => {
  const page = drawnPart(ShowView, {
    ...loaded,
    access: { seat: "read", reason: "UNDERSTUDY_PAGE is read", problem: "" },
  });
  match(page, /on the second knock/);
  const pressable = [...page.matchAll(/<button(?![^>]* disabled)[^>]*>([^<]*)/g)].map(([, name]) =>
    name.trim()
  );
  deepStrictEqual(pressable, ["Show"]);
});

Deno.test("the form of a cue has its values, and what its fields are usually", () => {
  const form = drawnPart(CueForm, {}, {
    ...{ schema, cue: { play: "rain.wav", levelDb: -3 }, of: "1", isDisabled: false, set: () => {} },
  });
  match(form, /id="cue-play"[^>]*value="rain\.wav"/);
  match(form, /id="cue-levelDb"[^>]*value="-3"/);
  match(form, /id="cue-fadeInSeconds"[^>]*placeholder="0"/);
  match(form, /<option[^>]*>auto-follow/);
  match(
    drawnPart(CueForm, {}, { schema, cue: {}, of: "1", isDisabled: false, set: () => {} }),
    /has no kind/,
  );
});

Deno.test("what the engine says of a show is kept, forgotten with the engine, and answers to edits are no refusals", () => {
  const store = new Store({ nowMs: () => 0, soon: () => {} }, pageState());
  store.receive({ type: "showList", list: showList });
  store.receive({ type: "showStatus", status: showStatus });
  strictEqual(frameAt(store.state.frames!, 0), showStatus.frame);
  store.receive({ type: "reply", address: "/fail", args: ["/show/edit", "1:2: no"] });
  deepStrictEqual(store.state.showAnswer, { id: 1, address: "/show/edit", refusal: "1:2: no" });
  strictEqual(store.state.refusals.length, 0);
  store.receive({ type: "reply", address: "/done", args: ["/show/save"] });
  deepStrictEqual(store.state.showAnswer, { id: 2, address: "/show/save" });
  store.receive({ ...pageState().hello!, runId: "two" });
  strictEqual(store.state.showList, undefined);
  store.receive({ type: "showList", list: null });
  deepStrictEqual([store.state.showList, store.state.showStatus], [null, undefined]);
});

Deno.test("in edit mode cues can be chosen and running ones stopped, and the editor waits for the text of the show", () => {
  const rows = drawnPart(CueRows, loaded, { isEditing: true, selected: "2", select: () => {} });
  strictEqual(rows.match(/<button/g)?.length, 3);
  match(rows, /data-row="2"[^]*?aria-pressed="true"/);
  match(drawnPart(RunningList, loaded, { isEditing: true }), /Stop<span class="unseen"> cue 1/);
  match(drawnPart(ShowEditor, loaded, { selected: "2", select: () => {} }), /comes from the engine/);
  const drafted = ({ of }: { readonly of: "cues" | "mistakes" }) => html`<i>${useDraft()[of].length}</i>`;
  deepStrictEqual([
    drawnPart(drafted, loaded, { of: "cues" }),
    drawnPart(drafted, loaded, { of: "mistakes" }),
  ], [
    ...["<i>0</i>", "<i>0</i>"],
  ]);
});

Deno.test("a part that counts down stands at the frame of the engine, and GO says when the list is at its end", () => {
  strictEqual(drawnPart(() => html`<i>${useFrame(false)}</i>`, loaded), `<i>${showStatus.frame}</i>`);
  match(
    drawnPart(GoPanel, { ...loaded, showStatus: { ...showStatus, playhead: null } }),
    /data-state="end" disabled[^]*End of the list/,
  );
  deepStrictEqual([cueName({ number: "5", name: "rain" }), cueName({ name: "rain" })], ["5 rain", "rain"]);
  match(drawnPart(NoShow), /id="show-path"/);
});

Deno.test("whether a show can be sent is a question of bytes: a longer message ends the connection", () => {
  ok(canBeSent("a".repeat(64_000)));
  ok(!canBeSent("ä".repeat(64_000)));
  ok(!canBeSent("\n".repeat(64_000)), "each is two characters of JSON");
});

import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type TimelineEntry, timelineMs } from "../../../../dashboard/protocol.ts";
import { maxLines, staleness, Store } from "../../../../dashboard/page/state/store.ts";
import { pageState } from "../../../../testing/page/page_state.ts";

function stored(): { store: Store; later: (ms: number) => void; draw: () => void } {
  let nowMs = 0;
  const due: (() => void)[] = [];
  const store = new Store({ nowMs: () => nowMs, soon: (run) => due.push(run) }, pageState());
  return { store, later: (ms) => nowMs += ms, draw: () => due.splice(0).forEach((run) => run()) };
}

const moment = { unixMs: 1_800_000_000_000, frame: 0 };
const entry = (id: number, unixMs: number, count = 1): TimelineEntry => ({
  ...{ id, unixMs, count, frame: 0, kind: "late", severity: "warning", text: "late" },
});

Deno.test("parts of the page are called once for all changes of a frame", () => {
  const { store, draw } = stored();
  let calls = 0;
  const end = store.subscribe(() => calls++);
  store.receive({ type: "beat", ...moment });
  store.receive({ type: "values", values: [[0, 1]] });
  strictEqual(calls, 0);
  draw();
  strictEqual(calls, 1);
  deepStrictEqual(store.state.values, [1]);
  end();
  store.tick();
  draw();
  strictEqual(calls, 1);
});

Deno.test("what is shown is stale two seconds after the engine was last heard, and at once when the connection is lost", () => {
  const { store, later } = stored();
  later(1_900);
  store.tick();
  strictEqual(staleness(store.state).isStale, false);
  later(200);
  store.tick();
  deepStrictEqual(staleness(store.state), { isStale: true, ageMs: 2_100 });
  store.receive({ type: "beat", ...moment });
  strictEqual(staleness(store.state).isStale, false);
  store.contact("lost", 9_000);
  strictEqual(staleness(store.state).isStale, true);
});

Deno.test("entries of the timeline grow under their id, stand in order, and go after ten minutes", () => {
  const { store } = stored();
  const { unixMs } = moment;
  store.receive({
    type: "timeline",
    ...moment,
    entries: [entry(2, unixMs - 10), entry(1, unixMs - timelineMs + 5)],
  });
  deepStrictEqual(store.state.timeline.map(({ id }) => id), [1, 2]);
  store.receive({ type: "timeline", ...moment, unixMs: unixMs + 10, entries: [entry(2, unixMs - 10, 7)] });
  deepStrictEqual(store.state.timeline.map(({ id, count }) => [id, count]), [[2, 7]]);
});

Deno.test("another engine at the same address leaves nothing of the one before", () => {
  const { store } = stored();
  const { hello } = pageState();
  store.receive({ type: "timeline", ...moment, entries: [entry(1, moment.unixMs)] });
  store.receive({ ...hello!, ...moment });
  strictEqual(store.state.timeline.length, 1);
  store.receive({ ...hello!, ...moment, runId: "two" });
  deepStrictEqual([store.state.timeline, store.state.live, store.state.clips.lamps], [[], undefined, []]);
});

Deno.test("lists of lines are bounded, and a refusal is kept with its reason", () => {
  const { store } = stored();
  const line = { unixMs: 0, level: "info", text: "line", fields: {} } as const;
  store.receive({ type: "log", lines: Array.from({ length: maxLines + 5 }, () => line), dropped: 0 });
  strictEqual(store.state.log.length, maxLines);
  store.receive({ type: "reply", address: "/done", args: ["/panic"] });
  store.receive({ type: "reply", address: "/fail", args: ["/x", "no such address"] });
  deepStrictEqual(store.state.refusals.map(({ address, reason }) => [address, reason]), [[
    "/x",
    "no such address",
  ]]);
});

Deno.test("a lamp that is acknowledged goes out", () => {
  const { store } = stored();
  const { live } = pageState();
  store.receive({ ...live!, meters: live!.meters.map((meter) => ({ ...meter, overs: 1 })) });
  deepStrictEqual(store.state.clips.lamps, ["clip", "clip"]);
  store.acknowledgeClips();
  deepStrictEqual(store.state.clips.lamps, ["off", "off"]);
});

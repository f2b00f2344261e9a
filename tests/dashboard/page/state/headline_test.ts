import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { Live, StatusMessage } from "../../../../dashboard/protocol.ts";
import { headlineOf } from "../../../../dashboard/page/state/headline.ts";
import type { PageState } from "../../../../dashboard/page/state/store.ts";
import { pageState } from "../../../../testing/page/page_state.ts";

type Output = Partial<Live["output"]>;
type Status = Partial<StatusMessage["status"]>;

/** A page that was just told of an engine in which everything is well, but for `status` and `output`. */
function heard(
  { status = {}, output = {}, rest = {} }: { status?: Status; output?: Output; rest?: Partial<PageState> },
) {
  const state = pageState();
  return headlineOf({
    ...state,
    status: { ...state.status!, status: { ...state.status!.status, ...status } },
    live: { ...state.live!, output: { ...state.live!.output, ...output } },
    ...rest,
  });
}

Deno.test("all is well: it plays, and after a while without sound it is silent, which is no fault", () => {
  deepStrictEqual(heard({}).word, "Playing");
  strictEqual(heard({}).level, "good");
  const silent = heard({ output: { silentSeconds: 42 } });
  deepStrictEqual([silent.word, silent.level], ["Silent", "quiet"]);
  match(silent.reason, /−80 dB for 42 s/);
  match(heard({ output: { silentSeconds: undefined } }).reason, /since the start/);
});

Deno.test("whatever keeps the sound from people is bad, and says why", () => {
  const cases: readonly [Parameters<typeof heard>[0], string, RegExp][] = [
    [
      { status: { state: "waiting for device", unheard: "jackd has gone" } },
      "No device",
      /^Jackd has gone\.$/,
    ],
    [
      { status: { state: "unheard", unheard: "nothing is connected; connect it" } },
      "Not heard",
      /nothing is connected/i,
    ],
    [{ status: { state: "silent" } }, "No renderer", /No renderer has a block/],
    [{ status: { state: "stopped" } }, "Stopped", /ends/],
    [{ output: { isStreaming: false } }, "Device stalls", /has not asked for sound/],
    [{ output: { isRendered: false } }, "Concealing", /every renderer is late/],
  ];
  for (const [given, word, reason] of cases) {
    const headline = heard(given);
    deepStrictEqual([headline.level, headline.word], ["bad", word]);
    match(headline.reason, reason);
  }
});

Deno.test("the clock in place of a device is never called playing", () => {
  deepStrictEqual(heard({ status: { driver: "clock" } }).word, "Not heard");
});

Deno.test("what makes the next fault audible is a warning, while it plays", () => {
  const ids = { primary: 1, standby: 2, spare: 0 };
  match(heard({ status: { rendererIds: ids, agreeingRenderers: 2 } }).reason, /Two renderers/);
  match(heard({ status: { agreeingRenderers: 1 } }).reason, /plays alone/);
  strictEqual(heard({ status: { agreeingRenderers: 1 } }).level, "warning");
  const problems = [{ part: "recording", problem: "the disk is full" }];
  match(heard({ rest: { status: { ...pageState().status!, problems } } }).reason, /^The disk is full\.$/);
});

Deno.test("a lamp that is on is told until the operator has seen it", () => {
  const lamps = (...lamps: ("off" | "limit" | "clip")[]) => ({
    rest: { clips: { ...pageState().clips, lamps } },
  });
  match(heard(lamps("off", "clip")).reason, /Channel 2 clipped/);
  match(heard(lamps("limit", "limit")).reason, /^Channels 1, 2 reached the ceiling, which bends/);
  strictEqual(heard(lamps("off", "off")).level, "good");
});

Deno.test("what the page cannot know it does not say", () => {
  const late = heard({ rest: { nowMs: 12_000, contact: { state: "open", heardMs: 0, farewell: "" } } });
  deepStrictEqual([late.level, late.word], ["unknown", "No contact"]);
  match(late.reason, /last heard 12 s ago/);
  const farewell = heard({ rest: { contact: { state: "lost", heardMs: 0, farewell: "it stops" } } });
  match(farewell.reason, /last heard just now\. The engine said: it stops\./);
  strictEqual(heard({ rest: { contact: { state: "connecting", farewell: "" } } }).word, "Connecting");
  strictEqual(heard({ rest: { contact: { state: "lost", farewell: "" } } }).word, "No contact");
  strictEqual(heard({ rest: { live: undefined } }).word, "Connecting");
});

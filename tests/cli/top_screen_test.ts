import assert from "node:assert/strict";
import { paint } from "../../cli/paint.ts";
import { topLine, topLines, type TopView } from "../../cli/top_screen.ts";

const view: TopView = {
  address: "127.0.0.1:57130",
  status: new Map<string, string | number>([
    ...Object.entries({ state: "running", driver: "jack", device: "JACK: system", sampleRateHz: 48_000 }),
    ...Object.entries({
      patch: "keys",
      voices: 3,
      voiceLimit: 0,
      measuredLatencyMs: 10.5,
      lookaheadBlocks: 4,
    }),
    ...Object.entries({ blockFrames: 128, callbackLoad: 0.012, agreeingRenderers: 2, lateCommands: 4 }),
    ...Object.entries({ "rendererIds.primary": 1, "rendererIds.standby": 0 }),
  ]),
  peaks: [0.5, 0],
  events: ["22:00:01  fault primary 1 kill 77", "22:00:02  lockstep 3 12.5"],
  silentSeconds: 0,
  time: "22:00:03",
};
const plain = paint({ isTerminal: () => false });

Deno.test("the screen has state, renderers, meters, counters and the newest events, and fits", () => {
  for (const [columns, rows] of [[80, 24], [120, 30], [40, 14], [20, 4]]) {
    const lines = topLines(view, { columns, rows }, plain);
    assert.ok(lines.length <= rows, `${lines.length} of ${rows}`);
    assert.equal(lines.at(-1), "q ends");
  }
  const text = topLines(view, { columns: 80, rows: 24 }, plain).join("\n");
  assert.match(text, /^Understudy at 127\.0\.0\.1:57130 +22:00:03\n/);
  assert.match(text, /renderers {2}primary #1 {2}standby none {2}2 agree\n/);
  assert.match(text, /\n 1 █{54}·{6} {3}-6\.0 dB\n 2 ·{60} {3}-inf dB\n/);
  assert.match(text, /late 4 .*\n[^]*fault primary 1 kill 77\n22:00:02 {2}lockstep/);
  assert.match(
    topLines({ ...view, silentSeconds: 5 }, { columns: 80, rows: 24 }, plain)[2],
    /no answer for 5 s/,
  );
});

Deno.test("with more channels than bars, each bar is the loudest of neighbours", () => {
  const peaks = Array.from({ length: 64 }, (_, channel) => channel === 63 ? 0.5 : 0);
  const text = topLines({ ...view, peaks }, { columns: 80, rows: 24 }, plain).join("\n");
  assert.match(text, /\n1-8 ·{60} {3}-inf dB\n/);
  assert.match(text, /\n57-64 █+·+ {3}-6\.0 dB\n/);
  assert.doesNotMatch(text, /\n65/);
});

Deno.test("for a pipe it is one line", () => {
  assert.equal(
    topLine(view),
    "22:00:03  running  keys  3 voices  peaks -6.0 -inf dB  latency 10.5 ms  2 agree  ? concealed  4 late",
  );
});

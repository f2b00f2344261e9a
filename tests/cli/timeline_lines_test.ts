import assert from "node:assert/strict";
import { timelineLines } from "../../cli/timeline_lines.ts";
import { readShow } from "../../show/file/read_show.ts";
import { compileShow } from "../../show/playing/compile_show.ts";
import { timeline } from "../../show/playing/timeline.ts";

Deno.test("each action is a line with seconds after its GO, frame and cue, in words", () => {
  const { show } = readShow(
    `{ "destinations": { "desk": { "host": "h", "port": 1 }, "lamp": { "midiPort": "p" } }, "cues": [
    { "number": 1, "play": "a", "fadeInSeconds": 1, "slices": [{ "startSeconds": 0, "endSeconds": 1, "count": "forever" }],
      "continue": "auto-continue", "postWaitSeconds": 0.5 },
    { "number": 2, "continue": "auto-continue", "group": [{ "osc": "/x", "arguments": [{ "float": 1 }, "a"] },
      { "midi": [192, 5] }, { "note": 60 }, { "fade": "/v", "to": 2 }, { "patch": "keys" }] },
    { "number": 3, "devamp": 1 },
    { "number": 4, "stop": 1, "seconds": 0.25 }, { "number": 5, "pause": "all" }, { "fade": 9, "toDb": -120 } ] }`,
  );
  const list = compileShow(show!, { sampleRateHz: 10, media: { a: { frames: 40, channels: 1 } } });
  const lines = timelineLines(timeline(list), 10);
  assert.deepEqual(lines.slice(0, 7), [
    "",
    "GO 1 at cue 1, frame 0",
    "      +0.000 s  frame 0           1: begins",
    "      +0.000 s  frame 0           1: player 1 routes channel 1 to bus 1 at 0 dB, 1 to bus 2 at 0 dB",
    "      +0.000 s  frame 0           1: player 1 at rate 1",
    "      +0.000 s  frame 0           1: player 1 plays 0.000 s to 1.000 s endless times, 1.000 s to 4.000 s",
    "      +0.000 s  frame 0           1: player 1 from silence to 0 dB over 1.000 s, s-curve",
  ]);
  for (
    const line of [
      "  frame 5           /osc /x: send /x 1 a to desk",
      "  frame 5           /midi c0 05: send c0 05 to lamp",
      "  frame 5           /fade /v: /v to 2 over 5.000 s, s-curve",
      "  frame 5           /patch keys: load patch keys",
      "  frame 5           1: player 1: devamp",
      "  frame 15          /note 60: note off",
      "  frame 61          /fade 9: notice: cue 9 does not play, so there is nothing to fade",
    ]
  ) assert.ok(lines.some((each) => each.endsWith(line)), line);
});

Deno.test("what does not end by itself is named", () => {
  const { show } = readShow('{ "cues": [{ "number": 1, "play": "a", "loops": "forever" }] }');
  const list = compileShow(show!, { sampleRateHz: 10, media: { a: { frames: 40, channels: 1 } } });
  assert.equal(timelineLines(timeline(list), 10).at(-1), "  still running: 1");
});

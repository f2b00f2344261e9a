import assert from "node:assert/strict";
import { within } from "../../../engine/memory/layout.ts";
import { reportedPlayers } from "../../../engine/memory/player_reports.ts";
import { reportIndex } from "../../../engine/memory/seats.ts";
import { reportPlayers } from "../../../engine/renderer/player_report.ts";
import { loadLine, play, StreamStage } from "../../../testing/engine/stream_renderer.ts";

Deno.test("a player that has ended is reported no more, and one that pauses is", () => {
  const stage = new StreamStage();
  stage.loadAll();
  const renderer = stage.renderer(0);
  stage.send(loadLine([40, 1]));
  stage.play(renderer, 0, 1);
  assert.deepEqual(reportedPlayers(stage.memory, 0).map(({ state, frame }) => [state, frame]), [[
    "paused",
    0,
  ]]);
  stage.send([play]);
  stage.play(renderer, 0, 2);
  const report = reportIndex(stage.memory, 0);
  stage.memory.words[report + within.seatReport.players.index + 1] = 2;
  reportPlayers(renderer.playing, stage.memory.words, report);
  assert.deepEqual(reportedPlayers(stage.memory, 0).map(({ state, opened }) => [state, opened]), [[
    "empty",
    1,
  ]]);
});

import assert from "node:assert/strict";
import { reportedPlayers } from "../../../engine/memory/player_reports.ts";
import { loadLine, play, StreamStage } from "../../../testing/engine/stream_renderer.ts";

Deno.test("a seat that nobody sits on reports no player; one with a renderer reports where each is", () => {
  const stage = new StreamStage();
  stage.loadAll();
  assert.deepEqual(reportedPlayers(stage.memory, 1), []);
  const renderer = stage.renderer(1);
  stage.send([...loadLine([100, 2], [200, 1]), { what: "seek", frame: 40 }, play]);
  stage.play(renderer, 1, 1);
  assert.deepEqual(reportedPlayers(stage.memory, 1), [{
    ...{ player: 0, file: 7, state: "playing", frame: 72, sliceStart: 0, sliceEnd: 100 },
    ...{ rate: 1, late: 0, opened: 1 },
  }]);
});

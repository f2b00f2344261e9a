import assert from "node:assert/strict";
import type { EngineEvent } from "../../../engine/control/control.ts";
import { fadeGain } from "../../../engine/renderer/fade_curve.ts";
import { ShowPlayer } from "../../../engine/show/show_player.ts";
import { renderAgain } from "../../../testing/engine/render_again.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { startWithShows, writeShow } from "../../../testing/show/test_shows.ts";
import { writeNoise } from "../../../testing/sound/noise_file.ts";

const frames = 48_000;

/** The first frame of a channel from a frame on that is not silent. */
function soundFrom(captured: Float32Array, channel: number, from = 0): number {
  for (let frame = from; frame * 2 < captured.length; frame++) {
    if (captured[frame * 2 + channel] !== 0) return frame;
  }
  return -1;
}

Deno.test("two sounds of one GO begin in one frame, what follows by itself at its own, through faults, as the render has it", () =>
  inFolder(async (folder) => {
    const samples = await writeNoise({ path: `${folder}/a.wav`, seed: 1, frames });
    await writeNoise({ path: `${folder}/b.wav`, seed: 2, frames: 4_800 });
    const file = await writeShow(folder, {
      outputs: { left: [1], right: [2] },
      cues: [
        {
          number: 1,
          group: [
            { play: "a.wav", outputs: "left" },
            { number: "b", play: "b.wav", outputs: "right" },
          ],
        },
        { number: 2, play: "b.wav", outputs: "right", preWaitSeconds: 0.123 },
        { number: 3, stop: "all" },
      ],
    });
    const { engine, driver, lockstep, secondsPass, playUntil, stop } = await startWithShows(folder);
    const cues: EngineEvent[] = [];
    engine.observe((event) => event.event === "showCue" && cues.push(event));
    assert.deepEqual(await engine.loadShow(file), []);
    const { show } = engine;
    assert.equal(show!.list.cues.length, 5);
    await secondsPass(0.1);
    show!.press({ event: "go" });
    await secondsPass(0.3);
    engine.injectFault("throw", "both");
    show!.press({ event: "go" });
    await lockstep();
    await playUntil("the end of the first sound", () => show!.status().running.length === 0);
    await secondsPass(0.05);
    await stop();
    const { captured } = driver;
    const [left, right] = [soundFrom(captured, 0), soundFrom(captured, 1)];
    assert.equal(left, right);
    assert.deepEqual(
      Array.from({ length: frames }, (_, frame) => captured[(left + frame) * 2]),
      Array.from({ length: frames }, (_, frame) => samples[frame * 2]),
    );
    const begun = cues.flatMap((event) =>
      event.event === "showCue" && event.what === "begins" && event.key === "2" ? [event.frame] : []
    );
    assert.equal(soundFrom(captured, 1, right + 4_800), begun[0]);
    const render = await renderAgain(`${folder}/evening.session`);
    assert.equal(render.differingBlocks, 0);
    assert.ok(ShowPlayer);
    assert.equal(fadeGain(0, 0, 1, 0.5), 0.5);
  }));

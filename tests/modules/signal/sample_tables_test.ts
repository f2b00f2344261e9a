import assert from "node:assert/strict";
import { sampleFile } from "../../../modules/signal/sample_file.ts";
import { readBetween, readWhole } from "../../../modules/signal/sample_tables.ts";
import { constant, type Signal } from "../../../modules/signal/signal.ts";
import type { Stereo } from "../../../modules/patch.ts";
import { PatchPlayer } from "../../../testing/patch/patch_player.ts";
import { bankOf, frames } from "../../../testing/trial/test_bank.ts";
import { effectPatch } from "../../../testing/trial/trial_patch.ts";

const file = sampleFile("sine.wav");
const left = (frame: number) => Math.sin(2 * Math.PI * frame / 40);
const channels = [frames(4_000, left), frames(4_000, (frame) => -left(frame))];
const loop = { loopStart: 1_000, loopEnd: 2_000 };

/** What is read at a place between frames that is given as input. */
function playerOf(read: (at: Signal<"1">) => Stereo): Promise<PatchPlayer> {
  return PatchPlayer.of(
    effectPatch(read),
    { inputChannels: 1 },
    1,
    bankOf({ "sine.wav": { channels, ...loop } }),
  );
}

/** A place in eighths of a frame, so that nothing is rounded. */
const places = [700, 700.125, 701.5, 702.875, 1_599, 1_616.5, 1_624.25, 1_999.875, 2_000, 2_300.5];

for (const speed of [1, 2, 4]) {
  for (const loops of [false, true]) {
    Deno.test(`at a speed of ${speed}, ${loops ? "in" : "without"} its loop, both sides are read between frames`, async () => {
      const player = await playerOf((at) => {
        const frame = at.floor().toInteger();
        const fraction = at.minus(at.floor()).times(2 ** 24).toInteger();
        const read = readBetween(file, { frame, fraction, speed: constant(speed), loops });
        return [read("left"), read("right")];
      });
      for (const place of places) {
        const [heard, other] = player.feed(place).play(1);
        assert.ok(Math.abs(heard - left(place)) < 1e-4, `frame ${place}: ${heard}, expected ${left(place)}`);
        assert.equal(other, -heard);
      }
    });
  }
}

Deno.test("whole frames are those of the file, and behind the end of the loop those of its beginning", async () => {
  for (const loops of [false, true]) {
    const player = await playerOf((at) => {
      const read = readWhole(file, { frame: at.toInteger(), loops });
      return [read("left"), read("right")];
    });
    for (const frame of [1, 999, 1_615, 1_700, 1_999, 2_000, 2_383]) {
      const expected = channels.map((channel) => channel[loops && frame >= 2_000 ? frame - 1_000 : frame]);
      assert.deepEqual([...player.feed(frame).play(1)], expected, `frame ${frame}`);
    }
  }
});

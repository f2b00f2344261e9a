import assert from "node:assert/strict";
import { bus } from "../../../modules/utility/bus.ts";
import { PatchPlayer } from "../../../testing/patch/patch_player.ts";
import { effectPatch } from "../../../testing/trial/trial_patch.ts";
import { channels } from "../../../modules/signal/channels.ts";

Deno.test("a bus is what its row of the arena has, frame for frame, wherever the block is cut", async () => {
  for (const outputs of [1, 2]) {
    const patch = effectPatch(() => channels(bus({ number: 3 }), bus({ number: 3, gainDb: -90 })));
    const player = await PatchPlayer.of(patch, { channels: outputs });
    const { streams, maximumBlockFrames, channels: row } = player.patch.arena;
    assert.equal(streams!.buses, 3);
    const levels = Float32Array.from({ length: 40 }, (_, frame) => (frame + 1) / 64);
    const samples = new Float32Array(player.memory, streams!.offset);
    const first = Math.floor(2 / row) * maximumBlockFrames * row + 2 % row;
    levels.forEach((level, frame) => samples[first + frame * row] = level);
    const heard = player.play(40).filter((_, index) => index % outputs === 0);
    assert.deepEqual([...heard], [...levels].map((level) => outputs === 1 ? level / 2 : level));
  }
});

Deno.test("a bus that cannot be is refused with its range", async () => {
  await assert.rejects(
    PatchPlayer.of(effectPatch(() => bus({ number: 0 }))),
    /bus: number \(.*\): expected a whole number from 1 to 64, found 0/,
  );
});

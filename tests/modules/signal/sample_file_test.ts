import assert from "node:assert/strict";
import { sampleFile } from "../../../modules/signal/sample_file.ts";
import { effectPatch } from "../../../testing/trial/trial_patch.ts";
import { PatchPlayer } from "../../../testing/patch_player.ts";
import { bankOf, frames } from "../../../testing/trial/test_bank.ts";

const ramp = (factor: number) => frames(5, (frame) => factor * (frame + 1));

Deno.test("frames are read by side and place, with silence outside of the file, and facts are those of the file", async () => {
  const file = sampleFile("ramp.wav");
  const patch = effectPatch((input) => [
    file.read("left", input.toInteger()).plus(file.rootNote.as("1").times(100)),
    file.read("right", input.toInteger()).plus(file.frames.toFloat().times(1_000)),
  ]);
  const bank = bankOf({ "ramp.wav": { channels: [ramp(1), ramp(-1)], rootNote: 61 } });
  const player = await PatchPlayer.of(patch, { inputChannels: 1 }, 1, bank);
  const heard = (place: number) =>
    [...player.feed(place).play(1)].map((sample, side) => sample - [6_100, 5_000][side]);
  assert.deepEqual([0, 4, 5, -1, 1e9, -1e9].map(heard), [[1, -1], [5, -5], [0, 0], [0, 0], [0, 0], [0, 0]]);
});

Deno.test("a name that could lead out of the folder is refused when the file of the patch is read", () => {
  for (const name of ["", "../kick.wav", "/kick.wav"]) {
    assert.throws(() => sampleFile(name), /expected the name of a file below the folder of samples/);
  }
});

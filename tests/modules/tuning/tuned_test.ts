import assert from "node:assert/strict";
import { tuned, tunedKeys } from "../../../modules/tuning/tuned.ts";
import { effectPatch, effectPlayer, process } from "../../../testing/trial/trial_patch.ts";
import { PatchPlayer } from "../../../testing/patch_player.ts";

/** Stretched: key 60 stands still. */
const tuning = Array.from({ length: tunedKeys }, (_, key) => 60 + (key - 60) * 1.01);
const patch = effectPatch((key) => tuned(key.as("semitones")).as("1"));

Deno.test("keys have their own pitch, and between two keys lies the straight line", async () => {
  const keys = [0, 59, 60, 60.5, 61.25, 126.5, 127];
  const found = process(await effectPlayer(patch, { tuning }), keys);
  found.forEach((pitch, index) =>
    assert.ok(Math.abs(pitch - (60 + (keys[index] - 60) * 1.01)) < 1e-4, `${keys[index]}`)
  );
});

Deno.test("beyond the keyboard are the pitches of its ends", async () => {
  const found = process(await effectPlayer(patch, { tuning }), [-5, 200]);
  assert.deepEqual([...found], [tuning[0], tuning[127]].map(Math.fround));
});

Deno.test("equal temperament costs no operation", async () => {
  const { main } = patch.build({
    sampleRateHz: 48_000,
    channels: 2,
    inputChannels: 1,
    maximumBlockFrames: 64,
  });
  assert.deepEqual(main.nodes.map(({ op }) => op), ["input"]);
  assert.equal(process(await PatchPlayer.of(patch, { inputChannels: 1 }), [61.3])[0], Math.fround(61.3));
});

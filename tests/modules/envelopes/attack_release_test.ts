import assert from "node:assert/strict";
import { attackRelease } from "../../../modules/envelopes/attack_release.ts";
import { PatchPlayer } from "../../../testing/patch/patch_player.ts";
import { silentFrom } from "../../../testing/measure/level.ts";
import { rateHz, voicePatch } from "../../../testing/trial/trial_patch.ts";

const play = (held: boolean) =>
  PatchPlayer.of(
    voicePatch(({ gate, trigger }) =>
      attackRelease({ gate, trigger, attackSeconds: 0.01, releaseSeconds: 0.1, held })
    ),
  );

Deno.test("held, it stays up until the note is let go, then falls in its time to exact zero", async () => {
  const player = await play(true);
  const up = player.on(1).play(rateHz, 0);
  assert.equal(up.findIndex((level) => level === 1) + 1, 480);
  assert.ok(up.subarray(480).every((level) => level === 1));
  const down = player.off(1).play(rateHz, 0);
  assert.equal(silentFrom(down) + 1, 4_800);
});

Deno.test("let go on the way up, it falls from there at once", async () => {
  const player = await play(true);
  const up = player.on(1).play(240, 0);
  const down = player.off(1).play(rateHz, 0);
  assert.ok(Math.abs(up[239] - 0.5) < 1e-3 && down[0] < up[239] && down[0] > up[239] - 0.01);
  assert.equal(silentFrom(down) + 1, 4_800);
});

Deno.test("struck, it goes up and down whether the note is held or not", async () => {
  const [held, short] = [await play(false), await play(false)];
  const first = held.on(1).play(rateHz, 0);
  assert.equal(first.findIndex((level) => level === 1) + 1, 480);
  assert.equal(silentFrom(first) + 1, 480 + 4_800);
  const second = [...short.on(1).play(64, 0), ...short.off(1).play(rateHz - 64, 0)];
  assert.deepEqual(second, [...first]);
});

Deno.test("struck again on the way down, it rises from the level there is", async () => {
  const player = await play(false);
  player.on(1).play(800);
  const [before] = player.play(1, 0);
  const again = player.on(1).play(480, 0);
  assert.ok(again[0] > before && again[0] < before + 0.01);
  assert.equal(again.findIndex((level) => level === 1) + 1, 480);
});

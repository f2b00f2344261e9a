import assert from "node:assert/strict";
import { definePatch, instrument } from "../../../modules/patch.ts";
import { constant } from "../../../modules/signal/signal.ts";
import { glide } from "../../../modules/utility/glide.ts";
import { PatchPlayer } from "../../../testing/patch/patch_player.ts";
import { rateHz } from "../../../testing/trial/trial_patch.ts";

/** A legato voice whose sound is its pitch. */
function pitch(seconds: number, sampleRateHz = rateHz): Promise<PatchPlayer> {
  return PatchPlayer.of(
    definePatch({
      name: "trial",
      instruments: {
        one: instrument({
          mode: "legato",
          parameters: {},
          voice: ({ number }) => ({ output: glide({ number, seconds }).as("1"), envelope: constant(1) }),
        }),
      },
      parameters: {},
      output: ({ one }) => one,
    }),
    { sampleRateHz },
  );
}

Deno.test("the first note is there at once, from the first frame", async () => {
  for (const number of [0, 60, 127]) {
    const heard = (await pitch(1)).on(1, number).play(100, 0);
    assert.ok(heard.every((place) => place === number), `${number}`);
  }
});

Deno.test("a slide takes its time to the frame, small or large, quick or slow, and is a straight line", async () => {
  for (const sampleRateHz of [48_000, 192_000]) {
    for (const seconds of [0.001, 0.08, 1, 10]) {
      for (const [from, to] of [[60, 60.25], [60, 61], [72, 36], [0, 127]]) {
        const player = await pitch(seconds, sampleRateHz);
        player.on(1, from).play(10);
        const frames = Math.round(seconds * sampleRateHz);
        const heard = player.on(2, to).play(frames + 10, 0);
        const what = `${from} to ${to} in ${seconds} s at ${sampleRateHz} Hz`;
        assert.ok(heard.subarray(frames - 1).every((place) => place === to), what);
        for (const part of [0.25, 0.5, 0.75]) {
          const at = Math.floor(part * frames);
          const line = from + (to - from) * (at + 1) / frames;
          assert.ok(Math.abs(heard[at] - line) < 2e-5, `${what}: expected ${line}, found ${heard[at]}`);
        }
      }
    }
  }
});

Deno.test("a slide that is turned round on its way goes on from where it is", async () => {
  const player = await pitch(0.1);
  player.on(1, 60).play(10);
  const up = player.on(2, 72).play(2_400, 0);
  const back = player.on(3, 48).play(4_800, 0);
  assert.ok(Math.abs(up[2_399] - 66) < 0.01);
  assert.ok(Math.abs(back[0] - up[2_399]) < 0.01);
  assert.equal(back[4_799], 48);
});

Deno.test("a glide of 0 s jumps", async () => {
  const player = await pitch(0);
  player.on(1, 60).play(10);
  assert.equal(player.on(2, 72).play(1, 0)[0], 72);
});

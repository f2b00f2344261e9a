import assert from "node:assert/strict";
import { cues } from "../../../patches/ready/cues.ts";
import { rms } from "../../../testing/measure/level.ts";
import { PatchPlayer, peak } from "../../../testing/patch_player.ts";

const [, , , tension, bell] = [0, 1, 2, 3, 4];
const dry = async () => (await PatchPlayer.of(cues)).set("hall/gainDb", -90);

Deno.test("a cue comes and goes in the times that are set, and is silent then", async () => {
  for (const seconds of [0.5, 2]) {
    const player = (await dry()).set("tension/fadeInSeconds", seconds).set("tension/fadeOutSeconds", seconds);
    const tenth = Math.round(seconds * 4_800);
    const levels = () => Array.from({ length: 11 }, () => rms(player.play(tenth, 0, 480)));
    const rise = levels();
    player.on(1, 60, 1, tension);
    const [first, ...rest] = levels();
    assert.ok(peak(Float32Array.from(rise)) === 0 && first < Math.max(...rest) / 3, `${first}`);
    player.off(1, tension);
    const fall = levels();
    assert.ok(fall[0] > fall[5] && fall[9] < fall[0] / 50, fall.join());
    assert.ok(rms(player.play(tenth)) < 1e-8);
  }
});

Deno.test("a bell rings to its end however soon it is let go", async () => {
  const ring = async (heldFrames: number) => {
    const player = (await dry()).set("bell/ringSeconds", 1).on(1, 72, 1, bell);
    const before = player.play(heldFrames, 0);
    return Float32Array.from([...before, ...player.off(1, bell).play(96_000 - heldFrames, 0)]);
  };
  const [short, long] = [await ring(64), await ring(64_000)];
  assert.deepEqual(short, long);
  assert.ok(rms(short.subarray(19_200, 24_000)) > 0.005 && peak(short.subarray(60_000)) < 1e-6);
});

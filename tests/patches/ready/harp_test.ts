import assert from "node:assert/strict";
import { harp } from "../../../patches/ready/harp.ts";
import { rms } from "../../../testing/measure/level.ts";
import { PatchPlayer } from "../../../testing/patch_player.ts";

/** How much of a note is heard on the left, from 0 to 1. */
async function leftPart(key: number, width: number): Promise<number> {
  const player = (await PatchPlayer.of(harp)).set("harp/width", width);
  player.set("echo/gainDb", -90).set("hall/gainDb", -90).play(960);
  const sound = player.on(1, key).play(24_000);
  const [left, right] = [0, 1].map((side) => rms(sound.filter((_, index) => index % 2 === side)));
  return left / (left + right);
}

Deno.test("low strings stand on the left, high ones on the right, and without width all in the middle", async () => {
  const keys = [36, 48, 60, 72, 84];
  const parts = await Promise.all(keys.map((key) => leftPart(key, 1)));
  assert.ok(parts.every((part, index) => index === 0 || part < parts[index - 1] - 0.05), parts.join());
  assert.ok(Math.abs(parts[2] - 0.5) < 0.01, `${parts[2]}`);
  for (const key of keys) assert.ok(Math.abs(await leftPart(key, 0) - 0.5) < 0.01, `${key}`);
});

Deno.test("an echo comes back on the other side after its time", async () => {
  const player = (await PatchPlayer.of(harp)).set("echo/timeSeconds", 0.5).set("echo/gainDb", 0);
  player.set("hall/gainDb", -90).set("harp/decaySeconds", 0.1).set("harp/releaseSeconds", 0.02).play(48_000);
  player.on(1, 72).play(480);
  player.off(1).play(12_000);
  const quiet = rms(player.play(4_800));
  player.play(4_800);
  const echo = rms(player.play(9_600));
  assert.ok(echo > 3 * quiet && echo > 0.003, `${quiet}, ${echo}`);
});

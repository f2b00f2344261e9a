import assert from "node:assert/strict";
import { mainKernels } from "../../../compiler/wat/main_kernels.ts";
import { definePatch } from "../../../modules/patch.ts";
import { exp2 } from "../../../modules/signal/math.ts";
import { unity } from "../../../modules/signal/unity.ts";
import { textSourceOf } from "../../../testing/compiler/text_source.ts";
import { PatchPlayer, sameBits } from "../../../testing/patch_player.ts";

const patchWith = (smoothingSeconds: number) =>
  definePatch({
    name: "output",
    instruments: {},
    parameters: { mix: { level: { ...unity, default: 0, smoothingSeconds, why: "moves" } } },
    output: (_buses, { mix }, input) => input.times(exp2(mix.level)),
  });

Deno.test("what follows from a resting parameter is computed before the loop, from a moving one in it", () => {
  const kernels = mainKernels(textSourceOf(patchWith(0.02), { inputChannels: 1 }));
  assert.equal(mainKernels(textSourceOf(patchWith(0))).length, 1);
  const [inResting, inMoving] = kernels.map((text) =>
    text.slice(text.indexOf("(loop $pass0")).match(/f32x4\.\w+/g)!.length
  );
  assert.ok(inResting * 4 < inMoving, `${inResting}, ${inMoving}`);
});

Deno.test("a parameter that has just arrived is rendered to the same bits moving and resting", async () => {
  const [sudden, ramped] = await Promise.all(
    [0, 1 / 48_000].map((seconds) => PatchPlayer.of(patchWith(seconds), { inputChannels: 1 })),
  );
  for (const player of [sudden, ramped]) player.feed(0.3).set("mix/level", 0.77).play(1);
  assert.ok(sameBits(sudden.play(100), ramped.play(100)));
});

import assert from "node:assert/strict";
import { renderText } from "../../../compiler/wat/render.ts";
import { definePatch } from "../../../modules/patch.ts";
import { unity } from "../../../modules/signal/unity.ts";
import { textSourceOf } from "../../../testing/compiler/text_source.ts";
import { PatchPlayer, testFormat } from "../../../testing/patch_player.ts";

const gainPatch = (smoothingSeconds: number) =>
  definePatch({
    name: "gain",
    instruments: {},
    parameters: { mix: { level: { ...unity, default: 0, smoothingSeconds, why: "is followed" } } },
    output: (_buses, { mix }, input) => input.times(mix.level),
  });

Deno.test("only a parameter with a ramp has a function that follows it", () => {
  assert.match(renderText(textSourceOf(gainPatch(0.02))), /\$output_moving/);
  assert.doesNotMatch(renderText(textSourceOf(gainPatch(0))), /\$output_moving|\$ramp/);
});

Deno.test("frames are rendered at their place in the block, and no frames leave the memory as it is", async () => {
  const player = await PatchPlayer.of(gainPatch(0), { ...testFormat, inputChannels: 2 });
  player.set("mix/level", 1).feed(0.25, 0.5);
  const { exports, memory, patch: { arena } } = player;
  const before = new Uint8Array(memory).slice();
  exports.render(10, 0);
  assert.deepEqual(new Uint8Array(memory), before);
  exports.render(10, 3);
  const block = [...new Float32Array(memory, arena.outputOffset, 2 * 16)];
  assert.deepEqual(block.slice(18, 28), [0, 0, 0.25, 0.5, 0.25, 0.5, 0.25, 0.5, 0, 0]);
});

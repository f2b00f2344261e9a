import assert from "node:assert/strict";
import { compileGraph } from "../../compiler/compile.ts";
import { decodeGraph } from "../../compiler/graph/checked_graph.ts";
import { evaluatePatch } from "../../patches/loading/evaluate_patch.ts";
import { PatchPlayer, peak, testFormat } from "../../testing/patch/patch_player.ts";

const folder = new URL("../../examples/patches/", import.meta.url);
const names = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name.endsWith(".ts"));

for (const name of names) {
  Deno.test(`the example ${name} plays each of its instruments, stays within full scale, and falls silent`, async () => {
    const graph = decodeGraph(await evaluatePatch(new URL(name, folder).pathname, testFormat));
    const player = new PatchPlayer(compileGraph(graph, testFormat));
    graph.instruments.forEach((instrument, index) => {
      player.on(1, 57, 0.8, index);
      const heard = peak(player.play(24_000));
      assert.ok(heard > 0.02 && heard < 1, `${instrument.name}: peak ${heard}`);
      player.off(1, index);
      player.play(48_000 * 4);
    });
    assert.ok(peak(player.play(48_000 * 30).slice(-4_800)) === 0);
    assert.equal(player.poisonedVoices, 0);
  });
}

Deno.test("the string of pluck.ts is in tune", async () => {
  const graph = decodeGraph(await evaluatePatch(new URL("pluck.ts", folder).pathname, testFormat));
  const player = new PatchPlayer(compileGraph(graph, testFormat));
  for (const [number, hz] of [[45, 110], [57, 220], [69, 440]]) {
    player.on(1, number);
    player.play(4_800, 0);
    const sound = player.play(24_000, 0);
    // the shortest time after which the sound is most like itself
    const likeness = (lag: number) =>
      sound.subarray(0, 16_000).reduce((sum, one, at) => sum + one * sound[at + lag], 0);
    const around = Math.round(48_000 / hz);
    const lags = Array.from({ length: 21 }, (_, place) => around - 10 + place);
    const best = lags.reduce((one, other) => likeness(other) > likeness(one) ? other : one);
    assert.ok(Math.abs(best - 48_000 / hz) <= 1, `${hz} Hz: period of ${best} frames`);
    player.off(1);
    player.play(48_000);
  }
});

Deno.test("the patch file in the documentation is the example", async () => {
  const guide = await Deno.readTextFile(new URL("../../docs/patches.md", import.meta.url));
  assert.ok(guide.includes(`\`\`\`ts\n${await Deno.readTextFile(new URL("organ.ts", folder))}\`\`\``));
});

import assert from "node:assert/strict";
import { noteExportsText } from "../../../compiler/wat/note_exports.ts";
import { definePatch, instrument } from "../../../modules/patch.ts";
import { PatchPlayer, testFormat } from "../../../testing/patch_player.ts";

const held = instrument({
  ...{ voices: 1, parameters: {} },
  voice: ({ number, gate }) => ({ output: number.as("1"), envelope: gate.select(1, 0) }),
});
const patch = definePatch({
  name: "pair",
  instruments: { one: held, two: held },
  parameters: {},
  output: ({ one, two }) => one.plus(two.times(1_000)),
});

Deno.test("a note goes to the instrument that it names, and what it does not know does nothing", async () => {
  const player = await PatchPlayer.of(patch);
  player.on(1, 60, 1, 0).on(1, 61, 1, 1);
  assert.equal(player.play(1)[0], 61_060);
  assert.equal(player.off(1, 0).play(1)[0], 61_000);
  const { exports } = player;
  const before = new Uint8Array(player.memory).slice();
  for (const unknown of [2, -1, 2 ** 31 - 1]) {
    exports.note_on(unknown, 3, 60, 1);
    exports.note_off(unknown, 1);
    exports.pedal(unknown, 1);
    exports.express(unknown, 1, 0, 1);
    exports.express_all(unknown, 0, 1);
  }
  assert.deepEqual(new Uint8Array(player.memory), before);
});

Deno.test("a patch without instruments has all the same functions", () => {
  const { instruments, ...rest } = patch.build(testFormat);
  const exported = (text: string) => [...text.matchAll(/\(export "(\w+)"\)/g)].map(([, name]) => name);
  const names = exported(noteExportsText({ ...rest, instruments }));
  assert.deepEqual(names, ["note_on", "note_off", "pedal", "express", "express_all", "panic"]);
  assert.deepEqual(exported(noteExportsText({ ...rest, instruments: [] })), names);
});

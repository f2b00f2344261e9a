import assert from "node:assert/strict";
import { graphWarnings } from "../../../compiler/graph/graph_warnings.ts";
import { definePatch } from "../../../modules/patch.ts";
import { constant } from "../../../modules/signal/signal.ts";
import { faderDb, gain } from "../../../modules/utility/gain.ts";
import { patchNamed, patchNames } from "../../../patches/ready/catalogue.ts";
import { testFormat } from "../../../testing/patch/patch_player.ts";

const patchOf = (channels: number) =>
  definePatch({
    name: "wide",
    channels,
    instruments: {},
    parameters: { master: { gainDb: faderDb, idle: faderDb } },
    output: (_, { master }) => gain({ input: constant(0), gainDb: master.gainDb }),
  }).build(testFormat);

Deno.test("channels that the output has not, and parameters that nothing reads, are told with their remedy", () => {
  const unused = "patch wide: nothing uses the parameter /master/idle; use it or remove it";
  assert.deepEqual(graphWarnings(patchOf(2), { channels: 2 }), [unused]);
  assert.deepEqual(graphWarnings(patchOf(4), { channels: 4 }), [unused]);
  assert.deepEqual(graphWarnings(patchOf(4), { channels: 2 }), [
    "patch wide: has 4 channels, the output has 2: channels 3 and 4 are not heard; set UNDERSTUDY_CHANNELS=4",
    unused,
  ]);
  assert.match(
    graphWarnings(patchOf(12), { channels: 8 })[0],
    /channels 9 to 12 are not heard; set UNDERSTUDY_CHANNELS=12$/,
  );
});

Deno.test("outputs that a patch leaves silent are told, with what the author can write", () => {
  const [first] = graphWarnings(patchOf(2), { channels: 16 });
  assert.equal(
    first,
    "patch wide: has 2 channels, the output has 16: outputs 3 to 16 are silent; set `channels: 16` in the patch to use them",
  );
  assert.match(graphWarnings(patchOf(7), { channels: 8 })[0], /: output 8 is silent; /);
});

Deno.test("no ready patch gives a warning", () => {
  for (const name of patchNames) {
    assert.deepEqual(
      graphWarnings(patchNamed(name).build({ ...testFormat, inputChannels: 2 }), testFormat),
      [],
    );
  }
});

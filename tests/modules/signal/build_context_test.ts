import assert from "node:assert/strict";
import {
  buildRateHz,
  buildTuning,
  currentUse,
  isInPatch,
  sampleIndex,
  sampleNames,
  withFormat,
  withUse,
} from "../../../modules/signal/build_context.ts";
import { testFormat } from "../../../testing/patch_player.ts";

const use = (name: string) => ({ name, location: "here.ts:1" });

Deno.test("a format holds while a patch is built, inside another one too, and after an error no longer", () => {
  assert.throws(buildRateHz, /made inside the functions of a patch/);
  withFormat({ ...testFormat, sampleRateHz: 44_100, tuning: [1] }, () => {
    assert.throws(() =>
      withFormat(testFormat, () => {
        assert.deepEqual([buildRateHz(), buildTuning()], [48_000, undefined]);
        throw new Error("broken");
      }), /broken/);
    assert.deepEqual([buildRateHz(), buildTuning()], [44_100, [1]]);
  });
  assert.throws(() => sampleIndex("kick.wav"), TypeError);
});

Deno.test("a module made of modules is named by the outer one, the patch by itself", () => {
  assert.ok(isInPatch());
  withUse(use("outer"), () => {
    withUse(use("inner"), () => assert.equal(currentUse().name, "outer"));
    assert.ok(!isInPatch());
  });
  assert.throws(() =>
    withUse(use("broken"), () => {
      throw new Error();
    })
  );
  assert.equal(currentUse().name, "patch");
});

Deno.test("samples are numbered as they are asked for first, for each patch from the beginning", () => {
  for (let patch = 0; patch < 2; patch++) {
    withFormat(testFormat, () => {
      assert.deepEqual(["a", "b", "a", "c"].map(sampleIndex), [0, 1, 0, 2]);
      assert.deepEqual(sampleNames(), ["a", "b", "c"]);
    });
  }
});

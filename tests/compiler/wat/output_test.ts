import assert from "node:assert/strict";
import { inputLoad, outputStore } from "../../../compiler/wat/output.ts";
import { runText } from "../../../testing/compiler/run_text.ts";

const [inputAt, outputAt] = [64, 256];

Deno.test("one channel comes in on all lanes, several on their own, those beyond the fourth on none", () => {
  const heard = (inputChannels: number) => {
    const { call, floats } = runText(
      `(func (export "load") (param $in i32) (v128.store (i32.const 0) ${
        inputLoad(inputAt, inputChannels)
      }))`,
    );
    floats.set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], inputAt / 4);
    call("load", inputChannels * 4); // the second frame
    return [...floats.subarray(0, 4)];
  };
  assert.deepEqual(heard(0), [0, 0, 0, 0]);
  assert.deepEqual(heard(1), [2, 2, 2, 2]);
  assert.deepEqual(heard(2), [3, 4, 0, 0]);
  assert.deepEqual(heard(3), [4, 5, 6, 0]);
  assert.deepEqual(heard(4), [5, 6, 7, 8]);
  assert.deepEqual(heard(5), [6, 7, 8, 9]);
});

Deno.test("one channel gets the mean, channels that the patch lacks are silent, and the next frame stays as it is", () => {
  const stored = (patchChannels: number, channels: number) => {
    const vectors = [0, 16, 32].slice(0, Math.ceil(patchChannels / 4));
    const statements = outputStore(vectors.map((at) => `(v128.load (i32.const ${at}))`), {
      offset: outputAt,
      patchChannels,
      channels,
    });
    const { call, floats } = runText(`(func (export "store") (param $out i32) ${statements.join(" ")})`);
    floats.set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    floats.fill(-1, outputAt / 4, outputAt / 4 + 40);
    call("store", channels * 4);
    const frame = [...floats.subarray(outputAt / 4 + channels, outputAt / 4 + 2 * channels)];
    assert.equal(floats[outputAt / 4 + channels - 1], -1);
    assert.equal(floats[outputAt / 4 + 2 * channels], -1);
    return frame;
  };
  assert.deepEqual(stored(2, 1), [1.5]);
  assert.deepEqual(stored(2, 2), [1, 2]);
  assert.deepEqual(stored(2, 3), [1, 2, 0]);
  assert.deepEqual(stored(4, 3), [1, 2, 3]);
  assert.deepEqual(stored(4, 8), [1, 2, 3, 4, 0, 0, 0, 0]);
  assert.deepEqual(stored(10, 4), [1, 2, 3, 4]);
  assert.deepEqual(stored(10, 7), [1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(stored(10, 13), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 0, 0]);
  assert.deepEqual(stored(12, 12), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
});

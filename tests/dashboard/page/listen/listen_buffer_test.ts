import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ListenBuffer } from "../../../../dashboard/page/listen/listen_buffer.ts";

/** Samples of a channel that counts frames from 1, for two channels: the second is negative. */
const counted = (first: number, frames: number) =>
  Float32Array.from(
    { length: frames * 2 },
    (_, index) => (first + (index >> 1) + 1) * (index % 2 === 0 ? 1 : -1),
  );

function pulled(buffer: ListenBuffer, frames: number, channels = 2): number[][] {
  const outputs = Array.from({ length: channels }, () => new Float32Array(frames));
  buffer.pull(outputs);
  return outputs.map((output) => [...output]);
}

Deno.test("it waits until it holds enough, and then gives every frame in order", () => {
  const buffer = new ListenBuffer(2, 8);
  buffer.push(0, counted(0, 4));
  deepStrictEqual(pulled(buffer, 4), [[0, 0, 0, 0], [0, 0, 0, 0]]);
  buffer.push(4, counted(4, 4));
  deepStrictEqual(pulled(buffer, 3), [[1, 2, 3], [-1, -2, -3]]);
  deepStrictEqual(pulled(buffer, 5, 1), [[4, 5, 6, 7, 8]]);
  strictEqual(buffer.gaps, 0);
});

Deno.test("frames that are missing are silence of their length", () => {
  const buffer = new ListenBuffer(2, 8);
  buffer.push(0, counted(0, 4));
  buffer.push(6, counted(6, 4));
  deepStrictEqual(pulled(buffer, 8, 1), [[1, 2, 3, 4, 0, 0, 7, 8]]);
  strictEqual(buffer.gaps, 1);
});

Deno.test("when it runs dry it is silent and waits again; when it holds too much it skips", () => {
  const buffer = new ListenBuffer(2, 4);
  buffer.push(0, counted(0, 4));
  deepStrictEqual(pulled(buffer, 4, 1), [[1, 2, 3, 4]]);
  deepStrictEqual(pulled(buffer, 4, 1), [[0, 0, 0, 0]]);
  buffer.push(4, counted(4, 2));
  deepStrictEqual(pulled(buffer, 2, 1), [[0, 0]]);
  strictEqual(buffer.gaps, 1);
  buffer.push(6, counted(6, 12));
  buffer.push(18, counted(18, 2));
  strictEqual(buffer.heldFrames <= 2 * 4 + 2, true);
  deepStrictEqual(pulled(buffer, 4, 1)[0].at(-1)! > 10, true);
});

import assert from "node:assert/strict";
import {
  checkAmplitudes,
  isStoredNumber,
  readStoredNumbers,
} from "../../../engine/sound_files/stored_numbers.ts";

Deno.test("channels are taken apart, in either order of bytes, and half a frame at the end is left", () => {
  const bytes = Uint8Array.of(0x40, 0, 0x00, 0xc0, 0, 0x20, 0x10);
  const number = { kind: "signed", bytes: 2 } as const;
  const read = (littleEndian: boolean) =>
    readStoredNumbers(bytes, { ...number, littleEndian }, 2).map((channel) =>
      [...channel].map((value) => value * 2 ** 15)
    );
  assert.deepEqual(read(false), [[0x4000], [0x00c0]]);
  assert.deepEqual(read(true), [[0x0040], [-0x4000]]);
  const three = readStoredNumbers(
    Uint8Array.of(0, 0, 0x40),
    { kind: "signed", bytes: 3, littleEndian: true },
    1,
  );
  assert.deepEqual([...three[0]], [0.5]);
});

Deno.test("only kinds that exist are read", () => {
  const known = (kind: "signed" | "unsigned" | "float", bytes: number) =>
    isStoredNumber({ kind, bytes, littleEndian: true });
  assert.deepEqual([1, 2, 3, 4, 5, 8].map((bytes) => known("signed", bytes)), [
    true,
    true,
    true,
    true,
    false,
    false,
  ]);
  assert.deepEqual([2, 4, 8].map((bytes) => known("float", bytes)), [false, true, true]);
  assert.equal(known("unsigned", 2), false);
});

Deno.test("numbers far beyond full scale, and those that are not finite, are no sound", () => {
  checkAmplitudes(Float32Array.of(0, 1_000, -1_000));
  for (const wrong of [1_001, -1e30, Infinity, NaN]) {
    assert.throws(() => checkAmplitudes(Float32Array.of(0, wrong)), /in frame 1; export it again/);
  }
});

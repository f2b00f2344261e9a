import assert from "node:assert/strict";
import { createSampleBank, type SamplePlace, samplePlaces } from "../../../compiler/graph/sample_bank.ts";

const facts = { sha256: "", sampleRateHz: 48_000, rootNote: 60, loopStart: 0, loopEnd: 3 };
const stereo = { ...facts, name: "stereo", channels: [Float32Array.of(1, 2, 3), Float32Array.of(4, 5, 6)] };
const mono = { ...facts, name: "mono", channels: [Float32Array.of(7, 8, 9)] };

Deno.test("every channel lies between two frames of silence, and a file of one channel is on both sides", () => {
  const bank = createSampleBank("/folder", [stereo, mono]);
  const places = samplePlaces(bank);
  const content = ({ offset, frames }: SamplePlace) => [
    ...new Float32Array(bank.memory.buffer, offset, frames + 2),
  ];
  const heard = [places[0], places[1], places[4], places[5]].map(content);
  assert.deepEqual(heard, [[0, 1, 2, 3, 0], [0, 4, 5, 6, 0], [0, 7, 8, 9, 0], [0, 7, 8, 9, 0]]);
  // behind them their tables: two of a file of two channels, one of another
  assert.notDeepEqual(content(places[2]), content(places[3]));
  assert.equal(places[6].offset, places[7].offset);
  assert.ok(places[3].offset > places[2].offset + places[2].frames * 4);
});

Deno.test("what is no number, or too small to be heard, becomes silence", () => {
  const channels = [Float32Array.of(NaN, Infinity, -Infinity, 1e-40, -1e-16, -0.5)];
  const bank = createSampleBank("/folder", [{ ...mono, channels }]);
  const [{ offset }] = samplePlaces(bank);
  assert.deepEqual([...new Float32Array(bank.memory.buffer, offset + 4, 6)], [0, 0, 0, 0, 0, -0.5]);
});

Deno.test("channels of different lengths, or more than two, are refused with the name of the file", () => {
  const one = Float32Array.of(1);
  for (const channels of [[one, Float32Array.of(1, 2)], [one, one, one]]) {
    assert.throws(() => createSampleBank("/folder", [{ ...mono, channels }]), /^TypeError: mono: expected/);
  }
});

import assert from "node:assert/strict";
import { SessionDamagedError } from "../../../engine/session/session_damaged_error.ts";
import {
  decodeJson,
  decodeMark,
  decodePatch,
  decodeSnapshot,
  encodeChunk,
  encodePatch,
  recordedPatch,
} from "../../../engine/session/session_format.ts";
import { tallyPatch } from "../../../testing/patch/tally_patch.ts";

Deno.test("a patch in a session is what it was, without what only this process has", () => {
  const patch = tallyPatch({ sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 });
  const payload = encodePatch(recordedPatch(3, patch));
  const { number, description, wasm } = decodePatch(payload);
  const { wasm: given, module: _module, ...rest } = patch;
  assert.equal(number, 3);
  assert.deepEqual(description, JSON.parse(JSON.stringify(rest)));
  assert.deepEqual(wasm, given);
  assert.ok(new WebAssembly.Module(wasm));
});

Deno.test("a chunk is its type, length, payload and CRC-32", () => {
  const chunk = encodeChunk("QUAR", new TextEncoder().encode("123456789"));
  const view = new DataView(chunk.buffer);
  assert.equal(new TextDecoder().decode(chunk.subarray(0, 4)), "QUAR");
  assert.equal(view.getUint32(4, true), 9);
  assert.equal(view.getUint32(17, true), 0xCBF43926, "the check value of CRC-32");
});

Deno.test("a payload that is too short for what it says is a damaged session, as its checksum may be right", () => {
  const patch = tallyPatch({ sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 });
  const whole = encodePatch(recordedPatch(3, patch));
  for (const bytes of [0, 7, 8, 100]) {
    assert.throws(() => decodePatch(whole.slice(0, bytes)), SessionDamagedError);
  }
  whole[8] = 0;
  assert.throws(() => decodePatch(whole), /a chunk that is no JSON/);
  for (const bytes of [0, 4, 11]) {
    assert.throws(() => decodeSnapshot(new Uint8Array(bytes)), /a state that breaks off/);
  }
  assert.throws(() => decodeJson(new Uint8Array()), SessionDamagedError);
});

Deno.test("a mark is a block, a time and what is held; anything else is a damaged session", () => {
  const mark = { block: 4, unixMs: 5, logPosition: 1, heldNotes: [[0, 3]], heldPedals: [1] };
  const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  assert.deepEqual(decodeMark(bytes(mark)), mark);
  const broken = [
    ...[null, 7, [], { ...mark, unixMs: "5" }, { ...mark, heldNotes: undefined }],
    ...[{ ...mark, heldNotes: [[0]] }, { ...mark, heldNotes: { length: 1 } }, { ...mark, heldPedals: [0.5] }],
  ];
  for (const value of broken) {
    assert.throws(() => decodeMark(bytes(value)), SessionDamagedError, JSON.stringify(value));
  }
  assert.throws(() => decodeMark(bytes(mark).subarray(1)), SessionDamagedError);
});

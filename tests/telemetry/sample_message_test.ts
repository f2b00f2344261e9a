import assert from "node:assert/strict";
import { sampleHeader } from "../../dashboard/protocol.ts";
import { encodeSamples } from "../../telemetry/sample_message.ts";

const message = { kind: "listen", channels: 2, sampleRateHz: 48_000, lostFrames: 9 } as const;

Deno.test("the header has everything that a listener needs, also frames beyond 32 bits", () => {
  const firstFrame = 2 ** 40 + 3;
  const samples = Float32Array.of(0.1, -0.2, 0.3, -1);
  const bytes = encodeSamples({ ...message, format: "f32", firstFrame, samples });
  const view = new DataView(bytes.buffer);
  assert.deepEqual(
    [
      view.getUint8(sampleHeader.kind),
      view.getUint8(sampleHeader.format),
      view.getUint16(sampleHeader.channels, true),
      view.getUint32(sampleHeader.frames, true),
      view.getFloat64(sampleHeader.firstFrame, true),
      view.getUint32(sampleHeader.sampleRateHz, true),
      view.getUint32(sampleHeader.lostFrames, true),
    ],
    [2, 0, 2, 2, firstFrame, 48_000, 9],
  );
  assert.deepEqual(new Float32Array(bytes.buffer, sampleHeader.bytes), samples);
});

Deno.test("16-bit samples are rounded, and stay at full scale beyond it", () => {
  const samples = Float32Array.of(0, 1, -1, 2, -3, 1 / 65_536);
  const { buffer } = encodeSamples({ ...message, format: "s16", firstFrame: 0, samples });
  assert.deepEqual(
    new Int16Array(buffer, sampleHeader.bytes),
    Int16Array.of(0, 32_767, -32_767, 32_767, -32_767, 0),
  );
});

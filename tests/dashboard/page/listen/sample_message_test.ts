import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { decodeSamples, kindOfSamples } from "../../../../dashboard/page/listen/sample_message.ts";
import { sampleFormats, sampleHeader, sampleKinds } from "../../../../dashboard/protocol.ts";

function message(format: number, body: Uint8Array): ArrayBuffer {
  const data = new ArrayBuffer(sampleHeader.bytes + body.length);
  const view = new DataView(data);
  view.setUint8(sampleHeader.kind, sampleKinds.listen);
  view.setUint8(sampleHeader.format, format);
  view.setUint16(sampleHeader.channels, 2, true);
  view.setUint32(sampleHeader.frames, 1, true);
  view.setFloat64(sampleHeader.firstFrame, 2 ** 40, true);
  view.setUint32(sampleHeader.sampleRateHz, 48_000, true);
  view.setUint32(sampleHeader.lostFrames, 7, true);
  new Uint8Array(data).set(body, sampleHeader.bytes);
  return data;
}

Deno.test("samples of both formats are read with all that their header says", () => {
  const floats = message(sampleFormats.f32, new Uint8Array(Float32Array.of(0.5, -0.25).buffer));
  const { samples, ...header } = decodeSamples(floats);
  deepStrictEqual([...samples], [0.5, -0.25]);
  deepStrictEqual(header, {
    ...{
      kind: sampleKinds.listen,
      channels: 2,
      frames: 1,
      firstFrame: 2 ** 40,
      sampleRateHz: 48_000,
      lostFrames: 7,
    },
  });
  const shorts = message(sampleFormats.s16, new Uint8Array(Int16Array.of(32_767, -32_767).buffer));
  deepStrictEqual([...decodeSamples(shorts).samples], [1, -1]);
  strictEqual(kindOfSamples(shorts), sampleKinds.listen);
});

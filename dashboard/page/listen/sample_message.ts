/** Binary messages of the engine: samples of its output. */
import { sampleFormats, sampleHeader } from "../../protocol.ts";

export interface SampleMessage {
  /** One of `sampleKinds`. */
  readonly kind: number;
  readonly channels: number;
  readonly frames: number;
  readonly firstFrame: number;
  readonly sampleRateHz: number;
  readonly lostFrames: number;
  /** Interleaved, 1 at full scale. */
  readonly samples: Float32Array<ArrayBuffer>;
}

/** The kind of a message, without the rest. */
export function kindOfSamples(data: ArrayBuffer): number {
  return new DataView(data).getUint8(sampleHeader.kind);
}

/** A message taken apart; its samples are a copy. */
export function decodeSamples(data: ArrayBuffer): SampleMessage {
  const view = new DataView(data);
  const body = data.slice(sampleHeader.bytes);
  const isFloat = view.getUint8(sampleHeader.format) === sampleFormats.f32;
  return {
    kind: kindOfSamples(data),
    channels: view.getUint16(sampleHeader.channels, true),
    frames: view.getUint32(sampleHeader.frames, true),
    firstFrame: view.getFloat64(sampleHeader.firstFrame, true),
    sampleRateHz: view.getUint32(sampleHeader.sampleRateHz, true),
    lostFrames: view.getUint32(sampleHeader.lostFrames, true),
    samples: isFloat
      ? new Float32Array(body)
      : Float32Array.from(new Int16Array(body), (value) => value / 32_767),
  };
}

import { type SampleFormat, sampleFormats, sampleHeader, sampleKinds } from "../dashboard/protocol.ts";

/** A binary message of samples. */
export interface SampleMessage {
  readonly kind: keyof typeof sampleKinds;
  readonly format: SampleFormat;
  readonly channels: number;
  readonly sampleRateHz: number;
  readonly firstFrame: number;
  readonly lostFrames: number;
  /** Interleaved. */
  readonly samples: Float32Array;
}

/** Largest number of a 16-bit sample. */
const full = 32_767;

/** The message as bytes. Beyond full scale 16-bit samples stay at full scale. */
export function encodeSamples(message: SampleMessage): Uint8Array<ArrayBuffer> {
  const { kind, format, channels, sampleRateHz, firstFrame, lostFrames, samples } = message;
  const isWhole = format === "s16";
  const bytes = new Uint8Array(sampleHeader.bytes + samples.length * (isWhole ? 2 : 4));
  const view = new DataView(bytes.buffer);
  view.setUint8(sampleHeader.kind, sampleKinds[kind]);
  view.setUint8(sampleHeader.format, sampleFormats[format]);
  view.setUint16(sampleHeader.channels, channels, true);
  view.setUint32(sampleHeader.frames, samples.length / channels, true);
  view.setFloat64(sampleHeader.firstFrame, firstFrame, true);
  view.setUint32(sampleHeader.sampleRateHz, sampleRateHz, true);
  view.setUint32(sampleHeader.lostFrames, lostFrames, true);
  if (!isWhole) new Float32Array(bytes.buffer, sampleHeader.bytes).set(samples);
  else {
    const whole = new Int16Array(bytes.buffer, sampleHeader.bytes);
    for (let index = 0; index < samples.length; index++) {
      whole[index] = Math.round(Math.max(-1, Math.min(1, samples[index])) * full);
    }
  }
  return bytes;
}

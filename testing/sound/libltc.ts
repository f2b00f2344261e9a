/** libltc, an independent reader and writer of linear timecode, through its shared library. */
import type { Timecode } from "../../timecode/timecode.ts";

const symbols = {
  ltc_encoder_create: { parameters: ["f64", "f64", "i32", "i32"], result: "pointer" },
  ltc_encoder_free: { parameters: ["pointer"], result: "void" },
  ltc_encoder_set_timecode: { parameters: ["pointer", "buffer"], result: "void" },
  ltc_encoder_inc_timecode: { parameters: ["pointer"], result: "i32" },
  ltc_encoder_dec_timecode: { parameters: ["pointer"], result: "i32" },
  ltc_encoder_encode_byte: { parameters: ["pointer", "i32", "f64"], result: "i32" },
  ltc_encoder_copy_buffer: { parameters: ["pointer", "buffer"], result: "i32" },
  ltc_encoder_set_buffersize: { parameters: ["pointer", "f64", "f64"], result: "i32" },
  ltc_decoder_create: { parameters: ["i32", "i32"], result: "pointer" },
  ltc_decoder_free: { parameters: ["pointer"], result: "i32" },
  ltc_decoder_write_float: { parameters: ["pointer", "buffer", "usize", "i64"], result: "void" },
  ltc_decoder_read: { parameters: ["pointer", "buffer"], result: "i32" },
  ltc_frame_to_time: { parameters: ["buffer", "buffer", "i32"], result: "void" },
} as const;

const library = "libltc.so.11";

/** `LTC_TV_STANDARD` by the frames of a second. */
const standards: Readonly<Record<number, number>> = { 24: 3, 25: 1, 30: 0 };

function open() {
  return Deno.dlopen(library, symbols);
}

/** For tests that need the library. */
export const libltcNeeds = { libraries: [library], install: "apt-get install libltc11" };

export interface Encoding {
  readonly start: Timecode;
  readonly framesPerSecond: number;
  readonly isDropFrame?: boolean;
  readonly sampleRateHz: number;
  /** Of the tape; negative: backward. */
  readonly speed: number;
  readonly frames: number;
}

/** Timecode as libltc writes it, 1 at full scale. */
export function encodeByLibltc(encoding: Encoding): Float32Array {
  const { start, framesPerSecond, isDropFrame = false, sampleRateHz, speed, frames } = encoding;
  const libltc = open();
  const calls = libltc.symbols;
  const nominal = Math.ceil(framesPerSecond);
  const fps = isDropFrame ? 30_000 / 1_001 : framesPerSecond;
  // its buffer is made for the slowest speed, and then set back
  const encoder = calls.ltc_encoder_create(sampleRateHz, fps, standards[nominal], 0);
  if (encoder === null) throw new Error("libltc makes no encoder");
  calls.ltc_encoder_set_buffersize(encoder, sampleRateHz, fps / 10);
  const { hours, minutes, seconds, frames: frame } = start;
  calls.ltc_encoder_set_timecode(
    encoder,
    Uint8Array.from([...[0, 0, 0, 0, 0, 0], ...[0, 1, 1], hours, minutes, seconds, frame]),
  );
  const bytes = new Uint8Array(Math.ceil(12 * sampleRateHz / fps));
  const parts: Float32Array[] = [];
  for (let count = 0; count < frames; count++) {
    for (let byte = 0; byte < 10; byte++) {
      calls.ltc_encoder_encode_byte(encoder, speed < 0 ? 9 - byte : byte, 1 / speed);
    }
    const length = calls.ltc_encoder_copy_buffer(encoder, bytes);
    parts.push(Float32Array.from(bytes.subarray(0, length), (value) => (value - 128) / 128));
    if (speed < 0) calls.ltc_encoder_dec_timecode(encoder);
    else calls.ltc_encoder_inc_timecode(encoder);
  }
  calls.ltc_encoder_free(encoder);
  libltc.close();
  return joined(parts);
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => {
    whole.set(part, at);
    return at + part.length;
  }, 0);
  return whole;
}

/** The timecodes that libltc reads, with the sample at which each begins. */
export function decodeByLibltc(
  samples: Float32Array<ArrayBuffer>,
  samplesPerFrame: number,
): { readonly timecode: Timecode; readonly startAt: number; readonly isReverse: boolean }[] {
  const libltc = open();
  const calls = libltc.symbols;
  const decoder = calls.ltc_decoder_create(Math.round(samplesPerFrame), 64);
  const found: { timecode: Timecode; startAt: number; isReverse: boolean }[] = [];
  const frame = new Uint8Array(512);
  const view = new DataView(frame.buffer);
  const time = new Uint8Array(16);
  const step = 1_024;
  for (let at = 0; at < samples.length; at += step) {
    const part = samples.slice(at, at + step);
    calls.ltc_decoder_write_float(decoder, part, BigInt(part.length), BigInt(at));
    while (calls.ltc_decoder_read(decoder, frame) > 0) {
      calls.ltc_frame_to_time(time, frame, 0);
      const [hours, minutes, seconds, frames] = time.subarray(9, 13);
      found.push({
        timecode: { hours, minutes, seconds, frames },
        startAt: Number(view.getBigInt64(16, true)),
        isReverse: view.getInt32(32, true) !== 0,
      });
    }
  }
  calls.ltc_decoder_free(decoder);
  libltc.close();
  return found;
}

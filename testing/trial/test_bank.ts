import { createSampleBank, type DecodedSample, type SampleBank } from "../../compiler/graph/sample_bank.ts";

/** A file made by a test: its channels, and differences from 48 kHz, middle C and a loop over all of it. */
export type TestFile = Partial<DecodedSample> & Pick<DecodedSample, "channels">;

/** A bank without files on a disk. */
export function bankOf(files: Readonly<Record<string, TestFile>>): SampleBank {
  return createSampleBank(
    "/nowhere",
    Object.entries(files).map(([name, file]) => ({
      ...{ name, sha256: name, sampleRateHz: 48_000, rootNote: 60 },
      ...{ loopStart: 0, loopEnd: file.channels[0].length },
      ...file,
    })),
  );
}

/** Frames computed from their number. */
export function frames(count: number, of: (frame: number) => number): Float32Array {
  return Float32Array.from({ length: count }, (_, frame) => of(frame));
}

/** A sine with a number of periods in a number of frames. */
export function sineFrames(count: number, periods: number, amplitude = 0.8): Float32Array {
  return frames(count, (frame) => amplitude * Math.sin(2 * Math.PI * periods * frame / count));
}

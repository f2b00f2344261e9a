import assert from "node:assert/strict";
import wavefile from "wavefile";
import { decodeWav } from "../../../engine/samples/wav_reader.ts";

type Depth = "8" | "16" | "24" | "32" | "32f" | "64";

function wav(depth: Depth, samples: number[][]): Uint8Array<ArrayBuffer> {
  const file = new wavefile.WaveFile();
  file.fromScratch(samples.length, 44_100, depth, samples);
  return new Uint8Array(file.toBuffer());
}

Deno.test("full scale is -1, whatever the depth, and zero stays zero", () => {
  const scales: Record<Depth, [zero: number, lowest: number]> = {
    "8": [128, 0],
    "16": [0, -(2 ** 15)],
    "24": [0, -(2 ** 23)],
    "32": [0, -(2 ** 31)],
    "32f": [0, -1],
    "64": [0, -1],
  };
  for (const [depth, [zero, lowest]] of Object.entries(scales)) {
    const { channels, sampleRateHz } = decodeWav(wav(depth as Depth, [[zero, lowest], [lowest, zero]]));
    assert.equal(sampleRateHz, 44_100);
    assert.deepEqual(channels.map((channel) => [...channel]), [[0, -1], [-1, 0]], `${depth} bits`);
  }
});

Deno.test("a file that breaks off is refused with what is there and what was announced", () => {
  const whole = wav("16", [[1, 2, 3, 4]]);
  assert.throws(() => decodeWav(whole.slice(0, whole.length - 3)), /breaks off after 5 of 8 bytes/);
});

Deno.test("root note and loop are read where the file has them; the loop's last frame belongs to it", () => {
  const file = new wavefile.WaveFile();
  file.fromScratch(1, 44_100, "16", [0, 1, 2, 3]);
  assert.equal(decodeWav(new Uint8Array(file.toBuffer())).rootNote, undefined);
  Object.assign((file as unknown as { smpl: Record<string, unknown> }).smpl, {
    chunkId: "smpl",
    chunkSize: 60,
    dwMIDIUnityNote: 57,
    dwMIDIPitchFraction: 2 ** 31,
    dwNumSampleLoops: 1,
    loops: [{
      dwName: "",
      dwCuePointID: 0,
      dwType: 0,
      dwStart: 1,
      dwEnd: 2,
      dwFraction: 0,
      dwPlayCount: 0,
    }],
  });
  const { rootNote, loopStart, loopEnd } = decodeWav(new Uint8Array(file.toBuffer()));
  assert.deepEqual([rootNote, loopStart, loopEnd], [57.5, 1, 3]);
});

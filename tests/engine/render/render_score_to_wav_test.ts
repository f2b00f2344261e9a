import assert from "node:assert/strict";
import { renderScoreToWav } from "../../../engine/render/render_score_to_wav.ts";
import { WavFileError } from "../../../engine/render/wav_file_error.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { tallyPatch } from "../../../testing/patch/tally_patch.ts";

const { native } = await nativeForTests();
const config = {
  sampleRateHz: 8_000,
  blockFrames: 32,
  channels: 2,
  inputChannels: 0,
  lookaheadBlocks: 4,
  ceiling: 0,
  seed: 1,
};
const patch = tallyPatch({ sampleRateHz: 8_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 });
const base = { native, config, patch, events: [], format: "32f", dither: false } as const;

async function inFolder(work: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(`${folder}/a.wav`);
    assert.deepEqual([...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith(".part")), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the file has exactly the frames that were asked for, and the report its peak", () =>
  inFolder(async (out) => {
    const { frames, peak, text } = await renderScoreToWav({ ...base, out, end: { frames: 100 } });
    assert.equal(frames, 100);
    assert.equal((await Deno.stat(out)).size, 58 + 100 * 8);
    assert.match(text, new RegExp(`peak ${(20 * Math.log10(peak)).toFixed(1)} dB`));
  }));

Deno.test("an aborted render leaves no file, and one that cannot fit is refused before it begins", () =>
  inFolder(async (out) => {
    const signal = AbortSignal.abort(new Error("interrupted"));
    await assert.rejects(renderScoreToWav({ ...base, out, end: { frames: 100 }, signal }), /interrupted/);
    await assert.rejects(Deno.stat(out), Deno.errors.NotFound);
    await assert.rejects(renderScoreToWav({ ...base, out, end: { frames: 2 ** 32 } }), WavFileError);
  }));

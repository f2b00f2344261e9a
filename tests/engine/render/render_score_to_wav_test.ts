import assert from "node:assert/strict";
import { renderScoreToWav } from "../../../engine/render/render_score_to_wav.ts";
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

Deno.test("an aborted render leaves no file; one that needs more than 4 GiB says before that it will be RF64", () =>
  inFolder(async (out) => {
    const signal = AbortSignal.abort(new Error("interrupted"));
    const notices: string[] = [];
    const onNotice = (text: string) => notices.push(text);
    await assert.rejects(
      renderScoreToWav({ ...base, out, end: { frames: 100 }, signal, onNotice }),
      /interrupted/,
    );
    await assert.rejects(Deno.stat(out), Deno.errors.NotFound);
    assert.deepEqual(notices, []);
    await assert.rejects(
      renderScoreToWav({ ...base, out, end: { frames: 2 ** 32 }, signal, onNotice }),
      /interrupted/,
    );
    assert.equal(notices.length, 1);
    assert.match(notices[0], /more than 4 GiB may come, so it is written as RF64/);
  }));

import assert from "node:assert/strict";
import { compileChecksum } from "../../../engine/memory/checksum.ts";
import { OfflineEngine } from "../../../engine/render/offline_engine.ts";
import { renderToWav } from "../../../engine/render/render_session_to_wav.ts";
import { encodePatch, recordedPatch } from "../../../engine/session/session_format.ts";
import { SessionDamagedError } from "../../../engine/session/session_damaged_error.ts";
import { SessionWriter } from "../../../engine/session/session_writer.ts";
import { checksumOf } from "../../../engine/memory/checksum.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { testHeader } from "../../../testing/session_header.ts";
import { tallyPatch } from "../../../testing/tally_patch.ts";
import { renderAgain } from "../../../testing/test_engine.ts";

const { native } = await nativeForTests();
const header = { ...testHeader, sampleRateHz: 8_000, blockFrames: 32, seed: 7 };
const patch = tallyPatch({ sampleRateHz: 8_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 });
const blocks = 4;

/** Plays blocks without commands and records what the callback would have written down. */
async function record(path: string, more: (writer: SessionWriter) => void): Promise<Float32Array[]> {
  const engine = new OfflineEngine({ ...header, patch, checksum: compileChecksum(), native });
  const writer = await SessionWriter.create(path, header, (error) => assert.fail(error));
  writer.write("PTCH", encodePatch(recordedPatch(0, patch)));
  const played = Array.from({ length: blocks }, () => {
    const output = new Float32Array(64);
    engine.renderBlock(output);
    return output;
  });
  const words = new Int32Array(1 + blocks * 3);
  played.forEach((output, block) => {
    const { low, high } = checksumOf(new Uint8Array(output.buffer));
    words.set([0, low, high], 1 + block * 3);
  });
  writer.write("BLKS", new Uint8Array(words.buffer));
  more(writer);
  await writer.close({ blocks, concealedFrames: 0 });
  return played;
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a recorded session gives the same blocks again, and every differing checksum is counted", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.session`;
    const played = await record(path, () => {});
    const { samples, ...result } = await renderAgain(path);
    assert.deepEqual([...samples], played.flatMap((block) => [...block]));
    assert.deepEqual(result, {
      frames: blocks * 32,
      differingBlocks: 0,
      firstDifferingBlock: undefined,
      concealedBlocks: 0,
      complete: true,
    });
    const other = `${folder}/b.session`;
    await record(
      other,
      (writer) => writer.write("BLKS", new Uint8Array(new Int32Array([4, 0, 1, 2]).buffer)),
    );
    const damaged = await renderAgain(other);
    assert.deepEqual([damaged.differingBlocks, damaged.firstDifferingBlock], [1, 4]);
  }));

Deno.test("a render stops at a gap and keeps the part before it; without a session it says how to render a patch", () =>
  inFolder(async (folder) => {
    const [session, out] = [`${folder}/a.session`, `${folder}/a.wav`];
    await record(session, (writer) => writer.write("GAP ", new Uint8Array(new Int32Array([4, 9]).buffer)));
    await assert.rejects(renderToWav({ session, out, native }), /9 blocks from block 4 on were not recorded/);
    assert.equal((await Deno.stat(out)).size, 58 + blocks * 32 * 2 * 4);
    const missing = renderToWav({ session: `${folder}/none`, out, native });
    await assert.rejects(missing, (error: Error) => {
      assert.ok(error instanceof SessionDamagedError);
      assert.match(error.message, /--score FILE/);
      return true;
    });
  }));

import assert from "node:assert/strict";
import { checksumOf, compileChecksum } from "../../engine/memory/checksum.ts";
import { OfflineEngine } from "../../engine/render/offline_engine.ts";
import { encodePatch, recordedPatch } from "../../engine/session/session_format.ts";
import { SessionWriter } from "../../engine/session/session_writer.ts";
import { nativeForTests } from "../native_for_tests.ts";
import { testHeader } from "./session_header.ts";
import { tallyPatch } from "../patch/tally_patch.ts";

const { native } = await nativeForTests();
const header = { ...testHeader, sampleRateHz: 8_000, blockFrames: 32, seed: 7 };
const patch = tallyPatch({ sampleRateHz: 8_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 });
/** Blocks of 32 frames that {@link recordShortSession} plays. */
export const recordedBlocks = 4;

/** Plays a few blocks without commands and records them as the engine does; `more` adds chunks before the end. */
export async function recordShortSession(
  path: string,
  more: (writer: SessionWriter) => void = () => {},
): Promise<Float32Array[]> {
  const engine = new OfflineEngine({ ...header, patch, checksum: compileChecksum(), native });
  const writer = await SessionWriter.create(path, header, (error) => assert.fail(error));
  writer.write("PTCH", encodePatch(recordedPatch(0, patch)));
  const played = Array.from({ length: recordedBlocks }, () => {
    const output = new Float32Array(64);
    engine.renderBlock(output);
    return output;
  });
  const words = new Int32Array(1 + recordedBlocks * 3);
  played.forEach((output, block) => {
    const { low, high } = checksumOf(new Uint8Array(output.buffer));
    words.set([0, low, high], 1 + block * 3);
  });
  writer.write("BLKS", new Uint8Array(words.buffer));
  more(writer);
  await writer.close({ blocks: recordedBlocks, concealedFrames: 0 });
  return played;
}

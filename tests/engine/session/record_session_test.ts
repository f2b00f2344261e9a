import assert from "node:assert/strict";
import { readConfig } from "../../../config/settings.ts";
import { recordSession } from "../../../engine/session/record_session.ts";
import { SessionReader } from "../../../engine/session/session_reader.ts";
import { tallyPatch } from "../../../testing/patch/tally_patch.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

Deno.test("a recording begins with the header of the running engine and the patch that plays", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/a.session`;
    const memory = testMemory({ lookaheadBlocks: 7, startBlock: 9 });
    const patch = tallyPatch({ sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 });
    const config = readConfig({ UNDERSTUDY_SEED: "77" });
    const writer = await recordSession(path, {
      ...{ config, patch, version: "1.2", memory },
      onFailure: (error) => assert.fail(error),
      patches: [{ number: 0, patch }],
    });
    await writer.close({ blocks: 0, concealedFrames: 0 });
    const reader = await SessionReader.open(path);
    const { seed, lookaheadBlocks, startBlock, engineVersion } = reader.header;
    assert.deepEqual([seed, lookaheadBlocks, startBlock, engineVersion], [77, 7, 9, "1.2"]);
    assert.deepEqual((await reader.patch()).wasm, patch.wasm);
    reader.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

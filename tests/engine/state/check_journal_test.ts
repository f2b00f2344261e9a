import assert from "node:assert/strict";
import { readConfig } from "../../../config/settings.ts";
import { encodePatch, recordedPatch } from "../../../engine/session/session_format.ts";
import { SessionWriter } from "../../../engine/session/session_writer.ts";
import { checkJournal, type CheckLimits } from "../../../engine/state/check_journal.ts";
import { testHeader } from "../../../testing/engine/session_header.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { tallyPatch } from "../../../testing/patch/tally_patch.ts";

const config = readConfig({
  UNDERSTUDY_SAMPLE_RATE: "8000",
  UNDERSTUDY_BLOCK_FRAMES: "32",
  UNDERSTUDY_PATCH_MEMORY: "1",
});
const header = { ...testHeader, sampleRateHz: 8_000, blockFrames: 32, asked: { patch: "sines" } };
const patch = tallyPatch({ sampleRateHz: 8_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 });
const usual: CheckLimits = { timeoutMs: 60_000, processorSeconds: 20, heapMiB: 256 };

/** What the check says of a journal with two blocks of a patch. */
async function refusalOf(encodedPatch: Uint8Array, limits = usual): Promise<string | undefined> {
  return await inFolder(async (folder) => {
    const journal = `${folder}/journal`;
    const writer = await SessionWriter.create(journal, header, (error) => assert.fail(error));
    writer.write("PTCH", encodedPatch);
    // flagged as faded: their checksums are not those of a renderer
    writer.write("BLKS", new Uint8Array(new Int32Array([0, 4 << 16, 0, 0, 4 << 16, 0, 0]).buffer));
    await writer.close({ blocks: 2, concealedFrames: 0 });
    return await checkJournal({ journal, config, version: header.engineVersion, nowMs: 0 }, limits);
  });
}

/** A module that runs without end as soon as it is instantiated: `(start $f) (func $f (loop (br 0)))`. */
const endlessModule = Uint8Array.fromHex(
  "0061736d01000000" + "0104016000" + "00" + "03020100" + "080100" + "0a09010700" + "03400c000b0b",
);

/** The patch with nine megabytes of text that become two hundred in a heap. */
function oversizedPatch(): Uint8Array<ArrayBuffer> {
  const text = JSON.stringify(recordedPatch(0, patch).description).slice(0, -1);
  const bytes = new TextEncoder().encode(`${text},"more":[${"{},".repeat(3_000_000)}0]}`);
  const payload = new Uint8Array(8 + bytes.length);
  new DataView(payload.buffer).setUint32(4, bytes.length, true);
  payload.set(bytes, 8);
  return payload;
}

Deno.test("a journal that can be replayed passes; one whose patch runs without end, or that exhausts the heap, ends a process", async () => {
  const { number, description } = recordedPatch(0, patch);
  const [whole, endless, oversized] = await Promise.all([
    refusalOf(encodePatch(recordedPatch(0, patch))),
    refusalOf(encodePatch({ number, description, wasm: endlessModule }), { ...usual, processorSeconds: 1 }),
    refusalOf(oversizedPatch(), { ...usual, heapMiB: 48 }),
  ]);
  assert.equal(whole, undefined);
  for (const refusal of [endless, oversized]) {
    assert.match(
      refusal!,
      /the journal cannot be used .*replaying its end ended the process that did it: SIG/,
    );
  }
});

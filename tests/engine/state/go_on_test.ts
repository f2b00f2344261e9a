import assert from "node:assert/strict";
import { readConfig } from "../../../config/settings.ts";
import { encodePatch, recordedPatch } from "../../../engine/session/session_format.ts";
import { SessionWriter } from "../../../engine/session/session_writer.ts";
import { goOn } from "../../../engine/state/go_on.ts";
import { StateFolder } from "../../../engine/state/state_folder.ts";
import { testHeader } from "../../../testing/engine/session_header.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { tallyPatch } from "../../../testing/patch/tally_patch.ts";

const environment = {
  UNDERSTUDY_SAMPLE_RATE: "8000",
  UNDERSTUDY_BLOCK_FRAMES: "32",
  UNDERSTUDY_PATCH_MEMORY: "1",
};
const header = { ...testHeader, sampleRateHz: 8_000, blockFrames: 32, asked: { patch: "sines" } };

const patch = tallyPatch({ sampleRateHz: 8_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 });

/** A folder with the journal of an engine that played two blocks. */
async function kept(
  work: (
    start: (
      changes?: Record<string, string>,
    ) => Promise<{
      readonly block: number | undefined;
      readonly lines: readonly string[];
    }>,
    folder: StateFolder,
  ) => Promise<void>,
  blocks = 2,
): Promise<void> {
  await inFolder(async (path) => {
    const folder = StateFolder.open(path);
    const writer = await SessionWriter.create(folder.journal, header, (error) => assert.fail(error));
    writer.write("PTCH", encodePatch(recordedPatch(0, patch)));
    // flagged as faded: their checksums are not those of a renderer
    const words = [0, ...Array.from({ length: blocks }, () => [4 << 16, 0, 0]).flat()];
    if (blocks > 0) writer.write("BLKS", new Uint8Array(new Int32Array(words).buffer));
    await writer.close({ blocks, concealedFrames: 0 });
    await work(async (changes = {}) => {
      const lines: string[] = [];
      const keep = (line: string) => void lines.push(line);
      const log = { debug: keep, info: keep, warning: keep, error: keep };
      const config = readConfig({ ...environment, ...changes });
      const resumed = await goOn({ folder, config, version: header.engineVersion, log, nowMs: 0 });
      return { block: resumed?.snapshot.block, lines };
    }, folder);
    folder.close();
  });
}

const files = ({ path }: StateFolder) => [...Deno.readDirSync(path)].map(({ name }) => name).sort();

Deno.test("a start goes on from the journal of one like it, and counts as ended early until it has survived", () =>
  kept(async (start, folder) => {
    assert.deepEqual(await start(), { block: 2, lines: [] });
    assert.equal(folder.earlyEnds, 1);
    assert.deepEqual(await start(), { block: 2, lines: [] });
    const { block, lines } = await start();
    assert.equal(block, undefined);
    assert.match(
      lines[0],
      /^starts afresh: the process ended 2 times within 10 s .* kept as journal.refused-1, as one of the newest 3$/,
    );
    assert.equal(folder.earlyEnds, 0);
    assert.deepEqual(await start(), { block: undefined, lines: [] }, "no journal is there");
    assert.deepEqual(files(folder), ["journal.refused-1", "lock"]);
  }));

Deno.test("a journal of another rate is refused with both values, and kept", () =>
  kept(async (start, folder) => {
    const { block, lines } = await start({ UNDERSTUDY_SAMPLE_RATE: "44100" });
    assert.equal(block, undefined);
    assert.match(lines[0], /UNDERSTUDY_SAMPLE_RATE was 8000 and is 44100 now/);
    assert.ok(files(folder).includes("journal.refused-1"));
  }));

Deno.test("a journal that is damaged, or holds no block, is refused and kept", async () => {
  await kept(async (start, folder) => {
    await Deno.truncate(folder.journal, 100);
    assert.match((await start()).lines[0], /the journal cannot be used .*header is missing or damaged/);
    assert.ok(files(folder).includes("journal.refused-1"));
  });
  await kept(async (start, folder) => {
    assert.match((await start()).lines[0], /holds no block that was played/);
    assert.ok(files(folder).includes("journal.refused-1"));
  }, 0);
});

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

/** A folder with the journal of an engine that played two blocks. */
async function kept(
  work: (
    start: (changes?: Record<string, string>, version?: string) => Promise<{
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
    const patch = tallyPatch({ sampleRateHz: 8_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 });
    writer.write("PTCH", encodePatch(recordedPatch(0, patch)));
    // flagged as faded: their checksums are not those of a renderer
    const words = [0, ...Array.from({ length: blocks }, () => [4 << 16, 0, 0]).flat()];
    if (blocks > 0) writer.write("BLKS", new Uint8Array(new Int32Array(words).buffer));
    await writer.close({ blocks, concealedFrames: 0 });
    await work(async (changes = {}, version = header.engineVersion) => {
      const lines: string[] = [];
      const keep = (line: string) => void lines.push(line);
      const log = { debug: keep, info: keep, warning: keep, error: keep };
      const config = readConfig({ ...environment, ...changes });
      const resumed = await goOn({ folder, config, version, log, nowMs: 0 });
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

for (
  const [name, changes, version, reason] of [
    ["rate", { UNDERSTUDY_SAMPLE_RATE: "44100" }, "0", /UNDERSTUDY_SAMPLE_RATE was 8000 and is 44100 now/],
    ["block", { UNDERSTUDY_BLOCK_FRAMES: "64" }, "0", /UNDERSTUDY_BLOCK_FRAMES was 32 and is 64 now/],
    ["channels", { UNDERSTUDY_CHANNELS: "1" }, "0", /UNDERSTUDY_CHANNELS was 2 and is 1 now/],
    [
      "patch that is asked for",
      { UNDERSTUDY_PATCH: "keys" },
      "0",
      /UNDERSTUDY_PATCH was sines and is keys now/,
    ],
    ["tuning", { UNDERSTUDY_TUNING: "x.scl" }, "0", /UNDERSTUDY_TUNING was not set and is x.scl now/],
    ["version", {}, "9", /version was 0 and is 9 now/],
  ] as const
) {
  Deno.test(`a journal of another ${name} is refused with both values, and kept`, () =>
    kept(async (start, folder) => {
      const { block, lines } = await start(changes, version);
      assert.equal(block, undefined);
      assert.match(lines[0], reason);
      assert.ok(files(folder).includes("journal.refused-1"));
    }));
}

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

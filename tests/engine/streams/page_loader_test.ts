import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { pageSamplesIndex } from "../../../engine/memory/places.ts";
import { findPage } from "../../../engine/memory/stream_pages.ts";
import { PageLoader } from "../../../engine/streams/page_loader.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { writeNoise } from "../../../testing/sound/noise_file.ts";

Deno.test("pages are loaded from the file that was played, and a file that has changed is named", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.wav`;
    const samples = await writeNoise({ path, seed: 4, frames: 9_000, channels: 1, sampleRateHz: 8_000 });
    const sha256 = createHash("sha256").update(await Deno.readFile(path)).digest("hex");
    const file = { number: 2, name: "a.wav", path, channels: 1, frames: 9_000, sha256 };
    const memory = testMemory({ pageCount: 4 });
    const missing = { file: 2, channels: 1, page: 1 };
    const loader = new PageLoader(memory, new Map([[2, file]]));
    await loader.load([missing]);
    const first = pageSamplesIndex(memory, findPage(memory, 2, 1));
    assert.deepEqual(memory.floats.slice(first, first + 808), samples.slice(8_192));
    await assert.rejects(loader.load([{ ...missing, file: 3 }]), /the recording does not name it/);
    await loader.close();

    const changed = new PageLoader(testMemory({ pageCount: 4 }), new Map([[2, { ...file, sha256: "0" }]]));
    await assert.rejects(
      changed.load([missing]),
      /a\.wav: it has changed since it was played; put the old one/,
    );
    const silent = new PageLoader(testMemory({ pageCount: 4 }), undefined);
    await silent.load([missing]);
  }));

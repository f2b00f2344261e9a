import assert from "node:assert/strict";
import { renderSession } from "../../../engine/render/session_renderer.ts";
import { SessionReader } from "../../../engine/session/session_reader.ts";
import { compileChecksum } from "../../../engine/memory/checksum.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { recordedBlocks, recordShortSession } from "../../../testing/engine/recorded_session.ts";

async function render(path: string) {
  const { native } = await nativeForTests();
  const reader = await SessionReader.open(path);
  const samples: number[] = [];
  const result = await renderSession({
    reader,
    checksum: compileChecksum(),
    native,
    onSamples: (part) => Promise.resolve(void samples.push(...part)),
  }).finally(() => reader.close());
  return { samples, ...result };
}

Deno.test("a recorded session gives the same blocks again, and every differing checksum is counted", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.session`;
    const played = await recordShortSession(path);
    const { samples, ...result } = await render(path);
    assert.deepEqual(samples, played.flatMap((block) => [...block]));
    assert.deepEqual(result, {
      frames: recordedBlocks * 32,
      differingBlocks: 0,
      firstDifferingBlock: undefined,
      concealedBlocks: 0,
      complete: true,
    });
    const other = `${folder}/b.session`;
    await recordShortSession(
      other,
      (writer) => writer.write("BLKS", new Uint8Array(new Int32Array([4, 0, 1, 2]).buffer)),
    );
    const damaged = await render(other);
    assert.deepEqual([damaged.differingBlocks, damaged.firstDifferingBlock], [1, 4]);
  }));

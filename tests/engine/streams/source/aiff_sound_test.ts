import assert from "node:assert/strict";
import { openAiff } from "../../../../engine/streams/source/aiff_sound.ts";
import { bytesInMemory } from "../../../../engine/streams/source/byte_source.ts";
import { chunk, joined, packed } from "../../../../testing/sound/riff_bytes.ts";

Deno.test("a file that states no frames beside its sound has those that are there; of too many those", async () => {
  const part = (id: string, content: Uint8Array) => chunk(id, content, { littleEndian: false });
  for (const [stated, expected, told] of [[0, 2, 0], [2, 2, 0], [1, 1, 0], [5, 2, 1]]) {
    const body = joined(
      "AIFF",
      part("COMM", packed(false, [2, 1], [4, stated], [2, 16], [2, 0x400e], [4, 0xbb80_0000], [4, 0])),
      part("SSND", packed(false, [4, 0], [4, 0], [2, 0x4000], [2, 0xc000])),
    );
    const warnings: string[] = [];
    const bytes = bytesInMemory(joined("FORM", packed(false, [4, body.length]), body));
    const sound = await openAiff(bytes, (text) => warnings.push(text));
    assert.deepEqual([sound.frames, warnings.length], [expected, told], `${stated} frames stated`);
  }
});

import assert from "node:assert/strict";
import { encodeChunk, encodePatch, sessionMagic } from "../../../engine/session/session_format.ts";
import { SessionDamagedError } from "../../../engine/session/session_damaged_error.ts";
import { SessionReader } from "../../../engine/session/session_reader.ts";
import { testHeader } from "../../../testing/session_header.ts";
import { tallyPatch } from "../../../testing/tally_patch.ts";

const head = encodeChunk("HEAD", new TextEncoder().encode(JSON.stringify(testHeader)));
const { wasm, module: _module, ...description } = tallyPatch({
  sampleRateHz: 48_000,
  channels: 2,
  inputChannels: 0,
  maximumBlockFrames: 32,
});
const patch = encodeChunk("PTCH", encodePatch({ number: 0, description, wasm }));

async function reading<T>(
  parts: readonly Uint8Array<ArrayBuffer>[],
  work: (path: string) => Promise<T>,
): Promise<T> {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, new Uint8Array(await new Blob([...parts]).arrayBuffer()));
    return await work(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("a session is read from its first chunk on again after its patch was read, and the progress grows to 1", () =>
  reading([sessionMagic, head, patch, encodeChunk("DONE", new Uint8Array(4))], async (path) => {
    const reader = await SessionReader.open(path);
    assert.deepEqual(reader.header, testHeader);
    assert.deepEqual((await reader.patch()).wasm, wasm);
    const types: string[] = [];
    let before = 0;
    for (let chunk = await reader.next(); chunk; chunk = await reader.next()) {
      types.push(chunk.type);
      assert.ok(reader.progress > before);
      before = reader.progress;
    }
    reader.close();
    assert.deepEqual([types, before, reader.atEnd], [["HEAD", "PTCH", "DONE"], 1, true]);
  }));

Deno.test("a file without its head, or a session without its patch, is damaged and says what is missing", async () => {
  const open = (parts: readonly Uint8Array<ArrayBuffer>[]) =>
    reading(parts, (path) => SessionReader.open(path));
  await assert.rejects(open([new TextEncoder().encode("RIFF and more than that")]), /not a session file/);
  await assert.rejects(open([sessionMagic]), SessionDamagedError);
  const bent = head.slice();
  bent[20] ^= 1;
  await assert.rejects(open([sessionMagic, bent]), /header is missing or damaged/);
  await reading([sessionMagic, head], async (path) => {
    const reader = await SessionReader.open(path);
    await assert.rejects(reader.patch(), /lost its patch/);
    reader.close();
  });
});

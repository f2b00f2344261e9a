import assert from "node:assert/strict";
import { isStreamedFile } from "../../../engine/streams/streamed_file.ts";

Deno.test("a file of a session is one with its number, name, path, length and checksum", () => {
  const file = { number: 3, name: "a.wav", path: "/x/a.wav", channels: 2, frames: 100, sha256: "" };
  assert.ok(isStreamedFile(file));
  for (const key of Object.keys(file)) assert.ok(!isStreamedFile({ ...file, [key]: undefined }), key);
  for (const value of [null, undefined, 3, "file", []]) assert.ok(!isStreamedFile(value));
});

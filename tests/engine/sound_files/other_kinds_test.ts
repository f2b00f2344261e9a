import assert from "node:assert/strict";
import { otherKind } from "../../../engine/sound_files/other_kinds.ts";
import { joined } from "../../../testing/sound/riff_bytes.ts";

Deno.test("other kinds are named by their first bytes; what may be MP3 is none of them", () => {
  assert.equal(otherKind(new Uint8Array()), "an empty file");
  assert.equal(otherKind(joined("\0\0\0 ftypM4A ")), "MP4");
  assert.equal(otherKind(joined("wvpk")), "WavPack");
  assert.equal(otherKind(Uint8Array.of(0xff, 0xf1, 0x50)), "AAC");
  assert.equal(otherKind(Uint8Array.of(0xff, 0xf8)), "FLAC without its beginning");
  assert.equal(otherKind(Uint8Array.of(0xff, 0xfb, 0x90)), undefined);
  assert.equal(otherKind(joined("text")), undefined);
});

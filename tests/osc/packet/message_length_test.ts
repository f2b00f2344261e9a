import assert from "node:assert/strict";
import fc from "fast-check";
import { encodePacket, isBundle } from "../../../osc/packet/codec.ts";
import { messageLength } from "../../../osc/packet/message_length.ts";
import { arbitraryPacket } from "./arbitrary_packets.ts";

Deno.test("the length of every message is that of its bytes, whatever follows, and not known before they are there", () => {
  fc.assert(fc.property(arbitraryPacket, fc.uint8Array({ maxLength: 20 }), (packet, rest) => {
    if (isBundle(packet)) return;
    const bytes = encodePacket(packet);
    assert.equal(messageLength(bytes), bytes.length);
    assert.equal(messageLength(Uint8Array.of(...bytes, ...rest)), bytes.length);
    for (let cut = 0; cut < bytes.length; cut += 3) {
      assert.equal(messageLength(bytes.subarray(0, cut)), undefined);
    }
  }));
});

Deno.test("a message without type tags has no length that could be known", () => {
  assert.equal(messageLength(new TextEncoder().encode("/panic\0\0")), undefined);
  assert.equal(messageLength(new TextEncoder().encode("/panic\0\0/panic\0\0")), undefined);
});

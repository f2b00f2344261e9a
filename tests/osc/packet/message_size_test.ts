import assert from "node:assert/strict";
import fc from "fast-check";
import { encodePacket, isBundle } from "../../../osc/packet/codec.ts";
import { EncodedMessage } from "../../../osc/packet/encoded_message.ts";
import { messageSize } from "../../../osc/packet/message_size.ts";
import { arbitraryPacket } from "./arbitrary_packets.ts";

Deno.test("the size is that of the encoded message; longer letters count as one byte each", () => {
  fc.assert(
    fc.property(arbitraryPacket, (packet) => {
      if (isBundle(packet)) return;
      const { length } = encodePacket(packet);
      const texts = JSON.stringify(packet, (_, value) => typeof value === "bigint" ? String(value) : value);
      const isAscii = new TextEncoder().encode(texts).length === texts.length;
      if (isAscii) assert.equal(messageSize(packet), length);
      else assert.ok(messageSize(packet) <= length);
    }),
  );
  const encoded = new EncodedMessage({ address: "/done", args: [{ type: "s", value: "/note" }] });
  assert.equal(messageSize(encoded), encoded.bytes.length);
});

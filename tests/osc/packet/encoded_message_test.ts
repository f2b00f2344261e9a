import assert from "node:assert/strict";
import fc from "fast-check";
import { encodeForNow, encodePacket } from "../../../osc/packet/codec.ts";
import { EncodedMessage } from "../../../osc/packet/encoded_message.ts";
import { done } from "../../../osc/packet/reply.ts";

Deno.test("a message that was encoded before has the bytes that it would get now, however often and whatever is between", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme-ascii", maxLength: 40 }), { minLength: 1 }), (names) => {
      const messages = names.map((name) => done(`/${name}`));
      const encoded = messages.map((message) => new EncodedMessage(message));
      for (let round = 0; round < 2; round++) {
        messages.forEach((message, index) => {
          assert.deepEqual(encodeForNow(encoded[index]), encodePacket(message));
          assert.deepEqual(encodePacket(encoded[index]), encodePacket(message));
        });
      }
    }),
  );
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { decodePacket, encodePacket } from "../../../osc/packet/codec.ts";
import type { OscArgument } from "../../../osc/packet/packet.ts";
import { PacketWriter } from "../../../osc/packet/packet_writer.ts";
import { arbitraryPacket } from "./arbitrary_packets.ts";

Deno.test("a packet is the same bytes from a writer that grows under it and from one that has room", () => {
  fc.assert(
    fc.property(arbitraryPacket, (packet) => {
      assert.deepEqual(new PacketWriter().write(packet).slice(), encodePacket(packet));
      assert.deepEqual(decodePacket(new PacketWriter().write(packet)), packet);
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("a value that does not fit its type is refused, never bent", () => {
  const refused = (arg: unknown) =>
    assert.throws(
      () => new PacketWriter().write({ address: "/a", args: [arg as OscArgument] }),
      (error: Error) => error instanceof RangeError || error instanceof TypeError,
    );
  refused({ type: "i", value: 2 ** 31 });
  refused({ type: "i", value: 0.5 });
  refused({ type: "f", value: "1" });
  refused({ type: "h", value: 2n ** 63n });
  refused({ type: "s", value: "a\0b" });
  refused({ type: "s", value: "\uD800" });
  refused({ type: "c", value: "ab" });
  refused({ type: "c", value: "" });
  refused({ type: "m", value: [0, 0, 0] });
  refused({ type: "m", value: [0, 0, 0, 256] });
  refused({ type: "r", value: { red: -1, green: 0, blue: 0, alpha: 0 } });
  refused({ type: "t", value: { seconds: 2 ** 32, fraction: 0 } });
  assert.throws(() => new PacketWriter().write({ address: "a", args: [] }), /starts with "\/"/);
});

Deno.test("after a packet that was refused, the next one is written whole", () => {
  const writer = new PacketWriter();
  const good = { address: "/good", args: [{ type: "i", value: 1 }] } as const;
  assert.throws(() => writer.write({ address: "/bad", args: [good.args[0], { type: "i", value: 0.5 }] }));
  assert.deepEqual(decodePacket(writer.write(good)), good);
});

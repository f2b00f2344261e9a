import assert from "node:assert/strict";
import fc from "fast-check";
import { encodePacket } from "../../../osc/packet/codec.ts";
import {
  isBundle,
  maxArrayDepth,
  maxBundleDepth,
  maxElements,
  type OscArgument,
  type OscBundle,
  OscMalformedError,
} from "../../../osc/packet/packet.ts";
import { PacketReader } from "../../../osc/packet/packet_reader.ts";
import { arbitraryMessage, arbitraryPacket } from "./arbitrary_packets.ts";
import { ascii, bytes, joined } from "./packet_bytes.ts";

const reader = new PacketReader();
const decodePacket: PacketReader["read"] = (packet, discarded) => reader.read(packet, discarded);

function malformedAt(offset: number, packet: Uint8Array, text: RegExp): void {
  assert.throws(() => decodePacket(packet), (error: Error) => {
    assert.ok(error instanceof OscMalformedError);
    assert.match(error.message, text);
    assert.equal(error.offset, offset, error.message);
    return true;
  });
}

Deno.test("a packet reads the same wherever it stands in its buffer, and errors count from its start", () => {
  fc.assert(fc.property(arbitraryPacket, fc.nat(40), fc.nat(40), (packet, before, after) => {
    const encoded = encodePacket(packet);
    const buffer = new Uint8Array(before + encoded.length + after).fill(0x2F);
    buffer.set(encoded, before);
    assert.deepEqual(decodePacket(buffer.subarray(before, before + encoded.length)), packet);
  }));
  malformedAt(4, joined(ascii("xxx/a..zzzz")).subarray(3, 11), /type tags that start with ",", found "z"/);
});

Deno.test("nothing that is read refers to the buffer, which is used again", () => {
  fc.assert(fc.property(arbitraryMessage, (message) => {
    const encoded = encodePacket(message);
    const read = decodePacket(encoded);
    encoded.fill(0xFF);
    assert.deepEqual(read, message);
  }));
});

Deno.test("malformed packets are told at which byte what was expected", () => {
  malformedAt(0, new Uint8Array(0), /empty packet/);
  malformedAt(0, new Uint8Array(6), /multiple of 4, found 6 bytes/);
  malformedAt(0, ascii("foo."), /an address that starts with "\/", or #bundle, found "f"/);
  malformedAt(8, ascii("/abcdefg"), /a zero at the end of an address that starts at byte 0/);
  malformedAt(3, ascii("/a.x"), /zero as padding, found "x"/);
  malformedAt(4, ascii("/a..1234"), /type tags that start with ","/);
  malformedAt(8, ascii("/a..,i.."), /4 bytes for "i", found 0/);
  malformedAt(8, ascii("/a..,h..1234"), /8 bytes for "h", found 4/);
  malformedAt(8, ascii("/a..,...1234"), /end of the message after its last argument, found 4 more bytes/);
  malformedAt(5, ascii("/a..,q..1234"), /a type tag of ifsbhtdScrmTFNI\[\], found "q"/);
  malformedAt(5, ascii("/a..,].."), /"]" only after "\["/);
  malformedAt(6, ascii("/a..,[.."), /"]", found the end/);
  malformedAt(8, joined(ascii("/a..,b.."), bytes("ffffffff")), /a blob size of at most 0, found -1/);
  malformedAt(8, joined(ascii("/a..,b.."), bytes("00000005 01020304")), /a blob size of at most 4, found 5/);
  malformedAt(13, joined(ascii("/a..,b.."), bytes("00000001 01020000")), /zero as padding, found 0x02/);
  malformedAt(8, joined(ascii("/a..,c.."), bytes("0000d800")), /a character, found the number 55296/);
  malformedAt(8, joined(ascii("/a..,s.."), bytes("ff000000")), /text in UTF-8/);
  malformedAt(0, ascii("#bungle."), /#bundle and a zero/);
  malformedAt(8, ascii("#bundle."), /a time tag of 8 bytes, found 0/);
  malformedAt(16, joined(ascii("#bundle."), bytes("0000000000000001 7fffffff")), /element size of at most 0/);
  malformedAt(20, joined(ascii("#bundle."), bytes("0000000000000001 00000000")), /empty packet/);
  malformedAt(20, joined(ascii("#bundle."), bytes("0000000000000001 00000002 2f000000")), /multiple of 4/);
});

Deno.test("bundles and arrays nest 8 deep and no deeper", () => {
  const nestedBundle = (depth: number): OscBundle => ({
    timeTag: { seconds: 0, fraction: 1 },
    elements: depth > 1 ? [nestedBundle(depth - 1)] : [],
  });
  const nestedArray = (depth: number): OscArgument => ({
    type: "a",
    value: depth > 1 ? [nestedArray(depth - 1)] : [],
  });
  assert.deepEqual(decodePacket(encodePacket(nestedBundle(maxBundleDepth))), nestedBundle(maxBundleDepth));
  malformedAt(8 * 20, encodePacket(nestedBundle(maxBundleDepth + 1)), /at most 8 bundles/);
  const arrays = (depth: number) => ({ address: "/a", args: [nestedArray(depth)] });
  assert.deepEqual(decodePacket(encodePacket(arrays(maxArrayDepth))), arrays(maxArrayDepth));
  malformedAt(5 + 8, encodePacket(arrays(maxArrayDepth + 1)), /at most 8 arrays/);
  malformedAt(
    5 + 8,
    joined(ascii("/a..,"), new Uint8Array(60_003).fill(0x5B), new Uint8Array(4)),
    /at most 8 arrays/,
  );
});

Deno.test("the number of messages in a packet is limited, however they are nested", () => {
  const message = { address: "/a", args: [] };
  const many = (count: number): OscBundle => ({
    timeTag: { seconds: 0, fraction: 1 },
    elements: Array.from({ length: count }, () => message),
  });
  const nested = (count: number): OscBundle => ({ ...many(0), elements: [many(count - 2), message] });
  for (const shape of [many, nested]) {
    assert.deepEqual(decodePacket(encodePacket(shape(maxElements))), shape(maxElements));
    assert.throws(
      () => decodePacket(encodePacket(shape(maxElements + 1))),
      /at most 1024 messages and bundles/,
    );
  }
});

Deno.test("in a bundle only the message with an unknown type tag is left out, and reported", () => {
  const good = { address: "/good", args: [] };
  const encoded = encodePacket({
    timeTag: { seconds: 0, fraction: 1 },
    elements: [good, { address: "/bad", args: [{ type: "i", value: 1 }] }, good],
  });
  encoded[encoded.indexOf(0x69)] = 0x71;
  const offsets: number[] = [];
  const read = decodePacket(encoded, ({ offset }) => offsets.push(offset));
  assert.ok(isBundle(read));
  assert.deepEqual(read.elements, [good, good]);
  assert.deepEqual(offsets, [encoded.indexOf(0x71)]);
  assert.throws(() => decodePacket(encoded), OscMalformedError);
});

Deno.test("a message without a type tag string has no arguments", () => {
  assert.deepEqual(decodePacket(bytes("2f6f6c6400000000")), { address: "/old", args: [] });
});

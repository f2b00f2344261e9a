import assert from "node:assert/strict";
import fc from "fast-check";
import { encodePacket, type OscArgument, type OscMalformedError } from "../../../osc/packet/codec.ts";
import {
  frame,
  frameReader,
  type Framing,
  framingOf,
  framings,
  maxFrameBytes,
} from "../../../osc/transport/framing.ts";

/** What a reader makes of a stream, cut into pieces at these places. */
function read(framing: Framing | "auto", stream: Uint8Array, cuts: readonly number[] = []) {
  const reader = frameReader(framing);
  const packets: number[][] = [];
  const errors: OscMalformedError[] = [];
  const places = [0, ...cuts.map((cut) => cut % (stream.length + 1)).sort((a, b) => a - b), stream.length];
  for (let index = 1; index < places.length; index++) {
    const piece = stream.slice(places[index - 1], places[index]);
    reader.push(piece, (packet) => packets.push([...packet]), (error) => errors.push(error));
    piece.fill(0xEE);
  }
  return { packets, errors, inside: reader.inside, framing: reader.framing };
}

const packet = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 40 }),
  fc.array(fc.constantFrom(0xC0, 0xDB, 0xDC, 0xDD), { minLength: 1, maxLength: 20 }).map((all) =>
    Uint8Array.from(all)
  ),
);

for (const framing of framings) {
  Deno.test(`${framing}: packets come out as they went in, wherever the stream is cut`, () => {
    fc.assert(fc.property(fc.array(packet), fc.array(fc.nat()), (packets, cuts) => {
      const stream = Uint8Array.from(packets.flatMap((each) => [...frame(framing, each)]));
      const { packets: found, errors, inside } = read(framing, stream, cuts);
      assert.deepEqual(found, packets.map((each) => [...each]));
      assert.deepEqual([errors.length, inside], [0, false]);
    }));
  });

  Deno.test(`${framing}: whatever comes, no packet is larger than the limit and nothing but OscMalformedError is thrown`, () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat()), (stream, cuts) => {
      try {
        for (const found of read(framing, stream, cuts).packets) assert.ok(found.length <= maxFrameBytes);
      } catch (error) {
        assert.equal((error as Error).name, "OscMalformedError");
      }
    }));
  });
}

Deno.test("SLIP is written as RFC 1055 has it, with END at both sides as OSC 1.1 asks", () => {
  assert.deepEqual([...frame("slip", Uint8Array.of(1, 0xC0, 2, 0xDB, 3))], [
    0xC0,
    1,
    0xDB,
    0xDC,
    2,
    0xDB,
    0xDD,
    3,
    0xC0,
  ]);
});

Deno.test("SLIP: one END at the end is enough, and empty packets between two are none", () => {
  assert.deepEqual(read("slip", Uint8Array.of(1, 0xC0, 0xC0, 0xC0, 2, 0xC0)).packets, [[1], [2]]);
});

Deno.test("SLIP: a broken escape or a packet too large costs that packet, is told once, and the next is read", () => {
  const broken = read("slip", Uint8Array.of(1, 0xDB, 7, 0xDB, 9, 0xC0, 2, 0xC0, 3, 0xDB, 0xC0, 4, 0xC0));
  assert.deepEqual(broken.packets, [[2], [4]]);
  assert.deepEqual(broken.errors.map(({ message }) => message), [
    "byte 1: expected 0xdc or 0xdd after 0xdb, found 0x7",
    "byte 1: expected 0xdc or 0xdd after 0xdb, found the end",
  ]);
  const large = new Uint8Array(maxFrameBytes * 3).fill(1);
  const after = read("slip", Uint8Array.from([...large, 0xC0, 5, 0xC0]));
  assert.deepEqual(after.packets, [[5]]);
  assert.match(after.errors[0].message, /at most 65536 bytes/);
  assert.equal(after.errors.length, 1);
});

Deno.test("length: a size beyond the limit ends the reading before anything is allocated; the largest is read", () => {
  assert.throws(
    () => read("length", Uint8Array.of(0, 1, 0, 1)),
    /a size of at most 65536 bytes, found 65537/,
  );
  assert.throws(() => read("length", Uint8Array.of(255, 255, 255, 255)), /found 4294967295/);
  const largest = new Uint8Array(maxFrameBytes).fill(3);
  assert.equal(read("length", frame("length", largest), [1, 70, 40_000]).packets[0].length, maxFrameBytes);
  assert.match(read("length", Uint8Array.of(0, 0, 0, 0)).errors[0].message, /empty packet/);
});

Deno.test("a packet that has begun is known to be unfinished", () => {
  for (const framing of framings) {
    const whole = frame(framing, Uint8Array.of(1, 2, 3, 4));
    assert.equal(read(framing, whole.subarray(0, whole.length - 1)).inside, true, framing);
  }
});

/** Messages as clients send them, some with the bytes of END and ESC in their numbers. */
const message = fc.record({
  address: fc.constantFrom("/a", "/note", "/keys/cutoffHz"),
  args: fc.array(
    fc.oneof<fc.Arbitrary<OscArgument>[]>(
      fc.constantFrom<OscArgument>({ type: "f", value: -2 }, { type: "f", value: -6 }, { type: "T" }),
      fc.integer().map((value): OscArgument => ({ type: "i", value })),
      fc.constantFrom("", "abc", "four").map((value): OscArgument => ({ type: "s", value })),
      fc.uint8Array({ maxLength: 9 }).map((value): OscArgument => ({ type: "b", value: value.slice() })),
      fc.double({ noNaN: true }).map((value): OscArgument => ({ type: "d", value })),
    ),
    { maxLength: 4 },
  ),
}).map(encodePacket);

const joined = (parts: readonly Uint8Array[]) => Uint8Array.from(parts.flatMap((each) => [...each]));

for (const framing of framings) {
  Deno.test(`auto: ${framing} is recognised by the first byte, wherever the stream is cut`, () => {
    fc.assert(fc.property(fc.array(message, { minLength: 1 }), fc.array(fc.nat()), (messages, cuts) => {
      const found = read("auto", joined(messages.map((each) => frame(framing, each))), cuts);
      assert.deepEqual(found.packets, messages.map((each) => [...each]));
      assert.deepEqual([found.errors.length, found.inside, found.framing], [0, false, framing]);
    }));
  });
}

Deno.test("auto: SLIP with END only behind each packet is recognised, also when END comes by itself", () => {
  fc.assert(fc.property(fc.array(message, { minLength: 1 }), fc.boolean(), (messages, apart) => {
    const frames = messages.map((each) => frame("slip", each).subarray(1));
    const stream = joined(frames);
    // cut before the first END: the packet is there, and its END is not
    const isEscaped = frames[0].length > messages[0].length + 1;
    const found = read("auto", stream, apart && !isEscaped ? [frames[0].length - 1] : []);
    assert.deepEqual(found.packets, messages.map((each) => [...each]));
    assert.deepEqual([found.errors.length, found.inside, found.framing], [0, false, "slip"]);
  }));
});

Deno.test("auto: SLIP is recognised where escapes shift a text so that END seems to fill it up", () => {
  const shifted: OscArgument[] = [{ type: "f", value: -2 }, { type: "f", value: -2 }, {
    type: "i",
    value: -961_494_785,
  }, { type: "s", value: "abc" }];
  const messages = [
    encodePacket({ address: "/a", args: shifted }),
    encodePacket({ address: "/a", args: [] }),
  ];
  const found = read("auto", joined(messages.map((each) => frame("slip", each).subarray(1))));
  assert.deepEqual(found.packets, messages.map((each) => [...each]));
  assert.deepEqual([found.errors.length, found.inside, found.framing], [0, false, "slip"]);
});

Deno.test("auto: messages without any framing are recognised, each sent by itself or several at once", () => {
  fc.assert(fc.property(fc.array(message, { minLength: 1 }), fc.nat(), (messages, group) => {
    let at = 0;
    const ends = messages.map((each) => at += each.length);
    const found = read("auto", joined(messages), ends.filter((_, index) => index % (group % 4 + 1) === 0));
    assert.deepEqual(found.packets, messages.map((each) => [...each]));
    assert.deepEqual([found.errors.length, found.inside, found.framing], [0, false, "none"]);
  }));
});

Deno.test("auto: whatever comes, no packet is larger than the limit and nothing but OscMalformedError is thrown", () => {
  const first = fc.constantFrom(0x00, 0x2F, 0x23, 0xC0, 0x47);
  fc.assert(fc.property(first, fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat()), (byte, rest, cuts) => {
    try {
      for (const found of read("auto", Uint8Array.of(byte, ...rest), cuts).packets) {
        assert.ok(found.length <= maxFrameBytes);
      }
    } catch (error) {
      assert.equal((error as Error).name, "OscMalformedError");
    }
  }));
  assert.throws(
    () => read("none", Uint8Array.from({ length: 5_000 }, () => 0x2F)),
    /at most 4096 bytes in a message without framing/,
  );
  assert.equal(read("auto", Uint8Array.from({ length: 5_000 }, () => 0x2F)).framing, "slip");
});

Deno.test("auto: a first byte of no framing is refused with the setting that says which there are", () => {
  assert.deepEqual([0xC0, 0x2F, 0x23, 0x00, 0x47].map(framingOf), [
    "slip",
    "slip",
    "slip",
    "length",
    undefined,
  ]);
  assert.throws(
    () => read("auto", new TextEncoder().encode("GET / HTTP/1.1\r\n")),
    /byte 0: expected 0xc0, .* found 0x47: .*UNDERSTUDY_OSC_TCP_FRAMING/,
  );
});

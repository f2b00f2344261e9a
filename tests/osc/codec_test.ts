import assert from "node:assert/strict";
import fc from "fast-check";
import {
  decodePacket,
  deepestBundle,
  encodePacket,
  type OscArgument,
  type OscBundle,
  OscMalformed,
  type OscMessage,
} from "../../osc/codec.ts";

const bytes = (text: string) => new Uint8Array(text.match(/../g)!.map((pair) => parseInt(pair, 16)));

Deno.test("the specification's own examples are read and written as it prints them", () => {
  const frequency = bytes("2f6f7363696c6c61746f722f342f6672657175656e637900" + "2c660000" + "43dc0000");
  const message = { address: "/oscillator/4/frequency", args: [{ type: "f", value: 440 }] } as const;
  assert.deepEqual(decodePacket(frequency), message);
  assert.deepEqual(encodePacket(message), frequency);
  const foo = bytes(
    "2f666f6f00000000" + "2c69697366660000" + "000003e8" + "ffffffff" + "68656c6c6f000000" + "3f9df3b6" +
      "40b5b22d",
  );
  const read = decodePacket(foo) as OscMessage;
  assert.deepEqual(read.args.map((arg) => arg.type).join(""), "iisff");
  assert.deepEqual(encodePacket(read), foo);
});

/** Records with an ordinary prototype, as the codec makes them. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(model, { noNullPrototype: true });
const float = fc.float({ noNaN: true });
const scalar: fc.Arbitrary<OscArgument> = fc.oneof(
  record({ type: fc.constant("i" as const), value: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }) }),
  record({ type: fc.constant("f" as const), value: float }),
  record({ type: fc.constant("d" as const), value: fc.double({ noNaN: true }) }),
  record({
    type: fc.constant("h" as const),
    value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  }),
  record({
    type: fc.constantFrom("s" as const, "S" as const),
    value: fc.string().filter((text) => !text.includes("\0")),
  }),
  record({ type: fc.constant("b" as const), value: fc.uint8Array().map((blob) => Uint8Array.from(blob)) }),
  record({
    type: fc.constant("t" as const),
    value: record({ seconds: fc.nat(2 ** 31 - 1), fraction: fc.integer({ min: 0, max: 2 ** 32 - 1 }) }),
  }),
  record({ type: fc.constantFrom("T" as const, "F" as const, "N" as const, "I" as const) }),
);
const argument = fc.oneof(
  scalar,
  record({ type: fc.constant("a" as const), value: fc.array(scalar, { maxLength: 3 }) }),
);
const message: fc.Arbitrary<OscMessage> = record({
  address: fc.stringMatching(/^\/[a-z0-9/]{0,20}$/),
  args: fc.array(argument, { maxLength: 6 }),
});
const bundle: fc.Arbitrary<OscBundle> = record({
  timeTag: record({ seconds: fc.nat(2 ** 31 - 1), fraction: fc.integer({ min: 0, max: 2 ** 32 - 1 }) }),
  elements: fc.array(message, { maxLength: 4 }),
});

Deno.test("every packet that is written is read back exactly, 64-bit values and nested arrays included", () => {
  fc.assert(fc.property(fc.oneof(message, bundle), (packet) => {
    const encoded = encodePacket(packet);
    assert.equal(encoded.length % 4, 0);
    assert.deepEqual(decodePacket(encoded), packet);
  }));
});

Deno.test("nothing that is read refers to the buffer, which is used again", () => {
  const encoded = encodePacket({ address: "/b", args: [{ type: "b", value: new Uint8Array([1, 2, 3]) }] });
  const read = decodePacket(encoded) as OscMessage;
  encoded.fill(0xFF);
  assert.deepEqual(read.args[0], { type: "b", value: new Uint8Array([1, 2, 3]) });
});

Deno.test("random and mutated bytes give a packet or OscMalformed, never another error", () => {
  const tried = (packet: Uint8Array) => {
    try {
      decodePacket(packet);
    } catch (error) {
      assert.ok(error instanceof OscMalformed, String(error));
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), tried), { numRuns: 2_000 });
  fc.assert(
    fc.property(fc.oneof(message, bundle), fc.nat(), fc.nat(255), fc.nat(), (packet, place, value, cut) => {
      const encoded = encodePacket(packet);
      encoded[place % encoded.length] = value;
      tried(encoded);
      tried(encoded.subarray(0, cut % (encoded.length + 1)));
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("malformed packets are told what was expected", () => {
  assert.throws(() => decodePacket(new Uint8Array(0)), /empty packet/);
  assert.throws(() => decodePacket(new Uint8Array(6)), /multiple of 4/);
  assert.throws(
    () => decodePacket(bytes("2362756e646c6500" + "0000000000000001" + "7fffffff")),
    /element size of at most 0 at byte 16/,
  );
  let nested: OscBundle = { timeTag: { seconds: 0, fraction: 1 }, elements: [] };
  for (let depth = 0; depth < deepestBundle; depth++) nested = { ...nested, elements: [nested] };
  assert.throws(() => decodePacket(encodePacket(nested)), /at most 8 bundles/);
});

Deno.test("a message without a type tag string has no arguments", () => {
  assert.deepEqual(decodePacket(bytes("2f6f6c6400000000")), { address: "/old", args: [] });
});

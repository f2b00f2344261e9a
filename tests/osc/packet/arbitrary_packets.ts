/** Packets of every shape that OSC 1.0 and 1.1 know, for property tests. */
import fc from "fast-check";
import type { OscArgument, OscBundle, OscMessage } from "../../../osc/packet/codec.ts";

/** Records with an ordinary prototype, as the codec makes them. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(model, { noNullPrototype: true });

const of = <K extends string, T>(type: K, value: fc.Arbitrary<T>) =>
  record({ type: fc.constant(type), value });
const byte = fc.nat(255);
const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const text = fc.oneof(fc.string(), fc.string({ unit: "grapheme" })).filter((found) => !found.includes("\0"));
const timeTag = record({ seconds: word, fraction: word });

/** Every type tag but arrays. */
const arbitraryScalar: fc.Arbitrary<OscArgument> = fc.oneof(
  of("i", fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  of("f", fc.float({ noNaN: true })),
  of("d", fc.double({ noNaN: true })),
  of("h", fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  of("s", text),
  of("S", text),
  of(
    "c",
    fc.oneof(fc.string({ unit: "binary", minLength: 1, maxLength: 1 }), fc.constantFrom("\0", "é", "🎵")),
  ),
  of("b", fc.uint8Array().map((blob) => Uint8Array.from(blob))),
  of("t", timeTag),
  of("r", record({ red: byte, green: byte, blue: byte, alpha: byte })),
  of("m", fc.tuple(byte, byte, byte, byte)),
  record({ type: fc.constantFrom("T" as const, "F" as const, "N" as const, "I" as const) }),
);

const { argument } = fc.letrec<{ argument: OscArgument }>((tie) => ({
  argument: fc.oneof(
    { depthSize: "small", maxDepth: 6, withCrossShrink: true },
    arbitraryScalar,
    of("a", fc.array(tie("argument"), { maxLength: 3 })),
  ),
}));

/** A message with any arguments, arrays in arrays among them. */
export const arbitraryMessage: fc.Arbitrary<OscMessage> = record({
  address: fc.stringMatching(/^\/[a-z0-9/]{0,20}$/),
  args: fc.array(argument, { maxLength: 6 }),
});

const { packet } = fc.letrec<{ packet: OscMessage | OscBundle; bundle: OscBundle }>((tie) => ({
  packet: fc.oneof({ depthSize: "small", maxDepth: 6 }, arbitraryMessage, tie("bundle")),
  bundle: record({ timeTag, elements: fc.array(tie("packet"), { maxLength: 4 }) }),
}));

/** Any packet. */
export const arbitraryPacket: fc.Arbitrary<OscMessage | OscBundle> = packet;

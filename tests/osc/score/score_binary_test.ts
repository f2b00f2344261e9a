import assert from "node:assert/strict";
import { encodePacket, type OscBundle, type OscMessage } from "../../../osc/packet/codec.ts";
import { readScoreBinary } from "../../../osc/score/score_binary.ts";
import { ScoreError } from "../../../osc/score/score_error.ts";

const message = (address: string): OscMessage => ({ address, args: [] });
const bundle = (seconds: number, fraction: number, ...elements: OscBundle["elements"]): OscBundle => ({
  timeTag: { seconds, fraction },
  elements,
});

/** Packets with their sizes. */
function binary(...packets: readonly (OscBundle | OscMessage)[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(packets.flatMap((packet) => {
    const bytes = encodePacket(packet);
    return [...new Uint8Array(new Uint32Array([bytes.length]).buffer).reverse(), ...bytes];
  }));
}

const at = (numerator: bigint) => ({ numerator, denominator: 2n ** 32n });

Deno.test("time tags are seconds from the start, to 2^-32 s; each bundle has its byte", () => {
  const first = bundle(1, 5, message("/a"), message("/b"));
  assert.deepEqual(readScoreBinary(binary(first, bundle(2, 0)), "tune"), [
    { time: at(2n ** 32n + 5n), messages: [message("/a"), message("/b")], where: "tune: byte 0" },
    { time: at(2n ** 33n), messages: [], where: `tune: byte ${binary(first).length}` },
  ]);
  assert.deepEqual(readScoreBinary(new Uint8Array(0), "tune"), []);
});

Deno.test("a nested bundle comes after the one around it, and is never earlier", () => {
  const inner = [
    bundle(1, 0, message("/early")),
    bundle(0, 1, message("/now")),
    bundle(3, 0, message("/late")),
  ];
  const read = readScoreBinary(binary(bundle(2, 0, ...inner, message("/outer"))), "tune");
  assert.deepEqual(read.map(({ time, messages: [{ address }] }) => [address, time.numerator >> 32n]), [
    ["/outer", 2n],
    ["/early", 2n],
    ["/now", 2n],
    ["/late", 3n],
  ]);
});

Deno.test("what is no bundle with its size is refused with the byte", () => {
  const malformed = binary(bundle(0, 0, message("/a")));
  malformed[4] = 0x2F;
  const wrong: readonly (readonly [Uint8Array, RegExp])[] = [
    [new Uint8Array(3), /^tune: byte 0: expected the 4 bytes of a size, found 3; the file was cut off$/],
    [new Uint8Array(4), /expected the size of a bundle, a multiple of 4, found 0$/],
    [binary(bundle(0, 0)).slice(0, 12), /expected 16 bytes, found 8; the file was cut off$/],
    [binary(message("/a")), /expected a bundle, found the message \/a$/],
    [malformed, /^tune: byte 0: byte \d+: expected /],
  ];
  for (const [bytes, reason] of wrong) {
    assert.throws(
      () => readScoreBinary(bytes, "tune"),
      (error: Error) => error instanceof ScoreError && reason.test(error.message),
      String(reason),
    );
  }
});

/**
 * Scores as `scsynth -N` reads them: packets one after the other, each a bundle after its size in bytes (32 bits, big
 * endian). Time tags are not moments of a calendar but seconds from the start of the score, in units of 2^-32 s.
 */
import {
  decodeNumberedPacket,
  isBundle,
  type OscBundle,
  OscMalformedError,
  type OscMessage,
} from "../packet/codec.ts";
import type { ScoreBundle, ScoreTime } from "./score_bundle.ts";
import { ScoreError } from "./score_error.ts";
import { addressOf } from "./server_commands.ts";
import { isImmediate } from "../packet/time_tag.ts";

/** All bundles, each nested one after the one around it. Throws {@link ScoreError} with the byte. */
export function readScoreBinary(bytes: Uint8Array, name: string): ScoreBundle[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bundles: ScoreBundle[] = [];
  for (let at = 0; at < bytes.length;) {
    const where = `${name}: byte ${at}`;
    const left = bytes.length - at - 4;
    if (left < 0) {
      throw new ScoreError(
        where,
        `expected the 4 bytes of a size, found ${left + 4}; the file was cut off`,
      );
    }
    const size = view.getInt32(at);
    if (size <= 0 || size % 4 !== 0) {
      throw new ScoreError(where, `expected the size of a bundle, a multiple of 4, found ${size}`);
    }
    if (size > left) {
      throw new ScoreError(where, `expected ${size} bytes, found ${left}; the file was cut off`);
    }
    bundles.push(...bundlesOf(packetAt(bytes.subarray(at + 4, at + 4 + size), where), zero, where));
    at += 4 + size;
  }
  return bundles;
}

const zero: ScoreTime = { numerator: 0n, denominator: 2n ** 32n };

function packetAt(bytes: Uint8Array, where: string): OscBundle {
  let packet: OscMessage | OscBundle;
  try {
    packet = decodeNumberedPacket(bytes);
  } catch (cause) {
    if (!(cause instanceof OscMalformedError)) throw cause;
    throw new ScoreError(where, cause.message, { cause });
  }
  if (isBundle(packet)) return packet;
  throw new ScoreError(where, `expected a bundle, found the message ${packet.address}`);
}

/** A bundle and those in it; none is earlier than the one around it. */
function bundlesOf(bundle: OscBundle, enclosing: ScoreTime, where: string): ScoreBundle[] {
  const { seconds, fraction } = bundle.timeTag;
  const numerator = isImmediate(bundle.timeTag) ? 0n : BigInt(seconds) * 2n ** 32n + BigInt(fraction);
  const time = numerator > enclosing.numerator ? { ...zero, numerator } : enclosing;
  const messages = bundle.elements.flatMap((element) =>
    isBundle(element) ? [] : [{ ...element, address: addressOf(element.address) }]
  );
  const inner = bundle.elements.filter(isBundle).flatMap((element) => bundlesOf(element, time, where));
  return [{ time, messages, where }, ...inner];
}

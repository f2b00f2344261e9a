/** Entries of the order and messages between machines as bytes: JSON, checked where it arrives. */
import { z } from "zod";
import type { OrderEntry, PeerMessage } from "./cluster_messages.ts";

/** Bytes of an entry or a message; more is refused before it is read. */
export const maxClusterMessageBytes = 512 * 1024;

const block = z.number().int().nonnegative();
const machine = z.union([z.literal(0), z.literal(1)]);
const id = z.string().min(1).max(128);
const command = z.strictObject({ id, body: z.unknown(), lastBlock: block });
const seal = z.strictObject({ by: machine, commands: z.array(command).max(4096) });
const incarnation = z.string().min(1).max(64);

const orderEntry = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("seal"), block, seal }),
  z.strictObject({ kind: z.literal("command"), command }),
  z.strictObject({ kind: z.literal("join"), machine, incarnation }),
  z.strictObject({ kind: z.literal("probe"), machine, block }),
]);

const peerMessage = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("proposal"), block, seal }),
  z.strictObject({ kind: z.literal("accepted"), block }),
  z.strictObject({ kind: z.literal("settled"), block, seal }),
  z.strictObject({ kind: z.literal("ask"), from: block }),
  z.strictObject({ kind: z.literal("command"), command }),
  z.strictObject({ kind: z.literal("checksum"), block, checksum: z.number() }),
  z.strictObject({ kind: z.literal("want"), incarnation }),
]);

/** Bytes that {@link decodeOrderEntry} or {@link decodePeerMessage} reads. */
export function encodeClusterMessage(message: OrderEntry | PeerMessage): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(message));
}

/** An entry of the order, or undefined where the bytes are none. */
export function decodeOrderEntry(bytes: Uint8Array): OrderEntry | undefined {
  return decode(bytes, orderEntry) as OrderEntry | undefined;
}

/** A message of the other machine, or undefined where the bytes are none. */
export function decodePeerMessage(bytes: Uint8Array): PeerMessage | undefined {
  return decode(bytes, peerMessage) as PeerMessage | undefined;
}

function decode<T>(bytes: Uint8Array, schema: z.ZodType<T>): T | undefined {
  if (bytes.length > maxClusterMessageBytes) return undefined;
  try {
    return schema.safeParse(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes))).data;
  } catch {
    return undefined;
  }
}

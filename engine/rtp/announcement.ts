/** Announcements of streams by the Session Announcement Protocol (RFC 2974), which AES67 gear lists. Any thread. */
import { fnv1a } from "./ssrc.ts";
import type { NetworkPlace } from "./stream_plan.ts";

/**
 * Time between two announcements of a stream. The standard's least is 300 s for what fits its bandwidth; receivers of AES67 expect
 * the 30 s that its senders use, and forget a stream after a few missing ones.
 */
export const announceMs = 30_000;

const port = 9_875;
const versionBits = 0x20;
const deletionBit = 0x04;
const payloadType = "application/sdp\0";

/** Where streams to this address are announced: groups of the administrative scope have the highest address of it. */
export function announcedAt(address: string): NetworkPlace {
  return { address: address.startsWith("239.") ? "239.255.255.255" : "224.2.127.254", port };
}

/**
 * A packet that announces a description, or takes it back.
 *
 * @param source IPv4 address of the sender
 */
export function announcement(
  description: string,
  { source, isDeletion = false }: { readonly source: string; readonly isDeletion?: boolean },
): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(description);
  const hash = fnv1a(text);
  const id = ((hash >>> 16) ^ hash) & 0xFFFF || 1; // 0 is reserved
  const header = [
    versionBits | (isDeletion ? deletionBit : 0),
    0, // no authentication
    id >> 8,
    id & 0xFF,
    ...source.split(".").map(Number),
  ];
  return Uint8Array.from([...header, ...new TextEncoder().encode(payloadType), ...text]);
}

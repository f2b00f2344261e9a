import assert from "node:assert/strict";
import {
  decodeOrderEntry,
  decodePeerMessage,
  encodeClusterMessage,
  maxClusterMessageBytes,
} from "../../../engine/cluster/cluster_encoding.ts";
import type { OrderEntry, PeerMessage } from "../../../engine/cluster/cluster_messages.ts";

const seal = { by: 1, commands: [{ id: "a", body: { note: 60 }, lastBlock: 9 }] } as const;

Deno.test("entries and messages come back as they were sent", () => {
  const entries: OrderEntry[] = [
    { kind: "seal", block: 7, seal },
    { kind: "command", command: seal.commands[0] },
    { kind: "join", machine: 0, incarnation: "x" },
    { kind: "probe", machine: 1, block: 7 },
  ];
  for (const entry of entries) assert.deepEqual(decodeOrderEntry(encodeClusterMessage(entry)), entry);
  const messages: PeerMessage[] = [
    { kind: "proposal", block: 7, seal },
    { kind: "accepted", block: 7 },
    { kind: "settled", block: 7, seal },
    { kind: "ask", from: 7 },
    { kind: "command", command: seal.commands[0] },
    { kind: "checksum", block: 7, checksum: 4_294_967_295 },
    { kind: "want", incarnation: "x" },
  ];
  for (const message of messages) {
    assert.deepEqual(decodePeerMessage(encodeClusterMessage(message)), message);
  }
});

Deno.test("bytes that are no entry are refused", () => {
  const refused = [
    "",
    "{",
    "null",
    `{"kind":"seal","block":-1,"seal":{"by":0,"commands":[]}}`,
    `{"kind":"seal","block":1,"seal":{"by":2,"commands":[]}}`,
    `{"kind":"seal","block":1.5,"seal":{"by":0,"commands":[]}}`,
    `{"kind":"join","machine":0,"incarnation":""}`,
    `{"kind":"accepted","block":1}`,
    " ".repeat(maxClusterMessageBytes) + `{"kind":"join","machine":0,"incarnation":"x"}`,
  ];
  for (const text of refused) {
    assert.equal(decodeOrderEntry(new TextEncoder().encode(text)), undefined, text.slice(0, 60));
  }
  assert.equal(decodePeerMessage(new Uint8Array([0xFF, 0xFE])), undefined);
});

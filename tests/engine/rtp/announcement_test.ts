import assert from "node:assert/strict";
import { announcedAt, announcement } from "../../../engine/rtp/announcement.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("an announcement has the header of RFC 2974, and its end the bit that takes it back", () => {
  const packet = announcement("v=0\r\n", { source: "10.1.2.3" });
  assert.deepEqual([...packet.subarray(0, 2)], [0x20, 0]);
  assert.deepEqual([...packet.subarray(4, 8)], [10, 1, 2, 3]);
  assert.equal(text(packet.subarray(8)), "application/sdp\0v=0\r\n");
  const end = announcement("v=0\r\n", { source: "10.1.2.3", isDeletion: true });
  assert.equal(end[0], 0x24);
  assert.deepEqual(end.subarray(2), packet.subarray(2), "it is found by the same number");
  const other = announcement("v=0\r\ns=x\r\n", { source: "10.1.2.3" });
  assert.notDeepEqual(other.subarray(2, 4), packet.subarray(2, 4), "a changed description is another one");
});

Deno.test("streams are announced where receivers of their scope listen", () => {
  assert.deepEqual(announcedAt("239.69.1.1"), { address: "239.255.255.255", port: 9_875 });
  assert.deepEqual(announcedAt("224.5.6.7"), { address: "224.2.127.254", port: 9_875 });
});

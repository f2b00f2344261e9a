import assert from "node:assert/strict";
import { packetOf, readPageMessage } from "../../../osc/page/page_message.ts";
import { decodePacket, encodePacket, isBundle } from "../../../osc/packet/codec.ts";
import { unixMsOf } from "../../../osc/packet/time_tag.ts";

/** The message, or the problem. */
function read(value: unknown) {
  let problem = "";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return readPageMessage(text, (found) => problem = found) ?? problem;
}

Deno.test("what a page wants and commands is read, and unknown fields are left out", () => {
  const want = {
    type: "want",
    liveHz: 20,
    scope: { frames: 1_024, hz: 10 },
    listen: { format: "s16" },
    osc: {},
  };
  assert.deepEqual(read({ ...want, later: 1 }), want);
  const args = [{ type: "i", value: 60 }, { type: "s", value: "x" }, { type: "T" }];
  assert.deepEqual(read({ type: "osc", address: "/note", args }), { type: "osc", address: "/note", args });
});

Deno.test("what is none of the protocol is refused with the place of the problem", () => {
  for (
    const [value, problem] of [
      ["{", /expected JSON/],
      [{ type: "nothing" }, /^type/],
      [null, /message/],
      [{ type: "want", liveHz: "20" }, /^liveHz/],
      [{ type: "want", liveHz: -1 }, /^liveHz/],
      [{ type: "want", listen: { format: "mp3" } }, /^listen.format/],
      [{ type: "osc", address: "/a", args: [{ type: "i", value: 2 ** 31 }] }, /^args.0/],
      [{ type: "osc", address: "/a", args: new Array(65).fill({ type: "T" }) }, /^args/],
      [{ type: "osc", address: "", args: [] }, /^address/],
      [{ type: "login" }, /^secret/],
    ] as const
  ) assert.match(String(read(value)), problem);
});

Deno.test("a command is the packet that any client of OSC would send, with a time as a bundle", () => {
  const args = [{ type: "f", value: 0.5 }, { type: "F" }] as const;
  const message = { address: "/a", args };
  assert.deepEqual(decodePacket(encodePacket(packetOf({ type: "osc", ...message }))), message);
  const unixMs = 1_700_000_000_123.25;
  const bundle = decodePacket(encodePacket(packetOf({ type: "osc", ...message, unixMs })));
  assert.ok(isBundle(bundle));
  assert.ok(Math.abs(unixMsOf(bundle.timeTag) - unixMs) < 0.001);
  assert.deepEqual(bundle.elements, [message]);
});

import assert from "node:assert/strict";
import { eventMessage } from "../../../osc/subscriptions/event_message.ts";
import { messageText } from "../../../testing/osc/message_text.ts";

Deno.test("events become messages with their arguments; values of parameters do not", () => {
  const text = (event: Parameters<typeof eventMessage>[0]) => {
    const message = eventMessage(event, ["keys"]);
    return message && messageText(message);
  };
  const told = [
    text({ event: "fault", cause: "trap", role: "primary", rendererId: 3, block: 2 ** 31 }),
    text({ event: "role", role: "spare", rendererId: 4 }),
    text({ event: "lockstep", renderers: 3, afterMs: 12.5 }),
    text({ event: "alone" }),
    text({ event: "overload" }),
    text({ event: "shed", limit: 12, voices: 20 }),
    text({ event: "quarantine", commands: 2 }),
    text({ event: "refused", commands: 3 }),
    text({ event: "wrong", block: 2 ** 31, blocks: 4 }),
    text({ event: "lookahead", blocks: 10, latencyMs: 32.5 }),
    text({ event: "anchor", block: 7, withValues: true }),
    text({ event: "anchor", block: 2 ** 31, withValues: false }),
    text({ event: "over", samples: 9, peakDb: 3.5 }),
    text({ event: "outputSilent", output: 2, kind: "dc", seconds: 30.5 }),
    text({ event: "outputSound", output: 2, seconds: 31 }),
    text({ event: "device", state: "running", device: "speakers" }),
    text({ event: "degraded", part: "recording", problem: "the disk is full" }),
    text({ event: "restored", part: "device" }),
    text({ event: "patch", patch: "keys" }),
    text({ event: "noteEnd", instrument: 0, id: 60 }),
    text({ event: "silent", instrument: 0 }),
  ];
  assert.deepEqual(told, [
    "/event/fault primary 3 trap -2147483648",
    "/event/role spare 4",
    "/event/lockstep 3 12.5",
    "/event/alone",
    "/event/overload",
    "/event/shed 12 20",
    "/event/quarantine 2",
    "/event/refused 3",
    "/event/wrong -2147483648 4",
    "/event/lookahead 10 32.5",
    "/event/anchor 7 values",
    "/event/anchor -2147483648 defaults",
    "/event/over 9 3.5",
    "/event/output/silent 2 dc 30.5",
    "/event/output/sound 2 31",
    "/event/device running speakers",
    "/event/degraded recording the disk is full",
    "/event/restored device",
    "/event/patch keys",
    "/event/note/end keys 60",
    "/event/silent keys",
  ]);
  assert.equal(text({ event: "parameter", parameter: 0, value: 1 }), undefined);
});

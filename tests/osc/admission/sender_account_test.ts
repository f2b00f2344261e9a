import assert from "node:assert/strict";
import { TokenBucket } from "../../../foundation/token_bucket.ts";
import { HostAccount } from "../../../osc/admission/host_account.ts";
import { SenderAccount } from "../../../osc/admission/sender_account.ts";
import { numbered } from "../../../testing/osc/echo.ts";
import { senderAt } from "../../../testing/osc/recording_sender.ts";

function account(mayAnswer = true) {
  const from = senderAt("127.0.0.1");
  const host = new HostAccount({
    messagesPerSecond: 0,
    burst: 1,
    allowance: { burstBytes: 0, bytesPerSecond: 0 },
    nowMs: 0,
  });
  const bucket = new TokenBucket(1, 1, 0);
  return {
    from,
    account: new SenderAccount({ from, host, bucket, reserve: bucket, mayAnswer: () => mayAnswer }),
  };
}

Deno.test("a packet costs the largest of its size, its answers, their bytes and its time, and each is charged once", () => {
  const { from, account: sender } = account();
  sender.begin(3);
  for (let answer = 0; answer < 5; answer++) sender.reply(numbered(answer));
  assert.equal(sender.worked(0.01), 2);
  assert.equal(sender.worked(0), 0);
  assert.equal(sender.worked(0.09), 5, "0.1 ms count as 10");
  assert.equal(sender.worked(500), 1_000, "at most 10 ms of a step");
  sender.begin(1);
  sender.reply({ address: "/x", args: [{ type: "b", value: new Uint8Array(640) }] });
  assert.ok(Math.abs(sender.worked(0) - (656 / 64 - 1)) < 0.5);
  sender.begin(1);
  assert.equal(sender.worked(0), 0, "what was answered before is not charged again");
  assert.equal(from.replies.length, 6);
});

Deno.test("an answer that may not be given is neither sent nor counted", () => {
  const { from, account: sender } = account(false);
  sender.begin(0);
  sender.reply(numbered(1));
  assert.equal(sender.worked(0), 0);
  assert.deepEqual(from.replies, []);
});

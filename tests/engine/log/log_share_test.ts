import assert from "node:assert/strict";
import { CommandLog, Opcode } from "../../../engine/log/command_log.ts";
import { LogShare, ownEntries } from "../../../engine/log/log_share.ts";
import { CommandRefusedError } from "../../../engine/control/control.ts";
import { logCapacity } from "../../../engine/memory/constants.ts";
import { SeededRandom } from "../../../testing/seeded_random.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

const entry = { opcode: Opcode.panic, target: 0, value: 0, extra: 0 };

function setUp(startLogPosition = 0) {
  const log = new CommandLog(testMemory({ startLogPosition }));
  const share = new LogShare(log);
  const send = (sender: string, count = 1) => {
    share.require(count, sender);
    share.record(count, sender);
    log.append(new Array(count).fill(entry));
  };
  /** How many more a sender may send, in portions. */
  const fill = (sender: string, portion: number) => {
    for (let sent = 0;; sent += portion) {
      try {
        send(sender, portion);
      } catch (error) {
        assert.ok(error instanceof CommandRefusedError);
        return sent;
      }
    }
  };
  return { log, send, fill };
}

Deno.test("however much some senders send, the next one finds room, and so does the engine", () => {
  const { log, send, fill } = setUp();
  for (const sender of ["a", "b", "c", "d"]) fill(sender, 8);
  send("quiet", 16);
  assert.ok(log.room >= ownEntries);
});

Deno.test("a refusal says how many the sender has, how many it may have, and the remedy", () => {
  const { send, fill } = setUp();
  const sent = fill("a", 100);
  const most = Math.floor(0.75 * (logCapacity - 1 - ownEntries));
  assert.ok(sent > most - 100);
  assert.throws(() => send("a", 100), {
    message: new RegExp(`keeps ${sent} .*at most ${most} now; send slower`),
  });
});

Deno.test("what the log has released counts no more, in any order of senders, also across the wrap", () => {
  const random = new SeededRandom(5);
  const { log, send, fill } = setUp(0xFFFF8000);
  const alone = fill("a", 1);
  log.release(log.head);
  assert.equal(fill("a", 1), alone);
  for (let round = 0; round < 3_000; round++) {
    log.release((log.head - random.below(500)) | 0);
    send(random.pick(["a", "b", "c"]), 1 + random.below(60));
  }
  log.append(new Array(100).fill(entry)); // the engine's own
  log.release(log.head);
  assert.equal(fill("b", 1), alone);
});

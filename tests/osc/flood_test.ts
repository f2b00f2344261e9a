/**
 * Floods over real sockets while a quiet sender plays. Delays are counted in blocks: the one that the device took when a note
 * was sent, and the one in which the session says that it was heard.
 *
 * Needs the machine alone: delays are judged while the machine is flooded.
 */
import assert from "node:assert/strict";
import { EntryField, Opcode, opcodeMask } from "../../engine/log/command_log.ts";
import { logEntryWords } from "../../engine/memory/constants.ts";
import { completePosition } from "../../engine/log/seal_table.ts";
import { blockRecordWords } from "../../engine/session/session_format.ts";
import { SessionReader } from "../../engine/session/session_reader.ts";
import { threadWaitSeconds } from "../../testing/measure/processor_time.ts";
import { renderAgain } from "../../testing/engine/render_again.ts";
import { until } from "../../testing/until.ts";
import { UdpClient } from "../../testing/osc/udp_client.ts";
import { SharedTests } from "../../testing/share.ts";
import { startOscServer } from "../../testing/osc/osc_server.ts";
import type { QuietSenderStart } from "./quiet_sender.ts";

const notes = 100;
const floodMs = 2_000;

/** Messages that a sender may send at once after a silence: those of the largest packet, or of a second if those are more. */
const maxBurst = 2_048;

/** Share of the time for which the main isolate may wait for a processor where its delays are judged. */
const maxWaitedShare = 0.2;

/** Runs a flood beside the quiet sender; returns what both sent and what the engine made of it. */
async function underFlood(
  { from, allow, messagesPerSecond, packetsPerSecond }: {
    readonly from: string;
    readonly allow: string;
    readonly messagesPerSecond: number;
    readonly packetsPerSecond: number;
  },
) {
  const folder = await Deno.makeTempDir();
  const session = `${folder}/flood.session`;
  const server = await startOscServer({
    allow,
    messagesPerSecond,
    environment: { UNDERSTUDY_SESSION: session },
  });
  const port = Number(server.address.split(":")[1]);
  const [startMs, waitedBefore] = [performance.now(), threadWaitSeconds()];
  const flood = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "--unstable-net",
      "--allow-net",
      new URL("flood_sender.ts", import.meta.url).pathname,
      from,
      String(port),
      String(floodMs),
      String(packetsPerSecond),
    ],
    stdout: "piped",
  }).spawn();
  const quiet = new Worker(new URL("quiet_sender.ts", import.meta.url), { type: "module" });
  const sentBlocks = await new Promise<number[]>((done, fail) => {
    quiet.onmessage = ({ data }) => done(data);
    quiet.onerror = fail;
    const start: QuietSenderStart = {
      buffer: server.engine.memory.buffer,
      port,
      notes,
      everyMs: floodMs / notes,
    };
    quiet.postMessage(start);
  });
  quiet.terminate();
  const flooded = Number(new TextDecoder().decode((await flood.output()).stdout));
  const { admission, listener } = server;
  await until("every packet is accounted for", () => {
    listener.countDrops();
    const { packets, dropped, waiting } = admission.counts;
    return packets + dropped >= flooded + notes && waiting === 0;
  });
  const seconds = (performance.now() - startMs) / 1_000;
  const waitedShare = (threadWaitSeconds() - waitedBefore) / seconds;
  const { counts } = admission;
  const client = new UdpClient(server.address);
  await client.ask("/sync", "i", 1); // commands that left the queue last may be on their way into the log
  await client.close();
  await server.engine.settled();
  const { lookaheadBlocks, concealedFrames } = server.engine.status();
  await server.stop();
  const heardBlocks = await blocksOfNotes(session);
  const { differingBlocks } = await renderAgain(session);
  await Deno.remove(folder, { recursive: true });
  const delays = sentBlocks.flatMap((block, id) => {
    const heard = heardBlocks.get(10_000 + id);
    return heard === undefined ? [] : [heard - block];
  }).sort((a, b) => a - b);
  const quantile = (part: number) => delays[Math.min(delays.length - 1, Math.floor(part * delays.length))];
  console.log(
    `${flooded} packets from ${from}; dropped ${
      JSON.stringify(counts)
    }; ${heardBlocks.size} of ${notes} quiet notes ` +
      `heard, after ${quantile(0.5)} blocks in the median, ${quantile(0.95)} in 95 of 100, ${
        quantile(1)
      } at most ` +
      `(lookahead ${lookaheadBlocks}); ${concealedFrames} frames concealed, ` +
      `the main isolate waited for a processor in ${Math.round(waitedShare * 100)} % of the time`,
  );
  assert.equal(counts.packets + counts.dropped, flooded + notes);
  assert.equal(differingBlocks, 0);
  return {
    flooded,
    seconds,
    counts,
    heard: heardBlocks.size,
    /** A machine that could not even render in time, or kept its processors from us, says nothing about delays. */
    inTime: concealedFrames > 0 || waitedShare > maxWaitedShare || quantile(0.5) <= lookaheadBlocks + 2,
  };
}

/** The block in which each note was sealed, by its id, as the session tells. */
async function blocksOfNotes(session: string): Promise<Map<number, number>> {
  const reader = await SessionReader.open(session);
  const idAt = new Map<number, number>();
  const blockOf = new Map<number, number>();
  let position = reader.header.startLogPosition;
  for (let chunk = await reader.next(); chunk; chunk = await reader.next()) {
    if (chunk.type !== "CMDS" && chunk.type !== "BLKS") continue;
    const words = new Int32Array(chunk.payload.buffer);
    if (chunk.type === "CMDS") {
      for (let at = 1; at < words.length; at += logEntryWords) {
        const isNote = (words[at + EntryField.opcode] & opcodeMask) === Opcode.noteOn;
        if (isNote) idAt.set(words[at + EntryField.position], words[at + EntryField.target]);
      }
      continue;
    }
    for (let at = 1; at < words.length; at += blockRecordWords) {
      const block = words[0] + (at - 1) / blockRecordWords;
      const end = completePosition(position, words[at] & 0xFFFF);
      for (; position !== end; position++) {
        const id = idAt.get(position);
        if (id !== undefined) blockOf.set(id, block);
      }
    }
  }
  reader.close();
  return blockOf;
}

/** Each floods for some seconds: a run has one of them. */
const floods = new SharedTests();
const test = floods.add;

test("a flood from a forbidden address is dropped unread and counted; a quiet sender's notes land within the stated latency", async () => {
  const { flooded, counts, heard, inTime } = await underFlood({
    from: "127.0.0.2",
    allow: "127.0.0.1",
    messagesPerSecond: 20_000,
    packetsPerSecond: 20_000,
  });
  assert.ok(flooded > 0 && inTime);
  assert.ok(
    heard === notes || counts.dropped > 0,
    `${heard} of ${notes} heard, and the system dropped nothing`,
  );
  assert.equal(counts.forbidden + counts.dropped, flooded + notes - heard);
});

test("a flood from an allowed sender is cut down to its rate and counted; a quiet sender's notes land within the stated latency", async () => {
  const messagesPerSecond = 2_000;
  const { flooded, seconds, counts, heard, inTime } = await underFlood({
    from: "127.0.0.1",
    allow: "127.0.0.1",
    messagesPerSecond,
    packetsPerSecond: 20_000,
  });
  assert.ok(flooded > 0 && inTime);
  assert.ok(
    heard === notes || counts.dropped > 0,
    `${heard} of ${notes} heard, and the system dropped nothing`,
  );
  // the rate, for as long as the flood went on, and what is let in at once at its beginning
  const allowed = messagesPerSecond * seconds + maxBurst;
  assert.ok(
    counts.rateLimited + counts.dropped >= flooded - allowed,
    `${counts.rateLimited} of ${flooded} dropped in ${seconds} s`,
  );
  assert.equal(counts.forbidden, 0);
});

test("a flood without a limit costs what the system drops, to the packet, and no sample", async () => {
  const { flooded, counts, heard } = await underFlood({
    from: "127.0.0.1",
    allow: "127.0.0.1",
    messagesPerSecond: 0,
    packetsPerSecond: 60_000, // some 100,000 a second fill the command log, which then refuses commands of all senders
  });
  assert.ok(flooded > 0);
  assert.ok(
    notes - heard <= counts.dropped,
    `${heard} of ${notes} heard, ${counts.dropped} dropped by the system`,
  );
});

floods.register("floods", 3);

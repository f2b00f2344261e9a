/**
 * OSC: messages a second without loss beside scsynth, bursts, and the time from a command to its sound.
 *
 *     deno task bench:osc [SECONDS a rate]
 */
import { developmentCommand } from "../testing/development_command.ts";
import { encodePacket } from "../osc/packet/codec.ts";
import { nativeForTests } from "../testing/native_for_tests.ts";
import { onPath } from "../testing/requirement.ts";
import { latencies } from "./osc_latency.ts";
import { maxMessages, type OscServer, startScsynth, startUnderstudy } from "./osc_servers.ts";
import { report } from "./report.ts";

const seconds = developmentCommand(import.meta.url, { maxWords: 1 }).numberAt(0, 2);
const ratesPerSecond = [5, 10, 20, 40, 60, 80, 100, 150, 200, 300].map((thousands) => thousands * 1_000);
const burstMessages = 1_000;
const bursts = 50;
const { native, build } = await nativeForTests();

let run = 0;

/** Messages sent without a look at what was answered, at most. */
const stretch = 256;

/** Sends evenly, a few every millisecond; tells how many had no effect, and how many a second were sent really. */
async function lost(
  server: OscServer,
  count: number,
  perSecond: number,
): Promise<{ missing: number; sentPerSecond: number }> {
  run++;
  await server.begin?.();
  const packets = Array.from({ length: count }, (_, index) => encodePacket(server.message(index, run)));
  const startedMs = performance.now();
  for (let sent = 0; sent < count;) {
    const due = Math.min(count, Math.ceil((performance.now() - startedMs) / 1_000 * perSecond));
    const until = Math.min(due, sent + stretch);
    while (sent < until) server.socket.send(packets[sent++]);
    server.listen();
    if (sent === due) await new Promise((done) => setTimeout(done, 1));
  }
  const sentPerSecond = count / (performance.now() - startedMs) * 1_000;
  return { missing: count - await server.arrived(count, run), sentPerSecond };
}

/** Sends bursts as fast as it can, with time to recover between them. */
async function lostInBursts(server: OscServer): Promise<number> {
  run++;
  await server.begin?.();
  const count = bursts * burstMessages;
  const packets = Array.from({ length: count }, (_, index) => encodePacket(server.message(index, run)));
  for (let sent = 0; sent < count;) {
    for (let index = 0; index < burstMessages; index++) server.socket.send(packets[sent++]);
    for (let turn = 0; turn < 10; turn++) {
      await new Promise((done) => setTimeout(done, 10));
      server.listen();
    }
  }
  return count - await server.arrived(count, run);
}

const servers: OscServer[] = await startUnderstudy(native);
if (onPath("scsynth") && onPath("jackd")) servers.push(await startScsynth(native));
else console.error("SKIPPED: scsynth; install with: apt-get install supercollider-server jackd2");
try {
  const rates: Record<string, string | number>[] = [];
  for (const rate of ratesPerSecond) {
    const row: Record<string, string | number> = { "messages a second": rate };
    for (const server of servers) {
      const count = Math.min(maxMessages, Math.round(rate * seconds));
      const { missing, sentPerSecond } = await lost(server, count, rate);
      const really = sentPerSecond < 0.95 * rate ? ` at ${Math.round(sentPerSecond / 1_000)},000` : "";
      row[`${server.name}, lost`] = (missing === 0 ? "0" : `${missing} of ${count}`) + really;
    }
    rates.push(row);
  }
  await report("osc_rates", rates);
  const inBursts: Record<string, string | number>[] = [];
  for (const server of servers) {
    inBursts.push({
      server: server.name,
      bursts,
      messages: burstMessages,
      lost: await lostInBursts(server),
    });
  }
  await report("osc_bursts", inBursts);
} finally {
  for (const server of servers.toReversed()) await server.stop();
}
await report("osc_latency", await latencies(native, build.library));
Deno.exit(0);

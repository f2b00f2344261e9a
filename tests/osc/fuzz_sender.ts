/**
 * A process that sends fuzzed packets as fast as it can, and writes how many it has sent as lines.
 *
 *     deno run -A tests/osc/fuzz_sender.ts LIBRARY PORT SEED PACKETS
 */
import { Datagrams } from "../../ffi/datagrams.ts";
import { openNative } from "../../ffi/open_native.ts";
import { SeededRandom } from "../../testing/seeded_random.ts";
import { FuzzPackets } from "./fuzz_packets.ts";

/** So many packets are reported at a time. */
export const reportEvery = 10_000;

if (import.meta.main) {
  const [library, ...numbers] = Deno.args;
  const [port, seed, count] = numbers.map(Number);
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const datagrams = Datagrams.open(openNative(library), socket.addr as Deno.NetAddr)!;
  const to = datagrams.peerAt("127.0.0.1", port);
  const packets = new FuzzPackets(new SeededRandom(seed));
  const encoder = new TextEncoder();
  let sent = 0;
  for (let index = 1; index <= count; index++) {
    if (datagrams.send(packets.next(), to)) sent++;
    if (index % reportEvery === 0 || index === count) Deno.stdout.writeSync(encoder.encode(`${sent}\n`));
  }
  Deno.exit(0);
}

/** TidalCycles' client, byte for byte: what it sends to SuperDirt plays this engine. */
import assert from "node:assert/strict";
import { compileGraph } from "../../../compiler/compile.ts";
import { AddressSpace } from "../../../osc/methods/address_space.ts";
import { DirtEvents } from "../../../osc/methods/dirt_events.ts";
import { dirtMethods } from "../../../osc/methods/dirt_methods.ts";
import { decodePacket } from "../../../osc/packet/codec.ts";
import { carryOut } from "../../../testing/osc/carry_out.ts";
import { senderAt } from "../../../testing/osc/recording_sender.ts";
import { timeTagOf } from "../../../testing/osc/time_tag_of.ts";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";
import { clicks, onsetsIn } from "../../../testing/measure/clicks.ts";

const bytesOf = (hex: string) => Uint8Array.fromHex(hex.replace(/\s/g, ""));

/** Tidal 1.10 to SuperDirt after its start. */
const handshake = bytesOf("2f646972742f68616e647368616b65002c000000");

/** `d1 $ s "clicks" # legato 0.5`: a bundle for each event, here without its time tag. */
const played = bytesOf(`
  2362756e646c650000000000000000000000006c2f646972742f706c617900002c7373736673667366736673697373005f69645f
  0000000031000000637073003f1000006379636c650000000000000064656c74610000003f638e396c656761746f00003f000000
  6f726269740000000000000073000000636c69636b730000`);

/** `d1 $ s "gabba" # room 0.3`. */
const unknown = bytesOf(`
  2362756e646c650000000000000000000000006c2f646972742f706c617900002c7373736673667366736973667373005f69645f
  0000000031000000637073003f1000006379636c650000003f00000064656c74610000003f638e396f7262697400000000000000
  726f6f6d000000003e99999a730000006761626261000000`);

/** `d1 $ s "clicks" # room 0.3`. */
const withRoom = bytesOf(`
  2362756e646c650000000000000000000000006c2f646972742f706c617900002c7373736673667366736973667373005f69645f
  0000000031000000637073003f1000006379636c650000003f00000064656c74610000003f638e396f7262697400000000000000
  726f6f6d000000003e99999a73000000636c69636b730000`);

/** A packet with the time tag that the client computes for its event. */
function at(packet: Uint8Array<ArrayBuffer>, unixMs: number): Uint8Array<ArrayBuffer> {
  const { seconds, fraction } = timeTagOf(unixMs);
  const timed = packet.slice();
  const view = new DataView(timed.buffer);
  view.setUint32(8, seconds);
  view.setUint32(12, fraction);
  return timed;
}

async function startDirt() {
  const started = await startTestEngine({
    driver: "manual",
    patch: (format) => compileGraph(clicks.build(format), format),
  });
  const lines: string[] = [];
  const space = new AddressSpace({
    engine: started.engine,
    version: "1",
    loadPatch: () => Promise.resolve(),
    onQuit: () => {},
    onRefused: (line) => lines.push(line),
    unixMs: () => started.clock.unixMs,
    nowMs: () => started.clock.monotonicMs,
  });
  const sender = senderAt("127.0.0.1");
  const receive = (bytes: Uint8Array) => carryOut(space, decodePacket(bytes), sender);
  const stop = async () => {
    space.stop();
    await started.stop();
  };
  return { ...started, sender, lines, receive, stop };
}

Deno.test("events of Tidal sound at the frames of their time tags and last as long as they say, and are not answered", async () => {
  const { engine, clock, driver, sender, receive, secondsPass, playUntil, lines, stop } = await startDirt();
  const ended: number[] = [];
  engine.observe((event) => event.event === "noteEnd" && ended.push(event.id));
  await secondsPass(0.2);
  const startMs = clock.unixMs + 200;
  for (const frames of [0, 4_800, 9_601]) receive(at(played, startMs + frames / 48));
  assert.equal(engine.status().waitingCommands, 6);
  await secondsPass(0.55);
  assert.equal(engine.voices()[0], 3);
  assert.deepEqual(ended, []);
  await playUntil("all three have ended by themselves", () => ended.length === 3);
  await playUntil("nothing waits for its time", () => engine.status().waitingCommands === 0);
  await stop();
  const onsets = onsetsIn(driver.captured);
  assert.deepEqual(onsets.map((onset) => onset - onsets[0]), [0, 4_800, 9_601]);
  assert.deepEqual([sender.answers(), lines], [[], []]);
});

Deno.test("a late event begins at once and still lasts as long as it says; so does one without a time", async () => {
  const { engine, clock, sender, receive, secondsPass, playUntil, stop } = await startDirt();
  const ended: number[] = [];
  engine.observe((event) => event.event === "noteEnd" && ended.push(event.id));
  await secondsPass(0.2);
  receive(at(played, clock.unixMs - 5_000));
  const immediate = played.slice();
  immediate[15] = 1;
  receive(immediate);
  await secondsPass(0.3);
  assert.equal(engine.voices()[0], 2);
  assert.deepEqual(ended, []);
  await playUntil("both have ended", () => ended.length === 2);
  assert.deepEqual(sender.answers(), []);
  await stop();
});

Deno.test("the handshake is answered as SuperDirt answers it, with a bus that ends the client's waiting", async () => {
  const { sender, receive, stop } = await startDirt();
  receive(handshake);
  assert.deepEqual(sender.answers(), ["/dirt/handshake/reply &controlBusIndices 0"]);
  receive(bytesOf("2f646972742f68656c6c6f002c000000"));
  assert.deepEqual(sender.answers(), ["/dirt/hello/reply"]);
  await stop();
});

Deno.test("what is not known is written to the log once, a pattern that repeats it changes nothing", async () => {
  const { clock, sender, receive, lines, secondsPass, stop } = await startDirt();
  await secondsPass(0.1);
  for (let cycle = 0; cycle < 5; cycle++) {
    receive(at(unknown, clock.unixMs + 200));
    receive(at(withRoom, clock.unixMs + 200));
    await secondsPass(1.1);
  }
  assert.equal(lines.length, 2, lines.join("\n"));
  assert.match(lines[0], /\/dirt\/play .*: s: expected an instrument of the patch, clicks; found gabba$/);
  assert.match(lines[1], /\/dirt\/play: room: clicks has no parameter of this name; it is left out/);
  assert.deepEqual(sender.answers(), []);
  await stop();
});

Deno.test("no event of Tidal is answered, and each needs the right to change the sound", () => {
  const events = new DirtEvents(
    { parameters: [], instruments: [], parameterValue: () => undefined },
    () => 0,
  );
  const methods = dirtMethods({ events, onUnknown: () => {} });
  assert.ok(methods.every(({ isSilent }) => isSilent));
  assert.deepEqual(methods.map(({ access }) => access), ["change", "read", "read"]);
});

/** OSC over a real socket, against the real engine. */
import assert from "node:assert/strict";
import type { Engine } from "../../engine/engine.ts";
import { Datagrams } from "../../ffi/datagrams.ts";
import { AddressSpace } from "../../osc/methods/address_space.ts";
import {
  decodePacket,
  encodePacket,
  isBundle,
  type OscArgument,
  type OscBundle,
  type OscMessage,
} from "../../osc/packet/codec.ts";
import { UdpListener } from "../../osc/transport/udp_listener.ts";
import { TcpListener } from "../../osc/transport/tcp_listener.ts";
import { immediately } from "../../osc/packet/time_tag.ts";
import { compilePatch } from "../../testing/patch/compile_named.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";
import { requirement } from "../../testing/requirement.ts";
import { Echo } from "../../testing/osc/echo.ts";
import { TestAdmission } from "../../testing/osc/test_admission.ts";
import { messageText } from "../../testing/osc/message_text.ts";
import { withOscServer } from "../../testing/osc/osc_server.ts";
import { renderAgain } from "../../testing/engine/render_again.ts";
import { startTestEngine } from "../../testing/engine/test_engine.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { until } from "../../testing/until.ts";
import { timeTagOf } from "../../testing/osc/time_tag_of.ts";

const noPatch = () => Promise.reject(new Error("there is nothing to load"));

/** A sender that collects what it is answered. */
class Client {
  readonly #socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  readonly #port: number;

  constructor(address: string) {
    this.#port = Number(address.split(":")[1]);
  }

  send(packet: OscMessage | OscBundle | Uint8Array): Promise<number> {
    const bytes = packet instanceof Uint8Array ? packet : encodePacket(packet);
    return this.#socket.send(bytes, { transport: "udp", hostname: "127.0.0.1", port: this.#port });
  }

  async answer(): Promise<string> {
    const timer = setTimeout(() => this.#socket.close(), 20_000);
    const [bytes] = await this.#socket.receive();
    clearTimeout(timer);
    const reply = decodePacket(bytes);
    assert.ok(!isBundle(reply));
    return [reply.address, ...reply.args.map((arg) => (arg as { value: unknown }).value)].join(" ");
  }

  async ask(address: string, types = "", ...values: (number | string)[]): Promise<string> {
    await this.send({
      address,
      args: values.map((value, index) => ({ type: types[index], value }) as OscArgument),
    });
    return await this.answer();
  }

  close(): void {
    this.#socket.close();
  }
}

interface Host {
  readonly client: Client;
  readonly engine: Engine;
  readonly admission: TestAdmission;
  readonly quits: () => number;
}

async function withOsc(work: (host: Host) => Promise<void>, environment = {}): Promise<void> {
  const { engine, patch, lockstep } = await startTestEngine({
    patch: (format) => compilePatch("sines", format),
    environment,
  });
  await lockstep();
  const { native } = await nativeForTests();
  let quits = 0;
  const listener = UdpListener.bind({
    hostname: "127.0.0.1",
    port: 0,
    access: (address: Deno.NetAddr) => Datagrams.open(native, address),
  });
  const space = new AddressSpace({
    ...{ engine, version: "1.2.3", loadPatch: noPatch },
    onQuit: () => quits++,
    nowMs: () => 0, // suggestions are limited by the second
  });
  const admission = new TestAdmission(space);
  listener.serve(admission);
  const client = new Client(listener.address);
  try {
    await work({ client, engine, admission, quits: () => quits });
  } finally {
    client.close();
    await listener.stop();
    space.stop();
    await engine.stop();
  }
  assert.equal(patch.name, "sines");
}

Deno.test("every command is answered to its sender, with what was wrong and what is nearest", () =>
  withOsc(async ({ client, quits }) => {
    assert.equal(await client.ask("/note", "if", 60, 0.5), "/done /note");
    assert.equal(await client.ask("/note", "ii", 60, 127), "/done /note");
    assert.equal(await client.ask("/note", "iif", 1_000, 60, 1), "/done /note");
    assert.equal(await client.ask("/off", "i", 60), "/done /off");
    assert.equal(await client.ask("/panic"), "/done /panic");
    assert.equal(await client.ask("/master/gainDb", "f", -6), "/done /master/gainDb");
    assert.equal(await client.ask("/synth/attackSeconds", "i", 1), "/done /synth/attackSeconds");
    assert.equal(await client.ask("/engine/failover"), "/done /engine/failover");
    assert.equal(await client.ask("/engine/fault", "ss", "stall", "spare"), "/done /engine/fault");
    assert.equal(await client.ask("/quit"), "/done /quit");
    assert.equal(quits(), 1);
    assert.match(await client.ask("/nte", "if", 60, 1), /^\/fail \/nte .*the nearest are \/note, /);
    assert.match(await client.ask("/note", "s", "x"), /^\/fail \/note expected ,if ,ii or ,iif, found ,s$/);
    assert.match(await client.ask("/note", "if", 60, 7), /velocity: expected 0 to 1, found 7/);
    assert.match(await client.ask("/note", "if", 60, NaN), /finite/);
    assert.match(await client.ask("/note", "if", 200, 1), /number: expected 0 to 127, found 200/);
    assert.match(await client.ask("/synth/pan", "f", 3), /expected -1 to 1 1, found 3/);
    assert.match(await client.ask("/engine/fault", "ss", "fire", "primary"), /kind: expected kill, throw/);
    assert.match(await client.ask("/panic", "i", 2), /expected no argument, or 1 of a button/);
    assert.equal(await client.ask("/version"), `/version.reply understudy 1.2.3 deno ${Deno.version.deno}`);
    assert.equal(await client.answer(), "/done /version");
    assert.match(
      await client.ask("/status"),
      /^\/status\.reply state running .*driver clock .*rendererIds\.primary \d+.*concealedFrames \d+/,
    );
    assert.equal(await client.answer(), "/done /status");
    assert.equal(await client.ask("/sync", "i", 42), "/synced 42");
    assert.equal(await client.answer(), "/done /sync");
  }));

Deno.test("a message whose address is a pattern reaches every method that it matches, in one block", () =>
  withOsc(async ({ client }) => {
    await client.send({ address: "/synth/{attack,release}Seconds", args: [{ type: "f", value: 0.5 }] });
    const answers = [await client.answer(), await client.answer()];
    assert.deepEqual(answers, ["/done /synth/attackSeconds", "/done /synth/releaseSeconds"]);
    assert.equal(await client.ask("//attack*", "f", 0.1), "/done /synth/attackSeconds");
    assert.equal(await client.ask("/nowhere/*"), "/fail /nowhere/* no address matches this pattern");
    assert.match(await client.ask("/synth/[a"), /^\/fail \/synth\/\[a pattern, character 9: expected "]"/);
    assert.equal(await client.ask("/panic"), "/done /panic");
  }));

Deno.test("every unknown address is answered; of a flood of them, only some with suggestions", () =>
  withOsc(async ({ client }) => {
    const unknown = { address: "/nte", args: [] };
    await client.send({ timeTag: immediately, elements: Array.from({ length: 100 }, () => unknown) });
    const answers = [];
    for (let count = 0; count < 100; count++) answers.push(await client.answer());
    assert.ok(
      answers.every((answer) => /^\/fail \/nte there is no such address; .*\/help lists all$/.test(answer)),
    );
    assert.match(answers[0], /the nearest are \/note/);
    assert.equal(answers.filter((answer) => answer.includes("nearest")).length, 50);
  }));

Deno.test("faults are refused over OSC where they are off", () =>
  withOsc(async ({ client }) => {
    assert.match(
      await client.ask("/engine/fault", "ss", "kill", "primary"),
      /^\/fail .*UNDERSTUDY_FAULTS=on/,
    );
  }, { UNDERSTUDY_FAULTS: "off" }));

Deno.test("garbage is counted and the listener goes on", () =>
  withOsc(async ({ client, admission }) => {
    for (let index = 0; index < 50; index++) await client.send(new Uint8Array(index).fill(index * 7));
    assert.equal(await client.ask("/panic"), "/done /panic");
    assert.equal(admission.counts.malformed, 50);
  }));

Deno.test("the messages of a bundle are answered one by one, and sound at its time tag", () =>
  inFolder(async (folder) => {
    const session = `${folder}/a.session`;
    await withOscServer(async (client, { engine, clock, playUntil, settled }) => {
      /** Waits until there are this many answers, and takes them out as text. */
      const answers = async (count: number) => {
        await until(`${count} answers`, () => client.answers.length >= count);
        return client.answers.splice(0).map(messageText);
      };
      const play = (number: number): OscMessage => ({
        address: "/note",
        args: [{ type: "i", value: number }, { type: "f", value: 1 }],
      });
      const atMs = clock.unixMs + 500;
      const later = { timeTag: timeTagOf(atMs + 100), elements: [{ address: "/panic", args: [] }] };
      await client.send({
        timeTag: timeTagOf(atMs),
        elements: [play(60), { address: "/wrong", args: [] }, play(64), later],
      });
      const first = await answers(4);
      assert.deepEqual(first.filter((answer) => answer.startsWith("/done")), [
        "/done /note",
        "/done /note",
        "/done /panic",
      ]);
      assert.equal(first.filter((answer) => answer.startsWith("/fail /wrong")).length, 1);
      await client.send({ timeTag: timeTagOf(atMs - 60_000), elements: [play(70)] });
      const [done, late] = await answers(2);
      assert.equal(done, "/done /note");
      assert.match(late, /^\/late \/note 595\d\d(\.\d+)?$/);
      await client.send({
        timeTag: immediately,
        elements: [{ address: "/off", args: [{ type: "i", value: 70 }] }],
      });
      assert.deepEqual(await answers(1), ["/done /off"]);
      await playUntil("the time of every command", () => engine.status().waitingCommands === 0);
      await settled();
    }, { driver: "manual", environment: { UNDERSTUDY_SESSION: session } });
    const result = await renderAgain(session);
    assert.equal(result.differingBlocks, 0);
    assert.ok(result.samples.some((sample) => sample !== 0));
  }));

Deno.test("an enclosed time tag that is earlier takes that of the bundle around it", () =>
  withOscServer(async (client, { clock }) => {
    const atMs = clock.unixMs + 500;
    const panic = { address: "/panic", args: [] };
    const earlier = { timeTag: timeTagOf(atMs - 60_000), elements: [panic] };
    await client.send({ timeTag: timeTagOf(atMs), elements: [panic, earlier] });
    await client.ask("/pedal", "i", 0);
    assert.deepEqual(client.answers.map(messageText), ["/done /panic", "/done /panic", "/done /pedal"]);
  }, { driver: "manual" }));

Deno.test("100 times started and stopped, the listener leaves no thread and no descriptor", async () => {
  const admission = new TestAdmission(new Echo()); // no engine: its threads come and go
  const count = () => ["fd", "task"].map((kind) => [...Deno.readDirSync(`/proc/self/${kind}`)].length);
  let early: number[] = [];
  for (let cycle = 0; cycle < 100; cycle++) {
    const listener = UdpListener.bind({ hostname: "127.0.0.1", port: 0 });
    listener.serve(admission);
    const client = new Client(listener.address);
    assert.match(await client.ask("/panic"), /^\/echo \/panic /);
    client.close();
    await listener.stop();
    if (cycle === 9) early = count();
  }
  // the runtime ends idle threads of its own after ten seconds
  await until(`at most ${early[0]} descriptors and ${early[1] + 1} threads`, () => {
    const [descriptors, threads] = count();
    return descriptors <= early[0] && threads <= early[1] + 1;
  });
});

requirement({
  name: "a client from elsewhere, oscsend, is understood over UDP and over TCP",
  fn: async () => {
    const { engine } = await startTestEngine({ patch: (format) => compilePatch("sines", format) });
    const udp = UdpListener.bind({ hostname: "127.0.0.1", port: 0 });
    const tcp = TcpListener.bind({ hostname: "127.0.0.1", port: 0, framing: "length" });
    const space = new AddressSpace({ engine, version: "1", loadPatch: noPatch, onQuit: () => {} });
    const admission = new TestAdmission(space, { onNotice: (text) => assert.fail(text) });
    for (const listener of [udp, tcp]) listener.serve(admission);
    for (const url of [`osc.udp://${udp.address}/`, `osc.tcp://${tcp.address}/`]) {
      const sent = await new Deno.Command("oscsend", { args: [url, "/note", "if", "60", "0.8"] }).output();
      assert.ok(sent.success, url);
      await until(`${url}: the note is heard`, () => engine.takePeak() > 0.01);
      await until("its voice is counted", () => engine.voices()[0] === 1);
      engine.submit([{ kind: "panic" }]);
      await until("it is silent", () => engine.voices()[0] === 0);
      engine.takePeak();
    }
    for (const listener of [udp, tcp]) await listener.stop();
    space.stop();
    await engine.stop();
  },
}, { commands: ["oscsend"], install: "apt-get install liblo-tools" });

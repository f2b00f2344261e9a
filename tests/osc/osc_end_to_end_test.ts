/** The OSC side against the real engine, over a real socket. */
import assert from "node:assert/strict";
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
import { PortInUseError } from "../../osc/transport/port_in_use_error.ts";
import { TcpListener } from "../../osc/transport/tcp_listener.ts";
import { immediately, timeTagOf } from "../../osc/packet/time_tag.ts";
import { patchNamed } from "../../patches/ready/catalogue.ts";
import { compilePatch } from "../../patches/loading/compile_named.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";
import { requirement } from "../../testing/requirement.ts";
import { senderAt } from "../../testing/osc/recording_sender.ts";
import { renderAgain, startTestEngine } from "../../testing/test_engine.ts";

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

async function withOsc(
  work: (client: Client, troubles: () => number, quits: () => number) => Promise<void>,
  environment = {},
): Promise<void> {
  const { engine, patch } = await startTestEngine({
    patch: (format) => compilePatch("sines", format),
    environment,
  });
  const { native } = await nativeForTests();
  const troubles: string[] = [];
  let quits = 0;
  const listener = UdpListener.bind({
    hostname: "127.0.0.1",
    port: 0,
    onTrouble: (text) => troubles.push(text),
    access: (address: Deno.NetAddr) => Datagrams.open(native, address),
  });
  listener.serve(new AddressSpace({ engine, version: "1.2.3", loadPatch: noPatch, onQuit: () => quits++ }));
  const client = new Client(listener.address);
  try {
    await work(client, () => listener.troubles, () => quits);
  } finally {
    client.close();
    await listener.stop();
    await engine.stop();
  }
  assert.equal(patch.name, "sines");
}

Deno.test("every command is answered to its sender, with what was wrong and what is nearest", () =>
  withOsc(async (client, _, quits) => {
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
    assert.match(await client.ask("/panic", "i", 1), /expected no arguments, found 1/);
    assert.equal(await client.ask("/version"), `/version.reply understudy 1.2.3 deno ${Deno.version.deno}`);
    assert.equal(await client.answer(), "/done /version");
    assert.match(
      await client.ask("/status"),
      /^\/status\.reply state running driver clock .*rendererIds\.primary \d+.*concealedFrames \d+/,
    );
    assert.equal(await client.answer(), "/done /status");
    assert.equal(await client.ask("/sync", "i", 42), "/synced 42");
    assert.equal(await client.answer(), "/done /sync");
  }));

Deno.test("a message whose address is a pattern reaches every method that it matches, in one block", () =>
  withOsc(async (client) => {
    await client.send({ address: "/synth/{attack,release}Seconds", args: [{ type: "f", value: 0.5 }] });
    const answers = [await client.answer(), await client.answer()];
    assert.deepEqual(answers, ["/done /synth/attackSeconds", "/done /synth/releaseSeconds"]);
    assert.equal(await client.ask("//attack*", "f", 0.1), "/done /synth/attackSeconds");
    assert.equal(await client.ask("/nowhere/*"), "/fail /nowhere/* no address matches this pattern");
    assert.match(await client.ask("/synth/[a"), /^\/fail \/synth\/\[a pattern, character 9: expected "]"/);
    assert.equal(await client.ask("/panic"), "/done /panic");
  }));

/** An engine's methods and who sends to them, without a socket between. */
async function startSpace() {
  const { engine } = await startTestEngine({ patch: (format) => compilePatch("sines", format) });
  const space = new AddressSpace({
    engine,
    version: "1",
    loadPatch: () => Promise.resolve(),
    onQuit: () => {},
  });
  const sender = senderAt("127.0.0.1");
  const stop = async () => {
    space.stop();
    await engine.stop();
  };
  return { engine, space, sender, stop };
}

Deno.test("patterns of one bundle reach so many methods and no more, and who sent it is told", async () => {
  const { space, sender, stop } = await startSpace();
  const wide: OscMessage = {
    address: "//{pan,attackSeconds,releaseSeconds}",
    args: [{ type: "f", value: 0.1 }],
  };
  space.dispatch({ timeTag: immediately, elements: Array.from({ length: 700 }, () => wide) }, sender);
  await stop();
  const answers = sender.answers();
  assert.equal(answers.filter((answer) => answer.startsWith("/done")).length, 682 * 3);
  assert.equal(answers.filter((answer) => /at most 2048 methods/.test(answer)).length, 18);
});

Deno.test("no step of a bundle is more than a few messages, whatever it holds, and all is answered in the end", async () => {
  const { space, sender, stop } = await startSpace();
  const all = space.methods.length;
  const pan: OscMessage = { address: "/synth/pan", args: [{ type: "f", value: 0.1 }] };
  const contents: Record<string, [(index: number) => OscMessage, number]> = {
    "changes": [() => pan, 1_024],
    "questions": [() => ({ address: "/help", args: [] }), 1_024 * (all + 1)],
    "patterns": [(index) => ({ ...pan, address: `//{pan,x${index}}` }), 1_024],
    "wrong": [() => ({ address: "/nobody", args: [] }), 1_024],
    "levels": [(index) => index % 2 ? pan : { address: "/status", args: [] }, 512 * 3],
  };
  for (const [name, [message, wanted]] of Object.entries(contents)) {
    const elements = Array.from({ length: 1_024 }, (_, index) => message(index));
    const steps = space.begin({ timeTag: immediately, elements }, sender)!;
    let answered = 0;
    for (let more = true; more;) {
      more = !steps.next().done;
      const answers = sender.replies.splice(0).length;
      answered += answers;
      assert.ok(answers <= all + 32, `${name}: ${answers} answers in one step`);
    }
    assert.equal(answered, wanted, name);
  }
  await stop();
});

Deno.test("a bundle that was begun for one patch is refused, not misunderstood, when another plays at its end", async () => {
  const { engine, space, sender, stop } = await startSpace();
  const gain: OscMessage = { address: "/master/gainDb", args: [{ type: "f", value: -20 }] }; // both patches have it
  const steps = space.begin(
    { timeTag: immediately, elements: Array.from({ length: 100 }, () => gain) },
    sender,
  )!;
  assert.equal(steps.next().done, false);
  const { sampleRateHz, blockFrames } = engine.status();
  await engine.loadPatch(
    patchNamed("keys").build({
      sampleRateHz,
      channels: 2,
      inputChannels: 0,
      maximumBlockFrames: blockFrames,
    }),
  );
  while (!steps.next().done);
  const answers = sender.answers();
  assert.equal(answers.length, 100);
  for (const answer of answers) assert.match(answer, /^\/fail \/master\/gainDb another patch plays/);
  const index = engine.parameters.findIndex(({ address }) => address === "master/gainDb");
  assert.notEqual(engine.parameterValue(index), -20);
  await stop();
});

Deno.test("every unknown address is answered; of a flood of them, only some with suggestions", () =>
  withOsc(async (client) => {
    const unknown = { address: "/nte", args: [] };
    await client.send({ timeTag: immediately, elements: Array.from({ length: 100 }, () => unknown) });
    const answers = [];
    for (let count = 0; count < 100; count++) answers.push(await client.answer());
    assert.ok(
      answers.every((answer) => /^\/fail \/nte there is no such address; .*\/help lists all$/.test(answer)),
    );
    assert.match(answers[0], /the nearest are \/note/);
    assert.doesNotMatch(answers[99], /nearest/);
  }));

Deno.test("faults are refused over OSC where they are off", () =>
  withOsc(async (client) => {
    assert.match(
      await client.ask("/engine/fault", "ss", "kill", "primary"),
      /^\/fail .*UNDERSTUDY_FAULTS=on/,
    );
  }, { UNDERSTUDY_FAULTS: "off" }));

Deno.test("garbage is counted and the listener goes on", () =>
  withOsc(async (client, troubles) => {
    for (let index = 0; index < 50; index++) await client.send(new Uint8Array(index).fill(index * 7));
    assert.equal(await client.ask("/panic"), "/done /panic");
    assert.equal(troubles(), 50);
  }));

Deno.test("what a bundle holds is answered one by one, and sounds at its time tag", async () => {
  const folder = await Deno.makeTempDir();
  const environment = { UNDERSTUDY_SESSION: `${folder}/a.session` };
  await withOsc(async (client) => {
    await new Promise((done) => setTimeout(done, 200));
    const play = (number: number): OscMessage => ({
      address: "/note",
      args: [{ type: "i", value: number }, { type: "f", value: 1 }],
    });
    const atMs = performance.timeOrigin + performance.now() + 500;
    const later = { timeTag: timeTagOf(atMs + 100), elements: [{ address: "/panic", args: [] }] };
    await client.send({
      timeTag: timeTagOf(atMs),
      elements: [play(60), { address: "/wrong", args: [] }, play(64), later],
    });
    const answers = [
      await client.answer(),
      await client.answer(),
      await client.answer(),
      await client.answer(),
    ];
    assert.deepEqual(answers.filter((answer) => answer.startsWith("/done")), [
      "/done /note",
      "/done /note",
      "/done /panic",
    ]);
    assert.equal(answers.filter((answer) => answer.startsWith("/fail /wrong")).length, 1);
    await client.send({ timeTag: timeTagOf(atMs - 60_000), elements: [play(70)] });
    assert.equal(await client.answer(), "/done /note");
    assert.match(await client.answer(), /^\/late \/note 59\d\d\d|^\/late \/note 60\d\d\d/);
    await client.send({
      timeTag: immediately,
      elements: [{ address: "/off", args: [{ type: "i", value: 70 }] }],
    });
    assert.equal(await client.answer(), "/done /off");
    await new Promise((done) => setTimeout(done, 900));
  }, environment);
  const result = await renderAgain(environment.UNDERSTUDY_SESSION);
  assert.equal(result.differingBlocks, 0);
  assert.ok(result.samples.some((sample) => sample !== 0));
  await Deno.remove(folder, { recursive: true });
});

Deno.test("an enclosed time tag that is earlier takes that of the bundle around it", () =>
  withOsc(async (client) => {
    const atMs = performance.timeOrigin + performance.now() + 500;
    const panic = { address: "/panic", args: [] };
    const earlier = { timeTag: timeTagOf(atMs - 60_000), elements: [panic] };
    await client.send({ timeTag: timeTagOf(atMs), elements: [panic, earlier] });
    assert.equal(await client.answer(), "/done /panic");
    assert.equal(await client.answer(), "/done /panic");
    assert.equal(await client.ask("/pedal", "i", 0), "/done /pedal"); // and no /late between
  }));

Deno.test("a taken port is an error that names the remedy", async () => {
  const options = { hostname: "127.0.0.1", port: 0, onTrouble: () => {} };
  const first = UdpListener.bind(options);
  const port = Number(first.address.split(":")[1]);
  assert.throws(
    () => UdpListener.bind({ ...options, port }),
    (error: Error) => error instanceof PortInUseError && /UNDERSTUDY_OSC_PORT/.test(error.message),
  );
  await first.stop();
});

Deno.test("100 times started and stopped, the listener leaves no thread and no descriptor", async () => {
  const { engine } = await startTestEngine({ patch: (format) => compilePatch("sines", format) });
  const space = new AddressSpace({ engine, version: "1", loadPatch: noPatch, onQuit: () => {} });
  const count = () => ["fd", "task"].map((kind) => [...Deno.readDirSync(`/proc/self/${kind}`)].length);
  let early: number[] = [];
  for (let cycle = 0; cycle < 100; cycle++) {
    const listener = UdpListener.bind({ hostname: "127.0.0.1", port: 0, onTrouble: () => {} });
    listener.serve(space);
    const client = new Client(listener.address);
    assert.equal(await client.ask("/panic"), "/done /panic");
    client.close();
    await listener.stop();
    if (cycle === 9) early = count();
  }
  const late = count();
  await engine.stop();
  assert.ok(late[0] <= early[0], `descriptors: ${early[0]}, then ${late[0]}`);
  assert.ok(late[1] <= early[1] + 1, `threads: ${early[1]}, then ${late[1]}`);
});

requirement({
  name: "a client that nobody here wrote, oscsend, is understood over UDP and over TCP",
  fn: async () => {
    const { engine } = await startTestEngine({ patch: (format) => compilePatch("sines", format) });
    const listener = UdpListener.bind({
      hostname: "127.0.0.1",
      port: 0,
      onTrouble: (text) => assert.fail(text),
    });
    const streams = TcpListener.bind({
      hostname: "127.0.0.1",
      port: 0,
      framing: "length",
      intake: listener.intake,
    });
    const space = new AddressSpace({ engine, version: "1", loadPatch: noPatch, onQuit: () => {} });
    listener.serve(space);
    streams.serve(space);
    for (const url of [`osc.udp://${listener.address}/`, `osc.tcp://${streams.address}/`]) {
      const sent = await new Deno.Command("oscsend", { args: [url, "/note", "if", "60", "0.8"] }).output();
      await new Promise((done) => setTimeout(done, 100));
      await engine.settled();
      const peak = engine.takePeak();
      assert.ok(sent.success && peak > 0.01, `${url}: peak ${peak}`);
      engine.submit([{ kind: "panic" }]);
      await new Promise((done) => setTimeout(done, 100));
      engine.takePeak();
    }
    await streams.stop();
    await listener.stop();
    await engine.stop();
  },
}, { commands: ["oscsend"], install: "apt-get install liblo-tools" });

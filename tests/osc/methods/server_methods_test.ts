/**
 * The server's own language, over a real socket against the real engine.
 *
 * Covers: osc/methods/server_methods.ts, osc/subscriptions/notifications.ts, osc/subscriptions/meters.ts, osc/methods/help.ts, osc/methods/method.ts, osc/methods/parameter_groups.ts,
 *   osc/methods/address_space.ts, osc/transport/intake.ts
 */
import assert from "node:assert/strict";
import { patchNamed } from "../../../patches/ready/catalogue.ts";
import { immediately, timeTagOf } from "../../../osc/packet/time_tag.ts";
import { until } from "../../../testing/test_engine.ts";
import { startOscServer } from "../../../testing/osc/osc_server.ts";
import { UdpClient } from "../../../testing/osc/udp_client.ts";

async function withServer(
  work: (client: UdpClient, server: Awaited<ReturnType<typeof startOscServer>>) => Promise<void>,
  options: Parameters<typeof startOscServer>[0] = {},
): Promise<void> {
  const server = await startOscServer(options);
  const client = new UdpClient(server.address);
  try {
    await work(client, server);
  } finally {
    await client.close();
    await server.stop();
  }
}

Deno.test("the value of every parameter can be asked for: defaults, what was set, and after a renderer fell", () =>
  withServer(async (client, { engine }) => {
    for (const { address, default: declared } of engine.parameters) {
      const [reply] = await client.ask("/get", "s", address);
      assert.equal(reply, `/get.reply /${address} ${Math.fround(declared)}`);
    }
    await client.ask("/keys/cutoffHz", "f", 1_200);
    await client.ask("/engine/fault", "ss", "kill", "primary");
    assert.equal((await client.ask("/get", "s", "/keys/cutoffHz"))[0], "/get.reply /keys/cutoffHz 1200");
    assert.match(
      (await client.ask("/get", "s", "/keys/cutof"))[0],
      /no parameter; the nearest are \/keys\/cutoffHz/,
    );
  }));

Deno.test("a group of parameters is set by one message, all or none", () =>
  withServer(async (client) => {
    assert.deepEqual(await client.ask("/keys", "sfsi", "cutoffHz", 900, "q", 3), ["/done /keys"]);
    assert.deepEqual(await client.ask("/master", "sf", "gainDb", -12), ["/done /master"]);
    const values = async () =>
      [await client.ask("/get", "s", "/keys/cutoffHz"), await client.ask("/get", "s", "/keys/q")].map((
        [each],
      ) => each);
    assert.deepEqual(await values(), ["/get.reply /keys/cutoffHz 900", "/get.reply /keys/q 3"]);
    const wrong: [RegExp, string, ...(string | number)[]][] = [
      [/there is no parameter qq; the nearest is q$/, "sfsf", "cutoffHz", 100, "qq", 1],
      [/q: expected [\d.]+ to 20 1, found 99/, "sfsf", "cutoffHz", 100, "q", 99],
      [/expected pairs of name and value, found 1 arguments/, "s", "cutoffHz"],
      [/argument 1: expected a name, found ,f/, "ff", 1, 2],
      [/expected ,f, found ,s/, "ss", "cutoffHz", "q"],
    ];
    for (const [reason, types, ...args] of wrong) {
      assert.match((await client.ask("/keys", types, ...args))[0], reason);
    }
    assert.deepEqual(await values(), ["/get.reply /keys/cutoffHz 900", "/get.reply /keys/q 3"]);
  }));

Deno.test("the tree tells the patch, its instruments with their voices, and every parameter", () =>
  withServer(async (client, { engine }) => {
    for (const note of [60, 64, 67]) await client.ask("/note", "if", note, 1);
    await until("three voices sound", () => engine.voices()[0] === 3);
    const tree = await client.ask("/tree");
    assert.equal(tree[0], "/tree.patch keys");
    assert.equal(tree[1], "/tree.instrument /keys 3");
    assert.equal(tree.length, 2 + engine.parameters.length + 1);
    assert.ok(tree.includes("/tree.parameter /keys/pan 0 -1 1 1 linear"), tree.join("\n"));
  }));

Deno.test("who asked is told of faults, roles, lockstep and silence, until it leaves", () =>
  withServer(async (client) => {
    assert.ok((await client.ask("/notify", "i", 1)).includes("/notify.reply 300"));
    await client.ask("/note", "if", 60, 1);
    await new Promise((done) => setTimeout(done, 60)); // long enough to be counted as a voice
    await client.ask("/engine/fault", "ss", "kill", "primary");
    await until("the engine is whole again", () => client.heard("/event/lockstep").length > 0);
    assert.ok(
      client.heard("/event/fault").some((each) => /^\/event\/fault primary \d+ exit \d+$/.test(each)),
    );
    assert.ok(client.heard("/event/role").some((each) => /^\/event\/role primary \d+$/.test(each)));
    await client.ask("/panic");
    await until("silence is told", () => client.heard("/event/silent").length > 0);
    assert.equal(client.heard("/event/silent")[0], "/event/silent keys");
    await client.ask("/notify", "i", 0);
    const before = client.answers.filter(({ address }) => address.startsWith("/event/")).length;
    await client.ask("/engine/failover");
    await client.ask("/sync", "i", 1);
    assert.equal(client.answers.filter(({ address }) => address.startsWith("/event/")).length, before);
    assert.match((await client.ask("/notify", "i", 2))[0], /expected 0 or 1, found 2/);
  }));

Deno.test("meters come with a peak for each channel, follow the pan, and end when asked", () =>
  withServer(async (client) => {
    await client.ask("/keys/pan", "f", -1);
    await client.ask("/echo/gainDb", "f", -90);
    await client.ask("/meters", "f", 60);
    await client.ask("/note", "if", 48, 1);
    const loudLeft = () =>
      client.answers.some(({ address, args }) => {
        const [left, right] = args.map((arg) => (arg as { value: number }).value);
        return address === "/meters" && left > 0.01 && right < left / 100;
      });
    await until("the left is loud", loudLeft);
    await client.ask("/meters", "i", 0);
    const count = client.heard("/meters").length;
    await new Promise((done) => setTimeout(done, 100));
    assert.equal(client.heard("/meters").length, count);
    assert.match((await client.ask("/meters", "f", 1_000))[0], /expected 0, or 0.5 to 60 Hz, found 1000/);
  }));

Deno.test("help tells every address, one address, and what is near a wrong one", () =>
  withServer(async (client) => {
    const all = await client.ask("/help");
    for (const address of ["/note", "/keys/cutoffHz", "/keys", "/status", "/quit", "/help"]) {
      assert.ok(all.some((line) => line.startsWith(`/help.reply ${address} `)), address);
    }
    assert.match(
      (await client.ask("/help", "s", "/clear"))[0],
      /^\/help\.reply \/clear {2}drops every command/,
    );
    assert.match((await client.ask("/help", "s", "/cler"))[0], /no address \/cler; the nearest are \/clear,/);
    assert.match(
      (await client.ask("/statuss"))[0],
      /no such address; the nearest are \/status, .*\/help lists all/,
    );
  }));

Deno.test("a clear empties the queue; inside a bundle with a time it is refused and the rest is heard", () =>
  withServer(async (client, { engine }) => {
    const note = { address: "/note", args: [{ type: "i", value: 60 }, { type: "f", value: 1 }] } as const;
    const laterMs = performance.timeOrigin + performance.now() + 3_600_000;
    await client.send({
      timeTag: timeTagOf(laterMs),
      elements: [note, { address: "/clear", args: [] }, note],
    });
    await until("both notes wait", () => engine.status().waitingCommands === 2);
    await until("the clear is refused", () => client.heard("/fail").length > 0);
    assert.match(client.heard("/fail")[0], /^\/fail \/clear acts at once/);
    assert.deepEqual(await client.ask("/clear"), ["/done /clear"]);
    assert.equal(engine.status().waitingCommands, 0);
    await client.send({ timeTag: immediately, elements: [{ address: "/clear", args: [] }] });
    await until(
      "it is done",
      () => client.heard("/done").filter((each) => each === "/done /clear").length === 2,
    );
  }));

Deno.test("the status tells state, roles, load, both latencies, concealed and rescued counts, the device, the traffic, and MIDI", () =>
  withServer(async (client) => {
    const [status] = await client.ask("/status");
    for (
      const name of [
        "state running",
        "rendererIds.primary \\d+",
        "callbackLoad [\\d.e-]+",
        "latencyMs 10\\.6",
        "measuredLatencyMs [\\d.]+",
        "concealedFrames \\d+",
        "rescuedBlocks \\d+",
        "device clock \\(no sound\\)",
        "usesJack false",
        "voices 0",
        "waitingCommands 0",
        "osc.packets \\d+",
        "osc.forbidden 0",
        "osc.rateLimited 0",
        "osc.malformed 0",
        "midi.connections 2",
      ]
    ) assert.match(status, new RegExp(` ${name}`));
  }));

Deno.test("what comes in is written to the log while that is asked for, a secret is not", () =>
  withServer(async (client, { dumped }) => {
    await client.ask("/note", "if", 60, 1);
    await client.ask("/dump", "i", 1);
    await client.ask("/note", "if", 61, 1);
    await client.ask("/login", "s", "hush hush");
    await client.ask("/dump", "i", 0);
    await client.ask("/note", "if", 62, 1);
    assert.deepEqual(dumped.map((line) => line.replace(/^\S+ /, "")), [
      "/note ,if 61 1",
      "/login ,s (not shown)",
      "/dump ,i 0",
    ]);
  }));

Deno.test("when another patch plays it is told, its addresses are there, and what both have keeps its value", () =>
  withServer(async (client, { engine }) => {
    await client.ask("/notify", "i", 1);
    await client.ask("/master/gainDb", "f", -20);
    assert.match((await client.ask("/synth/pan", "f", 0.5)).at(-1)!, /no such address/);
    const { sampleRateHz, blockFrames } = engine.status();
    await engine.loadPatch(
      patchNamed("sines").build({
        sampleRateHz,
        channels: 2,
        inputChannels: 0,
        maximumBlockFrames: blockFrames,
      }),
    );
    assert.equal((await client.ask("/synth/pan", "f", 0.5)).at(-1), "/done /synth/pan"); // events may come before
    assert.match((await client.ask("/keys/pan", "f", 0.5)).at(-1)!, /no such address/);
    const got = await client.ask("/get", "s", "/master/gainDb");
    assert.ok(got.includes("/get.reply /master/gainDb -20"), got.join("\n"));
    assert.deepEqual(client.heard("/event/patch"), ["/event/patch sines"]);
    await client.ask("/note", "if", 60, 1);
    await until("its voices are counted", () => engine.voices()[0] === 1);
  }));

Deno.test("who asks not to be answered is told only what fails and what it asks for; others are answered as before", () =>
  withServer(async (client, { address, engine }) => {
    const other = new UdpClient(address);
    await client.say("/answer", "i", 0);
    await until("it is said", () => client.heard("/answer.reply").length === 1);
    assert.deepEqual(client.heard("/answer.reply"), ["/answer.reply 0"]);
    for (const value of [0.1, 0.2, 0.3]) await client.say("/keys/pan", "f", value);
    await client.send({
      timeTag: immediately,
      elements: [0.4, 0.5].map((value) => ({ address: "/keys/pan", args: [{ type: "f", value }] })),
    });
    await client.say("/keys/pan", "f", 99);
    await client.say("/get", "s", "/keys/pan");
    await until("what was asked for is there", () => client.heard("/get.reply").length === 1);
    assert.deepEqual(client.heard("/get.reply"), ["/get.reply /keys/pan 0.5"]);
    assert.equal(client.heard("/fail").length, 1);
    assert.match(client.heard("/fail")[0], /^\/fail \/keys\/pan expected/);
    assert.deepEqual(client.heard("/done"), []);
    assert.deepEqual(await other.ask("/keys/pan", "f", 0.25), ["/done /keys/pan"]);
    await client.ask("/answer", "i", 1);
    assert.deepEqual(await client.ask("/keys/pan", "f", 0.75), ["/done /keys/pan"]);
    const pan = engine.parameters.findIndex((parameter) => parameter.address === "keys/pan");
    assert.equal(engine.parameterValue(pan), 0.75);
    await other.close();
  }));

Deno.test("no pattern reaches what ends the engine or changes who is told", () =>
  withServer(async (client, { quits }) => {
    await client.say("/*");
    await client.say("//quit");
    await until(
      "both are answered",
      () => client.heard("/fail").filter((each) => each.includes("/quit")).length > 0,
    );
    assert.equal(quits(), 0);
    assert.ok(!client.heard("/done").includes("/done /quit"));
  }));

Deno.test("an address of 60,000 letters costs no more than another", () =>
  withServer(async (client) => {
    const address = `/${"a".repeat(59_000)}`;
    const [reply] = await client.ask(address);
    assert.match(reply, /the nearest are/);
  }));

Deno.test("with a secret the sound is the senders' who said it; everybody may ask", () =>
  withServer(async (client, { engine, address }) => {
    const other = new UdpClient(address);
    for (
      const [what, types, ...args] of [["/note", "if", 60, 1], ["/keys", "sf", "q", 2], ["/clear"], ["/quit"]]
    ) {
      const [answer] = await client.ask(String(what), String(types ?? ""), ...args);
      assert.match(answer, /^\/fail .*log in first/);
    }
    assert.equal((await client.ask("/get", "s", "/keys/q"))[0], "/get.reply /keys/q 1.5");
    assert.match((await client.ask("/login", "s", "wrong wrong"))[0], /not the secret; try again in 1 s/);
    assert.match((await client.ask("/login", "s", "open sesame"))[0], /too many wrong secrets/);
    await new Promise((done) => setTimeout(done, 1_100));
    assert.deepEqual(await client.ask("/login", "s", "open sesame"), ["/done /login"]);
    assert.deepEqual(await client.ask("/keys", "sf", "q", 2), ["/done /keys"]);
    assert.match((await other.ask("/note", "if", 60, 1))[0], /log in first/);
    await other.close();
    assert.equal(engine.voices()[0], 0);
  }, { secret: "open sesame" }));

Deno.test("a read-only network may ask and listen, and change nothing", () =>
  withServer(async (client) => {
    assert.match((await client.ask("/note", "if", 60, 1))[0], /^\/fail \/note 127\.0\.0\.1 may only read/);
    assert.match((await client.ask("/dump", "i", 1))[0], /may only read/);
    assert.equal((await client.ask("/notify", "i", 1)).at(-1), "/done /notify");
    assert.equal((await client.ask("/sync", "i", 5))[0], "/synced 5");
  }, { allow: "", readOnly: "127.0.0.1" }));

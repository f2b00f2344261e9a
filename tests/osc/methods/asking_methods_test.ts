import assert from "node:assert/strict";
import { askingMethods } from "../../../osc/methods/asking_methods.ts";
import { withOscServer } from "../../../testing/osc/osc_server.ts";
import { until } from "../../../testing/until.ts";

Deno.test("the value of every parameter can be asked for: defaults, what was set, and after a renderer fell", () =>
  withOscServer(async (client, { engine }) => {
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

Deno.test("the tree tells the patch, its instruments with their voices, and every parameter", () =>
  withOscServer(async (client, { engine }) => {
    for (const note of [60, 64, 67]) await client.ask("/note", "if", note, 1);
    await until("three voices sound", () => engine.voices()[0] === 3);
    const tree = await client.ask("/tree");
    assert.equal(tree[0], "/tree.patch keys");
    assert.equal(tree[1], "/tree.instrument /keys 3");
    assert.equal(tree.length, 2 + engine.parameters.length + 1);
    assert.ok(tree.includes("/tree.parameter /keys/pan 0 -1 1 1 linear"), tree.join("\n"));
  }));

Deno.test("help tells every address, one address, and what is near a wrong one", () =>
  withOscServer(async (client) => {
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

Deno.test("the status tells state, roles, load, both latencies, concealed and rescued counts, the device, the traffic, and MIDI", () =>
  withOscServer(async (client) => {
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
        "driver clock",
        "periodFrames 128",
        "deviceLosses 0",
        "deviceAttempts 0",
        "unheardFrames 0",
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

Deno.test("a sync is answered with its number once everything sent before was handed to the device", () =>
  withOscServer(async (client, { engine, playUntil }) => {
    await client.say("/note", "if", 60, 1);
    await client.say("/sync", "i", 7);
    await client.ask("/help", "s", "/sync");
    assert.deepEqual(client.heard("/synced"), [], "the device stands still");
    await playUntil("it is synced", () => client.heard("/done").includes("/done /sync"));
    assert.deepEqual(client.heard("/synced"), ["/synced 7"]);
    assert.deepEqual(client.heard("/done").filter((each) => each !== "/done /help"), [
      "/done /note",
      "/done /sync",
    ]);
    assert.ok(engine.takePeak() > 0, "the note was handed to the device");
  }, { driver: "manual" }));

Deno.test("every admitted sender may ask: no question changes anything", () =>
  withOscServer(async (_, { engine }) => {
    const none = () => ({});
    const parts = {
      engine,
      version: "1",
      traffic: none,
      midi: none,
      timecode: none,
      inputs: none,
      methods: () => [],
    };
    const methods = askingMethods(parts);
    assert.deepEqual(methods.map(({ address }) => address), [
      "/status",
      "/version",
      "/help",
      "/get",
      "/tree",
      "/sync",
    ]);
    assert.ok(methods.every(({ access }) => access === "read"));
    await Promise.resolve();
  }));

Deno.test("an address of 60,000 letters costs no more than another", () =>
  withOscServer(async (client) => {
    const address = `/${"a".repeat(59_000)}`;
    const [reply] = await client.ask(address);
    assert.match(reply, /the nearest are/);
  }));

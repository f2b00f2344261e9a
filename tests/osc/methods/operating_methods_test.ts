import assert from "node:assert/strict";
import { immediately } from "../../../osc/packet/time_tag.ts";
import { patchNamed } from "../../../patches/ready/catalogue.ts";
import { operatingMethods } from "../../../osc/methods/operating_methods.ts";
import { senderAt } from "../../../testing/osc/recording_sender.ts";
import { withOscServer } from "../../../testing/osc/osc_server.ts";
import { until } from "../../../testing/until.ts";
import { timeTagOf } from "../../../testing/osc/time_tag_of.ts";

Deno.test("a clear empties the queue; inside a bundle with a time it is refused and the rest is heard", () =>
  withOscServer(async (client, { engine }) => {
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

Deno.test("the lookahead is set while it plays, listeners hear of it, and one that does not fit is refused with the range", () =>
  withOscServer(async (client, { engine }) => {
    await client.ask("/notify", "i", 1);
    assert.equal((await client.ask("/engine/lookahead", "i", 8)).at(-1), "/done /engine/lookahead");
    assert.equal(engine.status().lookaheadBlocks, 8);
    await until(
      "the event",
      () => client.heard("/event/lookahead").some((event) => /lookahead 8 21\.3/.test(event)),
    );
    assert.match((await client.ask("/engine/lookahead", "i", 1)).at(-1)!, /expected 2 to 96 blocks/);
    await client.ask("/engine/lookahead", "i", 0);
    assert.equal(engine.status().lookaheadBlocks, 4);
  }));

Deno.test("every message is written to the log while that is asked for, a secret is not", () =>
  withOscServer(async (client, { dumped }) => {
    await client.ask("/note", "if", 60, 1);
    assert.deepEqual(await client.ask("/dump", "i", 1), ["/done /dump"]);
    await client.ask("/note", "if", 61, 1);
    await client.ask("/login", "s", "hush hush");
    await client.ask("/nte", "if", 60, 0.5);
    await client.send({
      timeTag: immediately,
      elements: [{ address: "/keys/*Hz", args: [{ type: "f", value: -1 }] }, { address: "/panic", args: [] }],
    });
    await client.ask("/patch/load", "s", "nosuch");
    await client.ask("/dump", "f", 0);
    await client.ask("/note", "if", 62, 1);
    assert.deepEqual(dumped.map((line) => line.replace(/^\S+ /, "")), [
      "/note ,if 61 1",
      "/login ,s (not shown)",
      "/nte ,if 60 0.5 refused: there is no such address; the nearest are /note, /off, /get; /help lists all",
      "/keys/*Hz ,f -1",
      "/keys/cutoffHz ,f -1 refused: expected 5 to 20000 Hz, found -1",
      "/panic , ",
      "/patch/load ,s nosuch",
      "/patch/load ,s nosuch refused: this server loads no patches",
      "/dump ,f 0",
    ]);
  }));

Deno.test("when another patch plays it is told, its addresses are there, and what both have keeps its value", () =>
  withOscServer(async (client, { engine }) => {
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

Deno.test("no pattern reaches what ends the engine or changes a subscription", () =>
  withOscServer(async (client, { quits }) => {
    await client.say("/*");
    await client.say("//quit");
    await until(
      "both are answered",
      () => client.heard("/fail").filter((each) => each.includes("/quit")).length > 0,
    );
    assert.equal(quits(), 0);
    assert.ok(!client.heard("/done").includes("/done /quit"));
  }));

Deno.test("every operation needs the right to change the sound; ending and breaking the engine, its own machine too", () =>
  withOscServer(async (_, { engine }) => {
    const loaded: (string | undefined)[] = [];
    const methods = operatingMethods({
      engine,
      loadPatch: (name) => Promise.resolve(void loaded.push(name)),
      programs: ["sines", "keys"],
      onQuit: () => {},
      setDump: () => {},
      setMonitor: () => {},
    });
    const machineOnly = methods.filter(({ access }) => access === "machine").map(({ address }) => address);
    assert.deepEqual(machineOnly, ["/engine/fault", "/quit"]);
    assert.ok(methods.every(({ access }) => access !== "read"));
    const program = methods.find(({ address }) => address === "/midi/program")!;
    assert.match(program.description, /\(0 sines, 1 keys\)$/);
    const effect = program.read([{ type: "i", value: 1 }, { type: "i", value: 1 }]);
    assert.ok("act" in effect);
    await effect.act(senderAt("127.0.0.1"));
    assert.deepEqual(loaded, ["keys"]);
    const load = methods.find(({ address }) => address === "/patch/load")!;
    assert.deepEqual(load.read([{ type: "f", value: 0 }]), { commands: [] }, "a button that is let go");
    for (
      const args of [[], [{ type: "f", value: 1 }], [{ type: "I" }], [{ type: "s", value: "1" }]] as const
    ) {
      const loading = load.read(args);
      assert.ok("act" in loading);
      await loading.act(senderAt("127.0.0.1"));
    }
    assert.deepEqual(loaded.slice(1), [undefined, undefined, undefined, "1"]);
  }));

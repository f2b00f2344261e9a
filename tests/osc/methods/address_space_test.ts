import assert from "node:assert/strict";
import { AddressSpace, type AddressSpaceOptions } from "../../../osc/methods/address_space.ts";
import type { OscArgument, OscMessage } from "../../../osc/packet/packet.ts";
import { immediately } from "../../../osc/packet/time_tag.ts";
import { compilePatch } from "../../../testing/patch/compile_named.ts";
import { patchNamed } from "../../../patches/ready/catalogue.ts";
import { carryOut } from "../../../testing/osc/carry_out.ts";
import { senderAt } from "../../../testing/osc/recording_sender.ts";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";
import { until } from "../../../testing/until.ts";

/** An engine's methods and a sender, without a socket between them. */
async function startSpace(options: Partial<AddressSpaceOptions> = {}) {
  const { engine } = await startTestEngine({ patch: (format) => compilePatch("sines", format) });
  const space = new AddressSpace({
    engine,
    version: "1",
    loadPatch: () => Promise.resolve(),
    onQuit: () => {},
    ...options,
  });
  const sender = senderAt("127.0.0.1");
  const stop = async () => {
    space.stop();
    await engine.stop();
  };
  return { engine, space, sender, stop };
}

Deno.test("the number of methods that patterns of one bundle reach is limited, and the sender gets an answer", async () => {
  const { space, sender, stop } = await startSpace();
  const wide: OscMessage = {
    address: "//{pan,attackSeconds,releaseSeconds}",
    args: [{ type: "f", value: 0.1 }],
  };
  carryOut(space, { timeTag: immediately, elements: Array.from({ length: 700 }, () => wide) }, sender);
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

Deno.test("whoever shows no answers finds a refusal in the log, a failed load too, and a hint; a secret is not written", async () => {
  const lines: string[] = [];
  let nowMs = 0;
  const { engine, space, sender, stop } = await startSpace({
    onRefused: (line) => lines.push(line),
    nowMs: () => nowMs += 1_000,
    loadPatch: () => Promise.reject(new Error("no patch of this name")),
  });
  const say = (address: string, ...args: OscMessage["args"]) => carryOut(space, { address, args }, sender);
  const i = (value: number) => ({ type: "i", value }) as const;
  const f = (value: number) => ({ type: "f", value }) as const;
  say("/nte", i(60), f(0.5));
  assert.match(
    lines.pop()!,
    /^OSC from 127\.0\.0\.1:9000 \/nte ,if 60 0\.5: there is no such address; .*\/note/,
  );
  say("/synth/pan", f(3));
  assert.match(lines.pop()!, /\/synth\/pan ,f 3: expected -1 to 1 1, found 3$/);
  say("/patch/load", { type: "s", value: "nosuch" });
  await until("the load fails", () => lines.length > 0);
  assert.match(lines.pop()!, /\/patch\/load ,s nosuch: no patch of this name$/);
  say("/login", i(1));
  assert.match(lines.pop()!, /\/login ,i \(not shown\): expected ,s, found ,i$/);
  say("/synth/[a", f(3));
  assert.match(lines.pop()!, /\/synth\/\[a ,f 3: pattern, character/);
  const bundle = { timeTag: immediately, elements: [{ address: "/quitt", args: [] }] };
  carryOut(space, bundle, sender);
  assert.match(lines.pop()!, /\/quitt , : there is no such address/);
  sender.answers();
  say("/note", i(60), i(1));
  assert.match(sender.answers()[0], /^\/done \/note velocity: the integer 1 is 1 of 127/);
  assert.match(lines.pop()!, /\/note ,ii 60 1: velocity: the integer 1 is 1 of 127/);
  say("/note", i(60), f(1));
  assert.deepEqual(sender.answers(), ["/done /note"]);
  assert.deepEqual(lines, []);
  say("/status");
  assert.match(sender.answers()[0], / osc\.refusedMessages 6$/);
  assert.equal(engine.instruments[0], "synth");
  await stop();
});

Deno.test("a button triggers when it is pressed; let go, it does nothing and is confirmed", async () => {
  let quits = 0;
  const { engine, space, sender, stop } = await startSpace({ onQuit: () => quits++ });
  const roles: string[] = [];
  engine.observe((event) => event.event === "role" && roles.push(event.role));
  const answer = (address: string, argument: OscArgument) => {
    carryOut(space, { address, args: [argument] }, sender);
    return sender.answers();
  };
  for (const argument of [{ type: "f", value: 0 }, { type: "i", value: 0 }, { type: "F" }] as const) {
    for (const address of ["/panic", "/status", "/tree", "/help", "/clear", "/quit", "/engine/failover"]) {
      assert.deepEqual(answer(address, argument), [`/done ${address}`]);
    }
  }
  assert.deepEqual([quits, roles], [0, []]);
  const pressed: readonly OscArgument[] = [
    { type: "f", value: 1 },
    { type: "i", value: 1 },
    { type: "T" },
    { type: "I" },
    { type: "N" },
  ];
  for (const argument of pressed) {
    assert.deepEqual(answer("/panic", argument), ["/done /panic"]);
    assert.equal(answer("/tree", argument)[0], "/tree.patch sines");
    answer("/quit", argument);
  }
  assert.equal(quits, pressed.length);
  await stop();
});

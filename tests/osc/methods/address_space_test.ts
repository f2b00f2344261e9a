import assert from "node:assert/strict";
import { AddressSpace } from "../../../osc/methods/address_space.ts";
import type { OscMessage } from "../../../osc/packet/packet.ts";
import { immediately } from "../../../osc/packet/time_tag.ts";
import { compilePatch } from "../../../patches/loading/compile_named.ts";
import { patchNamed } from "../../../patches/ready/catalogue.ts";
import { carryOut } from "../../../testing/osc/carry_out.ts";
import { senderAt } from "../../../testing/osc/recording_sender.ts";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";

/** An engine's methods and a sender, without a socket between them. */
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

import assert from "node:assert/strict";
import { MessageRefusedError } from "../../../osc/packet/arguments.ts";
import type { OscArgument } from "../../../osc/packet/codec.ts";
import { musicMethods } from "../../../osc/methods/music_methods.ts";
import { ServerNodes } from "../../../osc/score/server_nodes.ts";
import { patchNamed } from "../../../patches/ready/catalogue.ts";
import { testFormat } from "../../../testing/patch/patch_player.ts";

const s = (value: string): OscArgument => ({ type: "s", value });
const i = (value: number): OscArgument => ({ type: "i", value });
const f = (value: number): OscArgument => ({ type: "f", value });

const { parameters } = patchNamed("keys").build(testFormat);
const methodsOf = (instruments: readonly string[]) =>
  new Map(musicMethods({ parameters, instruments }).map((method) => [method.address, method]));
const nodesOf = () => new ServerNodes(["keys"], methodsOf(["keys"]));
const start = (nodes: ServerNodes, id: number, ...controls: readonly OscArgument[]) =>
  nodes.read({ address: "/s_new", args: [s("keys"), i(id), i(0), i(1), ...controls] });
const refusal = (read: () => unknown, reason: RegExp) =>
  assert.throws(read, (error: Error) => error instanceof MessageRefusedError && reason.test(error.message));

Deno.test("a node starts a note with freq or midinote, amp or velocity, and the parameters of its instrument", () => {
  const nodes = nodesOf();
  const note = { kind: "noteOn", instrument: 0 } as const;
  assert.deepEqual(start(nodes, 1_000, s("freq"), f(220), s("amp"), f(0.5), s("out"), i(0)), [
    { ...note, id: 1_000, number: 57, velocity: 0.5 },
  ]);
  assert.deepEqual(start(nodes, 1_001, s("midinote"), f(60.5), s("velocity"), f(1)), [
    { ...note, id: 1_001, number: 60.5, velocity: 1 },
  ]);
  assert.deepEqual(start(nodes, 1_002), [{ ...note, id: 1_002, number: 69, velocity: 0.1 }]);
  const q = parameters.findIndex(({ address }) => address === "keys/q");
  assert.deepEqual(start(nodes, 1_003, s("q"), f(2), s("nosuch"), f(1), i(0), f(1))![0], {
    kind: "set",
    parameter: q,
    value: 2,
  });
  assert.deepEqual(start(nodes, 1_004, s("bend"), f(2))!.map(({ kind }) => kind), ["noteOn"]);
});

Deno.test("gate 0, or freeing it, ends the note of a node; other nodes and controls are nothing", () => {
  const nodes = nodesOf();
  start(nodes, 1_000);
  start(nodes, 1_001);
  const off = { kind: "noteOff", instrument: 0 } as const;
  assert.deepEqual(nodes.read({ address: "/n_set", args: [i(1_000), s("freq"), f(1)] }), []);
  assert.deepEqual(nodes.read({ address: "/n_set", args: [i(1_000), s("gate"), f(0)] }), [{
    ...off,
    id: 1_000,
  }]);
  assert.deepEqual(nodes.read({ address: "/n_set", args: [i(1_000), s("gate"), f(0)] }), []);
  assert.deepEqual(nodes.read({ address: "/n_free", args: [i(1), i(1_001)] }), [{ ...off, id: 1_001 }]);
  assert.equal(nodes.read({ address: "/g_new", args: [] }), undefined);
});

Deno.test("a SynthDef of another name, a node without an id, and what is out of range are refused with the reason", () => {
  const nodes = nodesOf();
  refusal(
    () => nodes.read({ address: "/s_new", args: [s("default"), i(1)] }),
    /for the SynthDef, keys; found "default"/,
  );
  refusal(() => nodes.read({ address: "/s_new", args: [] }), /found ""/);
  refusal(() => start(nodes, -1), /a node with an id/);
  refusal(() => start(nodes, 1, s("freq"), f(1e9)), /freq: expected a note of 0 to 127/);
  refusal(() => start(nodes, 1, s("freq"), f(-1)), /found NaN/);
  refusal(() => start(nodes, 1, s("q"), f(1e9)), /expected .* found 1000000000/);
  const none = new ServerNodes([], methodsOf([]));
  refusal(() => none.read({ address: "/s_new", args: [s("keys"), i(1)] }), /the patch has no instrument/);
});

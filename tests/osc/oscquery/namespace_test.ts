import assert from "node:assert/strict";
import fc from "fast-check";
import { Namespace, type NamespaceNode } from "../../../osc/oscquery/namespace.ts";
import { musicMethods } from "../../../osc/methods/music_methods.ts";
import { patchNamed } from "../../../patches/ready/catalogue.ts";

const format = { sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 128 };
const graph = patchNamed("keys").build(format);
const source = { parameters: graph.parameters, instruments: graph.instruments.map(({ name }) => name) };
const keys = new Namespace({ ...source, methods: musicMethods(source) });

function* everyNode(node: NamespaceNode): Generator<NamespaceNode> {
  yield node;
  for (const child of node.contents.values()) yield* everyNode(child);
}

Deno.test("each parameter has what its declaration says: range, unit, tags, access, clip mode", () => {
  const units = { dB: "gain.db", s: "time.second", Hz: "time.hz", semitones: "time.semitones", "1": null };
  for (const { address, description, min, max, unit, curve } of source.parameters) {
    assert.deepEqual(keys.find(`/${address}`)?.attributes, {
      DESCRIPTION: description,
      FULL_PATH: `/${address}`,
      ACCESS: 3,
      TYPE: "f",
      RANGE: [{ MIN: min, MAX: max }],
      UNIT: [units[unit]],
      CLIPMODE: ["none"],
      TAGS: ["parameter", curve],
    });
  }
});

Deno.test("a method of several forms has the first as its type and the others as overloads", () => {
  const note = keys.find("/keys/note")!.attributes;
  assert.deepEqual([note.TYPE, note.ACCESS, note.TAGS], ["if", 2, ["method"]]);
  assert.deepEqual(note.OVERLOADS?.map(({ TYPE }) => TYPE), ["ii", "iif"]);
  assert.deepEqual(note.RANGE, [{ MIN: 0, MAX: 127 }, { MIN: 0, MAX: 1 }]);
  assert.deepEqual(note.OVERLOADS?.[1].RANGE, [null, { MIN: 0, MAX: 127 }, { MIN: 0, MAX: 1 }]);
  assert.deepEqual(keys.find("/keys/pedal")!.attributes.RANGE, [{ VALS: [0, 1] }]);
  assert.equal(keys.find("/panic")!.attributes.TYPE, "");
});

Deno.test("containers have no type and no value; an instrument says that it is one", () => {
  assert.deepEqual(keys.find("/echo")!.attributes, { FULL_PATH: "/echo", ACCESS: 0 });
  const { DESCRIPTION, TAGS, TYPE } = keys.find("/keys/")!.attributes;
  assert.deepEqual([DESCRIPTION, TAGS, TYPE], ["instrument", ["instrument"], undefined]);
});

const address = fc.array(fc.constantFrom("a", "b", "c", "__proto__", "note"), { minLength: 1, maxLength: 4 })
  .map((parts) => `/${parts.join("/")}`);

const method = (path: string) => ({ address: path, types: "f", description: path });

Deno.test("every node is found at its own path, and every address has a node", () => {
  fc.assert(fc.property(fc.uniqueArray(address, { maxLength: 12 }), (addresses) => {
    const namespace = new Namespace({ parameters: [], instruments: [], methods: addresses.map(method) });
    for (const node of everyNode(namespace.root)) {
      assert.equal(namespace.find(node.attributes.FULL_PATH), node);
    }
    for (const path of addresses) assert.equal(namespace.find(path)!.attributes.DESCRIPTION, path);
  }));
});

Deno.test("a change is told with a path that holds all of it, and nothing with none", () => {
  const of = (addresses: readonly string[]) =>
    new Namespace({ parameters: [], instruments: [], methods: addresses.map(method) });
  fc.assert(
    fc.property(
      fc.uniqueArray(address, { maxLength: 8 }),
      fc.uniqueArray(address, { maxLength: 8 }),
      (a, b) => {
        const changed = of(a).changedPath(of(b));
        const only = [...a.filter((path) => !b.includes(path)), ...b.filter((path) => !a.includes(path))];
        assert.equal(changed === undefined, only.length === 0);
        for (const path of only) {
          assert.ok(
            changed === "/" || path === changed || path.startsWith(`${changed}/`),
            `${path} in ${changed}`,
          );
        }
      },
    ),
  );
  assert.equal(of(["/a/b/c", "/a/d"]).changedPath(of(["/a/b/c"])), "/a/d");
  assert.equal(of(["/a/b/c", "/a/b/d"]).changedPath(of(["/a/b"])), "/a/b");
});

/** Graphs that come from outside: what is right goes through bit for bit, what is wrong is refused, and nothing in between. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { planArena } from "../../../compiler/plan/arena.ts";
import { compileGraph } from "../../../compiler/compile.ts";
import { PatchError } from "../../../compiler/graph/patch_error.ts";
import type { GraphNode, PatchGraph } from "../../../compiler/graph/graph.ts";
import { graphToJson } from "../../../compiler/graph/graph_json.ts";
import { graphFromJson } from "../../../compiler/graph/validate.ts";
import { keys } from "../../../patches/ready/keys.ts";
import { sines } from "../../../patches/ready/sines.ts";
import { testFormat } from "../../../testing/patch/patch_player.ts";
import { sharedRuns } from "../../../testing/share.ts";
import { patchOf, recipes } from "../../../testing/compiler/random_patch.ts";

const format = { ...testFormat, inputChannels: 2, maximumBlockFrames: 64 };

/** A graph that may be changed. */
// deno-lint-ignore no-explicit-any -- that is what it is for
type Loose = any;

function changed(change: (graph: Loose) => void): string {
  const graph = JSON.parse(graphToJson(sines.build(format)));
  change(graph);
  return JSON.stringify(graph);
}

Deno.test("every patch survives as JSON, and compiles to the same bytes", () => {
  const same = (graph: PatchGraph) => {
    const read = graphFromJson(graphToJson(graph));
    assert.deepStrictEqual(read, graph);
    assert.deepEqual(compileGraph(read, format).wasm, compileGraph(graph, format).wasm);
  };
  for (const patch of [sines, keys]) same(patch.build(format));
  fc.assert(
    fc.property(recipes, (recipe) => same(patchOf(recipe).build(format))),
    sharedRuns("random patches as JSON", 40, 2),
  );
});

Deno.test("numbers that JSON does not know survive: infinities, what is no number, the negative zero", () => {
  for (const value of [Infinity, -Infinity, NaN, -0, 1e-45, 3.4028234663852886e38]) {
    const graph = sines.build(format);
    const node = graph.main.nodes.findIndex(({ op, type }) => op === "constant" && type === "f32");
    const nodes = graph.main.nodes.map((one, index) => index === node ? { ...one, attribute: value } : one);
    const table = [value, 1];
    const read = graphFromJson(graphToJson({ ...graph, main: { ...graph.main, nodes, tables: [table] } }));
    assert.ok(Object.is(read.main.nodes[node].attribute, value));
    assert.ok(Object.is(read.main.tables[0][0], value));
  }
});

/** Ways to spoil a value somewhere in the data. Numbers are what most of it is made of. */
const spoilers = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -1, max: 40 }) },
  { weight: 2, arbitrary: fc.constantFrom(1e300, -1e300, 2 ** 31, 2 ** 53, 0.5, 5_760_000, 4_096) },
  { weight: 1, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constantFrom(null, true, "", "constant", "NaN", "-0", [], {}) },
  { weight: 1, arbitrary: fc.string({ maxLength: 8 }) },
);

/** Every place in a piece of data, as a path of keys. */
function placesIn(data: Loose, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof data !== "object" || data === null) return [path];
  return [path, ...Object.keys(data).flatMap((key) => placesIn(data[key], [...path, key]))];
}

function spoil(data: Loose, path: readonly (string | number)[], value: unknown): Loose {
  if (path.length === 0) return value;
  const owner = path.slice(0, -1).reduce((inner, key) => inner[key], data);
  const key = path[path.length - 1];
  if (value !== undefined) owner[key] = value;
  else if (Array.isArray(owner)) owner.splice(Number(key), 1);
  else delete owner[key];
  return data;
}

Deno.test("spoilt data is refused with a reason, or is a patch that compiles", () => {
  let refused = 0;
  let compiled = 0;
  const bases = [sines, keys].map((patch) => graphToJson(patch.build(format)));
  const places = bases.map((text) => placesIn(JSON.parse(text)));
  const valueAt = (data: Loose, path: readonly (string | number)[]) =>
    path.reduce((inner, key) => inner[key], data);
  const runs = sharedRuns("pieces of spoilt data", 1_500, 6);
  const leaves = places.map((paths, base) => {
    const data = JSON.parse(bases[base]);
    return paths.filter((path) => typeof valueAt(data, path) === "number");
  });
  fc.assert(
    fc.property(
      fc.nat(1),
      fc.array(fc.tuple(fc.nat(), fc.boolean(), spoilers), { minLength: 1, maxLength: 2 }),
      (base, spoils) => {
        let data = JSON.parse(bases[base]);
        for (const [place, anywhere, value] of spoils) {
          const choice = (anywhere ? places : leaves)[base];
          const path = choice[place % choice.length];
          try {
            data = spoil(data, path, structuredClone(value));
          } catch {
            continue; // an earlier one has taken this place away
          }
        }
        let graph: PatchGraph;
        try {
          graph = graphFromJson(JSON.stringify(data) ?? "");
          planArena(graph, format);
        } catch (error) {
          assert.ok(error instanceof PatchError, String((error as Error).stack));
          refused++;
          return;
        }
        const { wasm } = compileGraph(graph, format);
        assert.ok(WebAssembly.validate(wasm));
        compiled++;
      },
    ),
    runs,
  );
  const counts = `${refused} refused, ${compiled} compiled`;
  console.log(counts);
  assert.ok(refused > runs.numRuns / 5 && compiled > runs.numRuns / 20, counts);
});

Deno.test("text that is no data is refused", () => {
  for (const text of ["", "{", "null", "7", "[]", '"patch"', "{}", '{"name":7}']) {
    assert.throws(() => graphFromJson(text), PatchError);
  }
});

const node = (rest: Partial<GraphNode>): GraphNode => ({
  op: "constant",
  type: "f32",
  args: [],
  attribute: 0,
  use: 0,
  ...rest,
});

/** One thing wrong each, and what is said. */
const wrong: Readonly<Record<string, readonly [change: (graph: Loose) => void, expected: RegExp]>> = {
  "an unknown operation": [
    ({ main }) => main.nodes.push(node({ op: "hum" as never })),
    /output: node \d+: there is no operation "hum"/,
  ],
  "a name of Object.prototype": [
    ({ main }) => main.nodes.push(node({ op: "constructor" as never })),
    /there is no operation "constructor"/,
  ],
  "an argument that comes later": [
    ({ main }) => main.nodes.unshift(node({ op: "negate", args: [1] })),
    /output: node 0: an argument does not come before it/,
  ],
  "an argument of another type": [
    ({ main }) =>
      main.nodes.unshift(
        node({}),
        node({ op: "bitsOf", type: "i32", args: [0] }),
        node({ op: "negate", args: [1] }),
      ),
    /output: node 2: negate takes f32/,
  ],
  "a result of another type": [
    ({ main }) => main.nodes.unshift(node({}), node({ op: "less", type: "f32", args: [0, 0] })),
    /output: node 1: less gives mask, not f32/,
  ],
  "an integer of more than 32 bits": [
    ({ main }) => main.nodes.unshift(node({ type: "i32", attribute: 1e300 })),
    /output: node 0: expected a whole number of 32 bits, found 1e\+300/,
  ],
  "half a condition": [
    ({ main }) => main.nodes.unshift(node({ type: "mask", attribute: 7 })),
    /output: node 0: expected -1 or 0, found 7/,
  ],
  "a bus in a voice": [
    ({ instruments: [{ voice }] }) => voice.nodes.unshift(node({ op: "bus" })),
    /instrument synth: node 0: bus 0 is missing/,
  ],
  "a note in the output": [
    ({ main }) => main.nodes.unshift(node({ op: "note" })),
    /output: node 0: note 0 is missing/,
  ],
  "an index that leaves its table": [
    ({ main }) => {
      main.tables.push([1, 2, 3, 4]);
      main.nodes.unshift(node({ type: "i32", attribute: 4 }), node({ op: "table", args: [0] }));
    },
    /output: node 1: an index of table 0 can leave it/,
  ],
  "a table of three": [({ main }) => main.tables.push([1, 2, 3]), /expected a power of two/],
  "two instruments of one name": [
    (graph) => graph.instruments.push(graph.instruments[0]),
    /expected instruments of different names/,
  ],
  "two parameters of one address": [
    (graph) => graph.parameters.push(graph.parameters[0]),
    /expected parameters of different addresses/,
  ],
  "a name of the server": [
    (graph) => graph.instruments[0].name = "quit",
    /quit: the server uses this name itself/,
  ],
  "a default out of its range": [
    (graph) => graph.parameters[0].default = 1_000,
    /attackSeconds: expected a default from/,
  ],
  "a comment that could be left": [
    (graph) => graph.main.uses[0].name = "x\n(unreachable)",
    /main\.uses\.0\.name: expected plain text/,
  ],
  "more than there may be": [
    (graph) => graph.surprise = 1,
    /expected a patch; the whole: .*surprise/,
  ],
  "too many operations": [
    ({ main, instruments: [{ voice }] }) => {
      for (const graph of [main, voice]) {
        for (let index = 0; index < 16_000; index++) graph.nodes.push(node({ attribute: index }));
      }
    },
    /the patch is too large: \d+ operations, at most 30000 are possible/,
  ],
};

for (const [what, [change, expected]] of Object.entries(wrong)) {
  Deno.test(`refused: ${what}`, () => {
    assert.throws(
      () => graphFromJson(changed(change)),
      (error) => error instanceof PatchError && expected.test(error.message) || assert.fail(String(error)),
    );
  });
}

Deno.test("what has to lie in memory is limited, whatever it is that needs it", () => {
  const tooLarge = (change: (graph: Loose) => void) =>
    assert.throws(
      () => planArena(graphFromJson(changed(change)), format),
      (error) => error instanceof PatchError && /needs \d+ MiB of memory, at most 256/.test(error.message),
    );
  tooLarge(({ main }) =>
    main.lines.push(...Array.from({ length: 5 }, () => ({ frames: 5_760_000, write: 0 })))
  );
  tooLarge(({ instruments: [{ voice, polyphony }] }) => {
    polyphony.voices = 4_096;
    voice.lines.push({ frames: 10_000, write: voice.outputs[0] });
  });
});

Deno.test("a chain of as many operations as may be is compiled, one after the other or each in the next", () => {
  const text = changed(({ main }) => {
    let last = main.outputs[0];
    for (let index = 0; index < 28_000; index++) {
      main.nodes.push(node({ op: index % 2 ? "negate" : "floor", args: [last] }));
      last = main.nodes.length - 1;
    }
    main.outputs = [last];
  });
  assert.ok(WebAssembly.validate(compileGraph(graphFromJson(text), format).wasm));
});

/** Declared limits of a patch: what makes it have so many, and what is said about one more. */
const limits: Readonly<
  Record<string, readonly [most: number, have: (graph: Loose, count: number) => void, expected: RegExp]>
> = {
  "operations": [
    30_000,
    (graph, count) => {
      const { main, instruments: [{ voice }] } = graph;
      const rest = count - main.nodes.length - voice.nodes.length;
      for (let index = 0; index < rest; index++) main.nodes.push(node({ attribute: index }));
    },
    /too large: 30001 operations, at most 30000|nodes: expected at most 30000 elements/,
  ],
  "states": [
    10_000,
    ({ main, instruments: [{ voice }] }, count) => {
      const state = { type: "f32", initial: 0, seeded: false, next: main.outputs[0] };
      const rest = count - main.states.length - voice.states.length;
      for (let index = 0; index < rest; index++) main.states.push(state);
    },
    /too large: 10001 states, at most 10000|states: expected at most 10000 elements/,
  ],
  "delay lines": [
    1_000,
    ({ main, instruments: [{ voice }] }, count) => {
      const rest = count - main.lines.length - voice.lines.length;
      for (let index = 0; index < rest; index++) main.lines.push({ frames: 1, write: main.outputs[0] });
    },
    /too large: 1001 delay lines, at most 1000|lines: expected at most 1000 elements/,
  ],
  "numbers in a table": [
    2 ** 20,
    ({ main }, count) => main.tables.push(new Array(count).fill(0)),
    /expected at most 1048576 elements, found 1048577/,
  ],
  "numbers in two tables": [
    2 ** 20,
    ({ main }, count) => {
      main.tables.push(new Array(2 ** 19).fill(0), new Array(count - 2 ** 19).fill(0));
    },
    /too large: 1048577 numbers in tables, at most 1048576/,
  ],
  "tables": [
    100,
    ({ main }, count) => main.tables.push(...Array.from({ length: count - main.tables.length }, () => [0])),
    /tables: expected at most 100 elements, found 101/,
  ],
  "instruments": [
    64,
    ({ instruments }, count) => {
      for (let index = instruments.length; index < count; index++) {
        instruments.push({ ...instruments[0], name: `other${index}` });
      }
    },
    /instruments: expected at most 64 elements, found 65/,
  ],
  "parameters": [
    2_000,
    ({ parameters }, count) => {
      for (let index = parameters.length; index < count; index++) {
        parameters.push({ ...parameters[0], address: `group/name${index}` });
      }
    },
    /parameters: expected at most 2000 elements, found 2001/,
  ],
  "sound files": [
    256,
    (graph, count) => graph.samples = Array.from({ length: count }, (_, index) => `sound${index}.wav`),
    /samples: expected at most 256 elements, found 257/,
  ],
  "voices": [
    4_096,
    ({ instruments: [{ polyphony }] }, count) => polyphony.voices = count,
    /polyphony\.voices: /,
  ],
  "unison": [
    16,
    ({ instruments: [{ polyphony }] }, count) => polyphony.unison = count,
    /polyphony\.unison: /,
  ],
  "cents of detune": [
    1_200,
    ({ instruments: [{ polyphony }] }, count) => polyphony.detuneCents = count,
    /polyphony\.detuneCents: /,
  ],
  "frames of a delay line": [
    5_760_000,
    ({ main }, count) => main.lines.push({ frames: count, write: main.outputs[0] }),
    /lines\.\d+\.frames: /,
  ],
  "fields of an object": [
    64,
    (graph, count) => {
      for (let index = Object.keys(graph).length; index < count; index++) graph[`field${index}`] = 0;
    },
    /the whole: expected at most 64 fields/,
  ],
};

for (const [what, [most, have, expected]] of Object.entries(limits)) {
  Deno.test(`a declared limit holds where it is said to: ${most} ${what}`, () => {
    const message = (count: number) => {
      try {
        graphFromJson(changed((graph) => have(graph, count)));
        return "";
      } catch (error) {
        assert.ok(error instanceof PatchError, String(error));
        return error.message;
      }
    };
    assert.doesNotMatch(message(most), expected);
    assert.match(message(most + 1), expected);
  });
}

import assert from "node:assert/strict";
import { createSampleBank } from "../../../compiler/graph/sample_bank.ts";
import { assemble } from "../../../compiler/wasm/assemble.ts";
import { memoryText, tableData } from "../../../compiler/wat/memory.ts";
import { definePatch } from "../../../modules/patch.ts";
import { table } from "../../../modules/signal/table.ts";
import { textSourceOf } from "../../../testing/compiler/text_source.ts";

const numbers = [0, -0, 1.5, NaN, -Infinity, 1e-45, 3e38, -7];
const source = textSourceOf(
  definePatch({
    name: "tables",
    instruments: {},
    parameters: {},
    output: (_buses, _parameters, input) => table(numbers)(input.toInteger()),
  }),
  { inputChannels: 1 },
);
const start = (text: readonly string[], imports?: WebAssembly.Imports) =>
  new WebAssembly.Instance(
    new WebAssembly.Module(assemble(`(module ${text.join("\n")})`, "test")),
    imports,
  ).exports.memory as WebAssembly.Memory;

Deno.test("tables lie where the plan has them, bit for bit", () => {
  const memory = start([...memoryText(source.plan, undefined), ...tableData(source)]);
  assert.equal(memory.buffer.byteLength, source.plan.bytes);
  const found = new Float32Array(memory.buffer, source.plan.mainTables[0], numbers.length);
  assert.deepEqual([...found], numbers.map(Math.fround));
  assert.throws(() => memory.grow(1), RangeError);
});

Deno.test("with samples the arena is imported, beside a shared memory of just their size", () => {
  const pages = source.plan.bytes / 65_536;
  const bank = createSampleBank("/folder", []);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const text = memoryText(source.plan, bank);
  assert.equal(start(text, { understudy: { memory, samples: bank.memory } }), memory);
  const larger = new WebAssembly.Memory({ initial: 2, maximum: 2, shared: true });
  assert.throws(() => start(text, { understudy: { memory, samples: larger } }), WebAssembly.LinkError);
});

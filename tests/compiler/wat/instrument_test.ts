import assert from "node:assert/strict";
import { hasTwin, instrumentRenderText, reduceText } from "../../../compiler/wat/instrument.ts";
import { patches } from "../../../patches/ready/catalogue.ts";
import { runText } from "../../../testing/compiler/run_text.ts";
import { textSourceOf } from "../../../testing/compiler/text_source.ts";

Deno.test("four lanes are summed as (0 + 2) + (1 + 3), left into the first channel, right into the second", () => {
  const { plan } = textSourceOf(patches.sines);
  const [sums, right, bus] = [1_024, 512, 4_096];
  const { call, floats } = runText(
    reduceText({ ...plan, sums }),
    `(func (export "reduce") (param $bus i32) (param $bytes i32) (param $right i32)
      (call $reduce (local.get $bus) (local.get $bytes) (local.get $right)))`,
  );
  // in any other order the small numbers are lost
  floats.set([2 ** 24, 1, -(2 ** 24), 1], sums / 4);
  floats.set([1, 2, 4, 8, 16, 32, 64, 128], (sums + right) / 4);
  call("reduce", bus, 32, right);
  assert.deepEqual([...floats.subarray(bus / 4, bus / 4 + 8)], [2, 15, 0, 0, 0, 240, 0, 0]);
});

Deno.test("a voice of one side is summed once and heard on both", () => {
  const sides = (name: string) => {
    const text = instrumentRenderText(textSourceOf(patches[name]), 0);
    return /memory\.fill [^\n]*/.exec(text)![0].split("memory.fill").length - 1;
  };
  assert.deepEqual([sides("bass"), sides("keys")], [1, 2]);
});

Deno.test("two groups at a time are for voices up to a size", () => {
  const { patch: { instruments: [{ voice }] } } = textSourceOf(patches.keys);
  const sized = (count: number) => ({ ...voice, nodes: Array(count).fill(voice.nodes[0]) });
  assert.deepEqual([600, 601].map((count) => hasTwin(sized(count))), [true, false]);
});

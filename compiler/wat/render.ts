import type { Graph } from "../graph/graph.ts";
import { parameterRecord } from "../plan/arena.ts";
import { ramping } from "../plan/schedule.ts";
import { parameterPlaces } from "./parameters.ts";
import type { TextSource } from "./text_source.ts";

/** `render`: follows the parameters, renders all instruments, mixes them and advances the clock. */
export function renderText({ patch, plan, format }: TextSource): string {
  const { parameterRamp } = parameterPlaces({ plan, format });
  const moving = (graph: Graph) => {
    const records = ramping(graph, patch.parameters).map((index) => ({
      index,
      record: plan.parameters + index * parameterRecord.bytes,
    }));
    if (records.length === 0) return `(local.set $moving (i32.const 0))`;
    const any = records.map(({ record }) => `(i32.load (i32.const ${record + parameterRecord.remaining}))`)
      .reduce((all, one) => `(i32.or ${all} ${one})`);
    const follow = records.map(({ index, record }) =>
      `(call $ramp (i32.const ${record}) (i32.const ${parameterRamp(index)}) (local.get $frames))`
    );
    return `(local.set $moving ${any})
    (if (local.get $moving) (then
      ${follow.join("\n      ")}))`;
  };
  const run = (name: string, graph: Graph, args: string) =>
    ramping(graph, patch.parameters).length === 0
      ? `(call $${name}_resting ${args})`
      : `(if (local.get $moving) (then (call $${name}_moving ${args})) (else (call $${name}_resting ${args})))`;
  const instruments = patch.instruments.map(({ name, voice }) =>
    `${moving(voice)}
    (call $${name}_render (local.get $frames) (local.get $moving))`
  );
  const main = run(
    "output",
    patch.main,
    `(local.get $frames) (i32.mul (local.get $offset) (i32.const ${
      format.inputChannels * 4
    })) (i32.mul (local.get $offset) (i32.const ${format.channels * 4}))`,
  );
  return `
  (func (export "render") (param $offset i32) (param $frames i32) (local $moving i32)
    (if (i32.eqz (local.get $frames)) (then (return)))
    ${instruments.join("\n    ")}
    ${moving(patch.main)}
    ${main}
    (i32.store (i32.const ${plan.clock}) (i32.add (i32.load (i32.const ${plan.clock})) (local.get $frames))))`;
}

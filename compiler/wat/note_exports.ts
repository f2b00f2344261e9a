import type { PatchGraph } from "../graph/graph.ts";

/** The exported note functions: each calls the one of the instrument with that index, and ignores an unknown index. */
export function noteExportsText({ instruments }: PatchGraph): string {
  const each = (call: (name: string) => string) =>
    instruments.map(({ name }, index) =>
      `(if (i32.eq (local.get $instrument) (i32.const ${index})) (then (call ${call(`$${name}`)})))`
    ).join("\n    ");
  return `
  (func (export "note_on") (param $instrument i32) (param $id i32) (param $number f32) (param $velocity f32)
    ${each((name) => `${name}_on (local.get $id) (local.get $number) (local.get $velocity)`)})
  (func (export "note_off") (param $instrument i32) (param $id i32)
    ${each((name) => `${name}_off (local.get $id)`)})
  (func (export "pedal") (param $instrument i32) (param $down i32)
    ${each((name) => `${name}_pedal (local.get $down)`)})
  (func (export "express") (param $instrument i32) (param $id i32) (param $kind i32) (param $value f32)
    ${each((name) => `${name}_express (local.get $id) (local.get $kind) (local.get $value)`)})
  (func (export "express_all") (param $instrument i32) (param $kind i32) (param $value f32)
    ${each((name) => `${name}_express_all (local.get $kind) (local.get $value)`)})
  (func (export "panic")
    ${instruments.map(({ name }) => `(call $${name}_panic)`).join(" ")})`;
}

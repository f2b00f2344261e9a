import { type InstrumentPlaces, instrumentWords } from "../plan/arena.ts";
import { expressions } from "../graph/graph.ts";
import { at, eachVoice, lane } from "./voice.ts";

/** Statements for a note that begins: no expression of its own, and that of the instrument. */
export function unexpressedText(name: string): string {
  return expressions.map((_, kind) =>
    `(call $${name}_move (local.get $lane) (i32.const ${kind * 16}) (f32.const 0))`
  ).join("\n    ");
}

/**
 * `$NAME_express` and `$NAME_express_all`: they move notes while they sound. Kinds are numbered as `expressions` lists them.
 */
export function expressionText(name: string, voices: number, { words }: InstrumentPlaces): string {
  const ofInstrument = `offset=${
    words + instrumentWords.expression
  } (i32.shr_u (local.get $kind) (i32.const 2))`;
  const known = `(i32.lt_u (local.get $kind) (i32.const ${expressions.length}))`;
  return `
  ;; sets the note's own expression; kind in steps of 16
  (func $${name}_move (param $lane i32) (param $kind i32) (param $value f32)
    (local.set $lane (i32.add (local.get $lane) (local.get $kind)))
    (f32.store ${lane(at.own)} (local.get $value))
    (f32.store ${lane(at[expressions[0]])} (f32.add (local.get $value) (f32.load ${ofInstrument}))))

  (func $${name}_express (param $id i32) (param $kind i32) (param $value f32) (local $voice i32) (local $lane i32)
    (if (i32.eqz ${known}) (then (return)))
    (local.set $kind (i32.shl (local.get $kind) (i32.const 4)))
    ${
    eachVoice(
      name,
      voices,
      `(if (i32.and (i32.load ${lane(at.alive)}) (i32.eq (i32.load ${
        lane(at.id)
      }) (local.get $id))) (then (call $${name}_move (local.get $lane) (local.get $kind) (local.get $value))))`,
    )
  })

  (func $${name}_express_all (param $kind i32) (param $value f32) (local $voice i32) (local $lane i32)
    (if (i32.eqz ${known}) (then (return)))
    (local.set $kind (i32.shl (local.get $kind) (i32.const 4)))
    (f32.store ${ofInstrument} (local.get $value))
    ${
    eachVoice(
      name,
      voices,
      `(call $${name}_move (local.get $lane) (local.get $kind) (f32.load offset=${at.own} (i32.add (local.get $lane) (local.get $kind))))`,
    )
  })`;
}

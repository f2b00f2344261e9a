/**
 * Choke groups in WebAssembly text: notes that cut each other off, as a closed hi-hat ends an open one. When a note of a group
 * begins, all voices of its other notes fade out.
 */
import type { PatchFormat } from "../graph/compiled_patch.ts";
import type { InstrumentGraph } from "../graph/graph.ts";
import { slotsOf } from "../plan/arena.ts";
import { floatText } from "./float_text.ts";
import { widestDetune } from "./unison.ts";
import { at, eachVoice, fadeOutText, lane } from "./voice.ts";

/** `$NAME_choke (number)`; empty without groups. */
export function chokeText({ name, polyphony }: InstrumentGraph, format: PatchFormat): string {
  const { chokeGroups = [] } = polyphony;
  if (chokeGroups.length === 0) return "";
  const members = chokeGroups.flatMap((group, index) =>
    group.map((note) =>
      `(if (f32.eq (local.get $number) (f32.const ${note})) (then (return (i32.const ${index + 1}))))`
    )
  );
  return `
  ;; the group that a note belongs to, or 0; fractions count with the nearest note
  (func $${name}_choke_group (param $number f32) (result i32)
    (local.set $number (f32.nearest (local.get $number)))
    ${members.join("\n    ")}
    (i32.const 0))

  ;; a note begins: what sounds of its group fades out
  (func $${name}_choke (param $number f32) (local $group i32) (local $voice i32) (local $lane i32)
    (local.set $group (call $${name}_choke_group (local.get $number)))
    (if (i32.eqz (local.get $group)) (then (return)))
    ${
    eachVoice(
      name,
      slotsOf(polyphony),
      `(if (i32.load ${lane(at.alive)}) (then
        (if (i32.eq (local.get $group) (call $${name}_choke_group (f32.sub (f32.load ${
        lane(at.number)
      }) (f32.mul (f32.load ${lane(at.spread)}) (f32.const ${floatText(widestDetune(polyphony))}))))) (then
          (i32.store ${lane(at.held)} (i32.const 0))
          ${fadeOutText(format)}))))`,
    )
  })`;
}

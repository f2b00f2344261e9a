import type { PatchFormat } from "../graph/compiled_patch.ts";
import type { InstrumentGraph } from "../graph/graph.ts";
import { type InstrumentPlaces, instrumentWords, slotsOf } from "../plan/arena.ts";
import { chokeText } from "./choke.ts";
import { audible, loud, playable } from "./struck_note.ts";
import { at, eachVoice, lane } from "./voice.ts";

/** `$NAME_on` and `$NAME_off` of an instrument that plays several notes at a time. */
export function polyText(
  instrument: InstrumentGraph,
  { words }: InstrumentPlaces,
  format: PatchFormat,
): string {
  const { name, polyphony } = instrument;
  const { chokeGroups = [] } = polyphony;
  const choke = chokeGroups.length > 0 ? `(call $${name}_choke (local.get $number))\n    ` : "";
  return `${chokeText(instrument, format)}
  ;; held 1: by its key; 2: by the pedal
  (func $${name}_off (param $id i32) (local $voice i32) (local $lane i32) (local $pedal i32)
    (local.set $pedal (i32.load (i32.const ${words + instrumentWords.pedal})))
    ${
    eachVoice(
      name,
      slotsOf(polyphony),
      `(if (i32.and (i32.eq (i32.load ${lane(at.held)}) (i32.const 1)) (i32.eq (i32.load ${
        lane(at.id)
      }) (local.get $id))) (then
        (if (local.get $pedal)
          (then (i32.store ${lane(at.held)} (i32.const 2)))
          (else (call $${name}_release (local.get $lane))))))`,
    )
  })

  (func $${name}_on (param $id i32) (param $number f32) (param $velocity f32)
    (if (i32.eqz ${playable}) (then (return)))
    (if (i32.eqz ${audible}) (then (call $${name}_off (local.get $id)) (return)))
    ${choke}(call $${name}_sound (local.get $id) (local.get $number) ${loud}))`;
}

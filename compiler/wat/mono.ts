import type { InstrumentGraph } from "../graph/graph.ts";
import { type InstrumentPlaces, instrumentWords, noteStackLength } from "../plan/arena.ts";
import { unexpressedText } from "./expression.ts";
import { floatText } from "./float_text.ts";
import { audible, loud, playable } from "./struck_note.ts";
import { spreadOf } from "./unison.ts";
import { at, eachVoice, lane } from "./voice.ts";

/**
 * Keys are remembered in the order in which they were struck. The last one sounds; when it is released, the one before it
 * comes back. A full memory drops the oldest key.
 */
export function monoText({ name, polyphony }: InstrumentGraph, { words }: InstrumentPlaces): string {
  const keys = words + instrumentWords.keys;
  const stack = words + instrumentWords.stack;
  const top = `(i32.add (i32.const ${stack - 12}) (i32.mul (i32.load (i32.const ${keys})) (i32.const 12)))`;
  const glide = spreadOf(polyphony).map(({ detune }, voice) =>
    `(local.set $lane (call $${name}_lane (i32.const ${voice})))
    (f32.store ${lane(at.number)} (f32.add (local.get $number) (f32.const ${floatText(detune)})))
    (call $${name}_rename (local.get $lane) (local.get $id))
    (i32.store ${lane(at.held)} (i32.const 1))
    ${unexpressedText(name)}`
  );
  const sounding = glide.map((_, voice) =>
    `(i32.load offset=${at.alive} (call $${name}_lane (i32.const ${voice})))`
  ).reduce((all, one) => `(i32.and ${all} ${one})`);
  // a voice that was silenced for a NaN has to restart
  const goOn = `(if (i32.and (local.get $overlaps) ${sounding}) (then
    ${glide.join("\n    ")}
    (return)))`;
  return `
  ;; the last key sounds: anew, or in legato going on from the key before it
  (func $${name}_play_top (param $overlaps i32) (local $top i32) (local $id i32) (local $number f32) (local $lane i32)
    (local.set $top ${top})
    (local.set $id (i32.load (local.get $top)))
    (local.set $number (f32.load offset=4 (local.get $top)))
    ${polyphony.mode === "legato" ? goOn : ""}
    (call $${name}_sound (local.get $id) (local.get $number) (f32.load offset=8 (local.get $top))))

  ;; takes a key out of the memory; 1 when it was the last one struck
  (func $${name}_forget (param $id i32) (result i32) (local $at i32) (local $end i32)
    (local.set $at (i32.const ${stack}))
    (local.set $end (i32.add (i32.const ${stack}) (i32.mul (i32.load (i32.const ${keys})) (i32.const 12))))
    (block $none (loop $next
      (br_if $none (i32.ge_u (local.get $at) (local.get $end)))
      (if (i32.eq (i32.load (local.get $at)) (local.get $id)) (then
        (i32.store (i32.const ${keys}) (i32.sub (i32.load (i32.const ${keys})) (i32.const 1)))
        (memory.copy (local.get $at) (i32.add (local.get $at) (i32.const 12))
          (i32.sub (i32.sub (local.get $end) (local.get $at)) (i32.const 12)))
        (return (i32.eq (local.get $at) (i32.sub (local.get $end) (i32.const 12))))))
      (local.set $at (i32.add (local.get $at) (i32.const 12)))
      (br $next)))
    (i32.const 0))

  (func $${name}_off (param $id i32) (local $voice i32) (local $lane i32)
    (if (i32.eqz (call $${name}_forget (local.get $id))) (then (return)))
    (if (i32.load (i32.const ${words + instrumentWords.pedal})) (then
    ${
    eachVoice(
      name,
      polyphony.voices,
      `(if (i32.load ${lane(at.held)}) (then (i32.store ${lane(at.held)} (i32.const 2))))`,
    )
  }
      (return)))
    (if (i32.load (i32.const ${keys})) (then (call $${name}_play_top (i32.const 1)) (return)))
    (call $${name}_release_all (i32.const 1)))

  (func $${name}_on (param $id i32) (param $number f32) (param $velocity f32) (local $top i32) (local $overlaps i32)
    (if (i32.eqz ${playable}) (then (return)))
    (if (i32.eqz ${audible}) (then (call $${name}_off (local.get $id)) (return)))
    (drop (call $${name}_forget (local.get $id)))
    (local.set $overlaps (i32.ne (i32.load (i32.const ${keys})) (i32.const 0)))
    (if (i32.ge_u (i32.load (i32.const ${keys})) (i32.const ${noteStackLength})) (then
      (i32.store (i32.const ${keys}) (i32.const ${noteStackLength - 1}))
      (memory.copy (i32.const ${stack}) (i32.const ${stack + 12}) (i32.const ${(noteStackLength - 1) * 12}))))
    (i32.store (i32.const ${keys}) (i32.add (i32.load (i32.const ${keys})) (i32.const 1)))
    (local.set $top ${top})
    (i32.store (local.get $top) (local.get $id))
    (f32.store offset=4 (local.get $top) (local.get $number))
    (f32.store offset=8 (local.get $top) ${loud})
    (call $${name}_play_top (local.get $overlaps)))`;
}

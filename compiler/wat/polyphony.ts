/**
 * The functions that turn notes into voices, as WebAssembly text. All of their state is in the arena and only the sealed log
 * moves it, so renderers agree about every voice and a snapshot carries them.
 *
 * A note takes a voice that sounds with the same id, or a silent one (the lowest, so that few groups are awake). Where as many
 * sound as the instrument has, one gives way and fades out beside the new note: a released one; one that only the pedal
 * holds; one whose key is held. Among equals the stealing rule decides, then age. For these fades an instrument has spare
 * voices; when all of them are fading, the note goes on from the softest. A silent voice begins from its initial states; one
 * that sounds keeps them, so neither repeating nor stealing clicks.
 *
 * Expression (bend, pressure, timbre) belongs to a note, found by its id, or to the instrument; a voice hears the sum. The
 * expression of a note ends with the note.
 *
 * Notes held by the pedal sound on, also on a single voice: a mono instrument returns to a key that is still held when the
 * pedal is released.
 */
import { type ArenaPlan, type InstrumentPlaces, instrumentWords, slotsOf } from "../plan/arena.ts";
import type { PatchFormat } from "../graph/compiled_patch.ts";
import { endedNotesText } from "./ended_notes.ts";
import { expressionText, unexpressedText } from "./expression.ts";
import type { InstrumentGraph } from "../graph/graph.ts";
import { floatText } from "./float_text.ts";
import type { TextSource } from "./text_source.ts";
import { velocityPower } from "../plan/velocity_power.ts";
import { monoText } from "./mono.ts";
import { polyText } from "./poly.ts";
import { spreadOf } from "./unison.ts";
import { at, eachVoice, easedText, fadeOutText, fadeStepText, lane } from "./voice.ts";

/** Functions every instrument shares. */
export const sharedFunctions = `
  ;; spreads the bits of a number: the finaliser of MurmurHash3
  (func $mix (param $h i32) (result i32)
    (local.set $h (i32.mul (i32.xor (local.get $h) (i32.shr_u (local.get $h) (i32.const 16))) (i32.const 0x85EBCA6B)))
    (local.set $h (i32.mul (i32.xor (local.get $h) (i32.shr_u (local.get $h) (i32.const 13))) (i32.const 0xC2B2AE35)))
    (i32.xor (local.get $h) (i32.shr_u (local.get $h) (i32.const 16))))

  ;; where a seeded state begins: never zero
  (func $seeded (param $seed i32) (param $stream i32) (param $index i32) (result i32)
    (i32.or (i32.const 1) (call $mix (i32.add (call $mix (i32.add (call $mix (local.get $seed)) (local.get $stream)))
      (local.get $index)))))`;

/** Note functions of one instrument: `$NAME_on`, `$NAME_off`, `$NAME_pedal`, `$NAME_panic`. */
export function polyphonyText(source: TextSource, index: number): string {
  const { patch, plan, format } = source;
  const instrument = patch.instruments[index];
  const places = plan.instruments[index];
  const { name, polyphony } = instrument;
  const mono = polyphony.mode !== "poly";
  const slots = slotsOf(polyphony);
  return [
    laneText(name, places),
    resetText(source, index),
    endedNotesText(name, index, slots),
    expressionText(name, slots, places),
    startText(instrument, plan, format),
    mono ? "" : chooseText(instrument, plan, format),
    soundText(instrument, plan),
    releaseText(name, slots),
    mono ? monoText(instrument, places) : polyText(instrument, places, format),
    pedalText(instrument, places, format),
  ].join("\n");
}

function laneText(name: string, { groups, groupBytes }: InstrumentPlaces): string {
  return `
  ;; address of a voice's lane in its group
  (func $${name}_lane (param $voice i32) (result i32)
    (i32.add (i32.add (i32.const ${groups}) (i32.mul (i32.shr_u (local.get $voice) (i32.const 2)) (i32.const ${groupBytes})))
      (i32.shl (i32.and (local.get $voice) (i32.const 3)) (i32.const 2))))`;
}

function resetText({ patch, plan }: TextSource, instrument: number): string {
  const { name, voice } = patch.instruments[instrument];
  const states = voice.states.map(({ type, initial, seeded }, index) => {
    const offset = at.states + index * 16;
    if (seeded) {
      return `(i32.store ${lane(offset)} (call $seeded (i32.load (i32.const ${plan.seed}))
      (i32.add (i32.mul (i32.load (i32.const ${plan.notes})) (i32.const 4096)) (local.get $voice)) (i32.const ${
        (instrument + 1) * 65_536 + initial
      })))`;
    }
    return type === "f32"
      ? `(f32.store ${lane(offset)} (f32.const ${floatText(initial)}))`
      : `(i32.store ${lane(offset)} (i32.const ${initial}))`;
  });
  return `
  ;; a voice as it is before its first frame; its delay lines count as empty (plan/empty_lines.ts)
  (func $${name}_reset (param $voice i32) (param $lane i32)
    ${states.join("\n    ")})`;
}

function startText({ name, voice }: InstrumentGraph, plan: ArenaPlan, format: PatchFormat): string {
  const ratio = `(f32.div (f32.load ${lane(at.velocity)}) (local.get $velocity))`;
  const power = velocityPower(voice);
  const asLoud = Array(power).fill(ratio)
    .reduce((gain, factor) => `(f32.mul ${gain} ${factor})`, `(f32.load ${lane(at.gain)})`);
  return `
  ;; lets a voice play a note; one that sounds goes on from where it is, also with the loudness of its old velocity
  (func $${name}_start (param $voice i32) (param $id i32) (param $number f32) (param $velocity f32) (param $spread f32)
    (local $lane i32)
    (local.set $lane (call $${name}_lane (local.get $voice)))
    (if (i32.load ${lane(at.alive)})
      (then
        (if (f32.eq (f32.load ${lane(at.gainTarget)}) (f32.const 0))
          (then (f32.store ${lane(at.gain)} ${
    easedText("f32", `(f32.load ${lane(at.gain)})`, `(f32.load ${lane(at.gainStep)})`, format)
  })))
        ${power === 0 ? "" : `(f32.store ${lane(at.gain)} ${asLoud})`})
      (else
        (call $${name}_reset (local.get $voice) (local.get $lane))
        (f32.store ${lane(at.level)} (f32.const 0))
        (f32.store ${lane(at.gain)} (f32.const 1))))
    (f32.store ${lane(at.gainTarget)} (f32.const 1))
    (f32.store ${lane(at.gainStep)} (f32.mul (f32.const ${
    fadeStepText(format)
  }) (f32.abs (f32.sub (f32.const 1) (f32.load ${lane(at.gain)})))))
    (f32.store ${lane(at.number)} (local.get $number))
    (f32.store ${lane(at.velocity)} (local.get $velocity))
    (f32.store ${lane(at.spread)} (local.get $spread))
    ${unexpressedText(name)}
    (call $${name}_rename (local.get $lane) (local.get $id))
    (i32.store ${lane(at.gate)} (i32.const -1))
    (i32.store ${lane(at.trigger)} (i32.const -1))
    (i32.store ${lane(at.alive)} (i32.const -1))
    (i32.store ${lane(at.age)} (i32.load (i32.const ${plan.notes})))
    (i32.store ${lane(at.held)} (i32.const 1)))`;
}

/** `$NAME_choose`. Ranks are 64 bits, smallest first: the kind of voice above, the key of the stealing rule below. */
function chooseText({ name, polyphony }: InstrumentGraph, plan: ArenaPlan, format: PatchFormat): string {
  const age = `(i32.sub (i32.const -1) (i32.sub (i32.load (i32.const ${plan.notes})) (i32.load ${
    lane(at.age)
  })))`;
  // positive floats are ordered as their bits; a unison's detuning can reach below zero, where the order is the other way
  const number = `(i32.reinterpret_f32 (f32.add (f32.const 0) (f32.load ${lane(at.number)})))`;
  const key = {
    oldest: age,
    quietest: `(i32.reinterpret_f32 (f32.mul (f32.load ${lane(at.level)}) (f32.load ${lane(at.velocity)})))`,
    lowest: `(i32.xor ${number} (i32.or (i32.shr_s ${number} (i32.const 31)) (i32.const 0x80000000)))`,
    none: age,
  }[polyphony.steal];
  // below every rank, so that the first silent voice is found
  const silent = -1;
  return `
  ;; the voice for a note, or -1; lets go the one that gives way to it
  (func $${name}_choose (param $id i32) (result i32)
    (local $voice i32) (local $lane i32) (local $best i32) (local $kind i32) (local $held i32)
    (local $rank i64) (local $least i64) (local $age i32) (local $eldest i32)
    (local $sounding i32) (local $free i32) (local $gain i32) (local $softest i32)
    (local.set $least (i64.const -1))
    (local.set $best (i32.const -1))
    (local.set $softest (i32.const 0x7FFFFFFF))
    (loop $next
      (local.set $lane (call $${name}_lane (local.get $voice)))
      (if (i32.and (i32.ne (i32.load ${lane(at.alive)}) (i32.const 0)) (f32.ne (f32.load ${
    lane(at.gainTarget)
  }) (f32.const 0)))
        (then
          (local.set $sounding (i32.add (local.get $sounding) (i32.const 1)))
          (local.set $age ${age})
          (local.set $held (i32.load ${lane(at.held)}))
          (local.set $kind (select (i32.sub (i32.const 4) (local.get $held)) (i32.const 1) (local.get $held)))
          (if (i32.eq (i32.load ${lane(at.id)}) (local.get $id)) (then (local.set $kind (i32.const 0))))
          ;; what this very note has already taken is not to be had
          (if (i32.eq (i32.load ${
    lane(at.age)
  }) (i32.load (i32.const ${plan.notes}))) (then (local.set $kind (i32.const 4))))
          (local.set $rank (i64.or (i64.shl (i64.extend_i32_u (local.get $kind)) (i64.const 32)) (i64.extend_i32_u ${key})))
          (if (i32.or (i64.lt_u (local.get $rank) (local.get $least)) (i32.and (i64.eq (local.get $rank) (local.get $least))
              (i32.lt_u (local.get $age) (local.get $eldest)))) (then
            (local.set $least (local.get $rank))
            (local.set $eldest (local.get $age))
            (local.set $best (local.get $voice)))))
        (else
          ;; gains are positive, so ordered as their bits
          (local.set $gain (select (i32.reinterpret_f32 (f32.load ${
    lane(at.gain)
  })) (i32.const ${silent}) (i32.load ${lane(at.alive)})))
          (if (i32.lt_s (local.get $gain) (local.get $softest)) (then
            (local.set $softest (local.get $gain))
            (local.set $free (local.get $voice))))))
      (local.set $voice (i32.add (local.get $voice) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $voice) (i32.const ${slotsOf(polyphony)}))))
    (if (i64.lt_u (local.get $least) (i64.const ${2 ** 32})) (then (return (local.get $best))))
    (if (i32.lt_u (local.get $sounding) (i32.const ${polyphony.voices})) (then (return (local.get $free))))
    ${
    polyphony.steal === "none"
      ? "(return (i32.const -1))"
      : `(if (i64.ge_u (local.get $least) (i64.const ${4 * 2 ** 32})) (then (return (i32.const -1))))
    (local.set $lane (call $${name}_lane (local.get $best)))
    ;; its gate stays: a sound that the gate switches would end with a click
    (i32.store ${lane(at.held)} (i32.const 0))
    ${fadeOutText(format)}
    (local.get $free)`
  })`;
}

/** Starts a note with all voices of its unison. */
function soundText({ name, polyphony }: InstrumentGraph, plan: ArenaPlan): string {
  const voices = spreadOf(polyphony).map(({ spread, detune }, place) => {
    const chosen = polyphony.mode === "poly"
      ? `(call $${name}_choose (local.get $id))`
      : `(i32.const ${place})`;
    return `(local.set $voice ${chosen})
    (if (i32.ge_s (local.get $voice) (i32.const 0)) (then
      (call $${name}_start (local.get $voice) (local.get $id) (f32.add (local.get $number) (f32.const ${
      floatText(detune)
    })) (local.get $velocity) (f32.const ${floatText(spread)}))))`;
  });
  return `
  (func $${name}_sound (param $id i32) (param $number f32) (param $velocity f32) (local $voice i32)
    (i32.store (i32.const ${plan.notes}) (i32.add (i32.load (i32.const ${plan.notes})) (i32.const 1)))
    ${voices.join("\n    ")})`;
}

function releaseText(name: string, voices: number): string {
  return `
  (func $${name}_release (param $lane i32)
    (i32.store ${lane(at.held)} (i32.const 0))
    (i32.store ${lane(at.gate)} (i32.const 0)))

  ;; every voice that is in this way held is released
  (func $${name}_release_all (param $held i32) (local $voice i32) (local $lane i32)
    ${
    eachVoice(
      name,
      voices,
      `(if (i32.eq (i32.load ${
        lane(at.held)
      }) (local.get $held)) (then (call $${name}_release (local.get $lane))))`,
    )
  })`;
}

function pedalText(
  { name, polyphony }: InstrumentGraph,
  { words, groups }: InstrumentPlaces,
  format: PatchFormat,
): string {
  const keyBelow = `(if (i32.load (i32.const ${words + instrumentWords.keys})) (then
      (if (i32.eq (i32.load (i32.const ${
    groups + at.held
  })) (i32.const 2)) (then (call $${name}_play_top (i32.const 1))))
      (return)))`;
  return `
  (func $${name}_pedal (param $down i32)
    (i32.store (i32.const ${words + instrumentWords.pedal}) (local.get $down))
    (if (local.get $down) (then (return)))
    ${polyphony.mode === "poly" ? "" : keyBelow}
    (call $${name}_release_all (i32.const 2)))

  ;; all voices fade out; the keys and the pedal are forgotten
  (func $${name}_panic (local $voice i32) (local $lane i32)
    (i32.store (i32.const ${words + instrumentWords.pedal}) (i32.const 0))
    (i32.store (i32.const ${words + instrumentWords.keys}) (i32.const 0))
    ${
    eachVoice(
      name,
      slotsOf(polyphony),
      `(call $${name}_release (local.get $lane))
      ${fadeOutText(format)}`,
    )
  })`;
}

/**
 * The function that renders a block of an instrument, as WebAssembly text. Each group of four voices with a sounding one goes
 * through a fused function, which adds it to the sums lane by lane; at the end the lanes are summed to left and right. A
 * silent group costs one comparison.
 *
 * A group of steady voices waits for the next such group, and both are rendered at once. Groups are always added in their
 * order, because another order would round differently.
 */
import { type ArenaPlan, voiceField } from "../plan/arena.ts";
import type { Graph } from "../graph/graph.ts";
import { hearsTrigger, steadyGraph } from "../plan/steady.ts";
import { ramping } from "../plan/schedule.ts";
import type { TextSource } from "./text_source.ts";
import { easedText } from "./voice.ts";

const at = voiceField;
const group = (field: number) => `offset=${field} (local.get $group)`;
const zero = "(v128.const i32x4 0 0 0 0)";

/**
 * Largest voice that is rendered two groups at a time, in nodes: a larger one keeps the processor busy by itself, and would
 * take twice as long to compile.
 */
const maxTwinNodes = 600;

/** Whether two groups of this voice can be rendered together. */
export function hasTwin({ nodes }: Graph): boolean {
  return nodes.length <= maxTwinNodes;
}

/** `$NAME_render (frames, moving)`, and the functions that it calls. */
export function instrumentRenderText({ patch, plan, format }: TextSource, index: number): string {
  const { name, voice } = patch.instruments[index];
  const { groups, groupBytes, groupCount, lines, lineBytes, bus } = plan.instruments[index];
  const frameBytes = format.maximumBlockFrames * 16;
  const mono = voice.outputs[0] === voice.outputs[1];
  const sides = mono ? [0] : [0, 1];
  const twin = hasTwin(voice);
  const one = (kind: string) =>
    `(call $${name}_${kind} (local.get $group) (local.get $lines) (local.get $frames))`;
  const waiting = "(local.get $waiting) (local.get $waiting_lines)";
  const moves = ramping(voice, patch.parameters).length > 0;
  const alone = moves
    ? `(if (local.get $moving) (then ${one("moving")}) (else ${one("resting")}))`
    : one("resting");
  const letWait = `(local.set $waiting (local.get $group)) (local.set $waiting_lines (local.get $lines))`;
  const renderWaiting = twin
    ? `(if (local.get $waiting) (then
          (call $${name}_steady ${waiting} (local.get $frames))
          (local.set $waiting (i32.const 0))))`
    : "";
  const steady = twin
    ? `(if (local.get $waiting)
            (then
              (call $${name}_twin ${waiting} (local.get $group) (local.get $lines) (local.get $frames))
              (local.set $waiting (i32.const 0)))
            (else ${letWait}))`
    : one("steady");
  const accumulate = sides.map((side) => {
    const sum = plan.sums + side * frameBytes;
    const sample = `(v128.load offset=${plan.voiceScratch + side * frameBytes} (local.get $t))`;
    return `(v128.store offset=${sum} (local.get $t) (f32x4.add (v128.load offset=${sum} (local.get $t)) (f32x4.mul ${sample} (local.get $heard))))`;
  }).join("\n      ");
  // where a voice has a fourth output it is over as well once that is not zero
  const ends = voice.outputs.length > 3;
  const stays = `(v128.or (v128.load ${group(at.gate)}) (f32x4.ne (v128.load ${group(at.level)}) ${zero}))`;
  const goesOn = ends ? `(v128.and ${stays} (f32x4.eq (local.get $done) ${zero}))` : stays;
  return `
  ;; after a group was rendered: a voice lives on while it is held or its envelope is above zero, unless it is poisoned
  (func $${name}_settle (param $group i32) (param $finite v128)${ends ? " (param $done v128)" : ""}
    (i32.store (i32.const ${plan.poisoned}) (i32.add (i32.load (i32.const ${plan.poisoned}))
      (i32.popcnt (i32x4.bitmask (v128.andnot (v128.load ${group(at.alive)}) (local.get $finite))))))
    (call $${name}_go_on (local.get $group) (v128.and (local.get $finite) ${goesOn})))

  ;; the voices of a group that do not go on are over
  (func $${name}_go_on (param $group i32) (param $lives v128)
    (local.set $lives (v128.andnot (v128.load ${group(at.alive)}) (local.get $lives)))
    (if (v128.any_true (local.get $lives))
      (then (call $${name}_end (local.get $group) (i32x4.bitmask (local.get $lives))))))

  ;; adds up what was left aside, with gains on their way; a voice that has faded out is over
  (func $${name}_fade (param $group i32) (param $end i32) (local $t i32)
    (local $gain v128) (local $target v128) (local $step v128) (local $comes v128) (local $heard v128)
    (local.set $gain (v128.load ${group(at.gain)}))
    (local.set $target (v128.load ${group(at.gainTarget)}))
    (local.set $step (v128.load ${group(at.gainStep)}))
    (local.set $comes (f32x4.ne (local.get $target) ${zero}))
    (loop $next
      (local.set $gain (f32x4.add (local.get $gain) (f32x4.pmax (f32x4.neg (local.get $step)) (f32x4.pmin (local.get $step)
        (f32x4.sub (local.get $target) (local.get $gain))))))
      (local.set $heard (v128.bitselect (local.get $gain) ${
    easedText("f32x4", "(local.get $gain)", "(local.get $step)", format)
  } (local.get $comes)))
      ${accumulate}
      (local.set $t (i32.add (local.get $t) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $t) (local.get $end))))
    (v128.store ${group(at.gain)} (local.get $gain))
    (call $${name}_go_on (local.get $group) (f32x4.ne (v128.or (local.get $gain) (local.get $target)) ${zero})))

  (func $${name}_render (param $frames i32) (param $moving i32)
    (local $group i32) (local $groups_end i32) (local $lines i32) (local $end i32) (local $any i32) (local $alive v128)
    (local $waiting i32) (local $waiting_lines i32)
    (local.set $end (i32.shl (local.get $frames) (i32.const 4)))
    (local.set $group (i32.const ${groups}))
    (local.set $groups_end (i32.const ${groups + groupCount * groupBytes}))
    (local.set $lines (i32.const ${lines}))
    (loop $next_group
      (local.set $alive (v128.load ${group(at.alive)}))
      (if (v128.any_true (local.get $alive)) (then
        (if (i32.eqz (local.get $any)) (then
          (local.set $any (i32.const 1))
          ${
    sides.map((side) =>
      `(memory.fill (i32.const ${plan.sums + side * frameBytes}) (i32.const 0) (local.get $end))`
    ).join(" ")
  }))
        (if (i32.or ${moves ? "(local.get $moving)" : "(i32.const 0)"} (v128.any_true ${news(voice)})) (then
          ${renderWaiting}
          ${alone}
          (call $${name}_fade (local.get $group) (local.get $end)))
        (else
          ${steady}))))
      (local.set $group (i32.add (local.get $group) (i32.const ${groupBytes})))
      (local.set $lines (i32.add (local.get $lines) (i32.const ${lineBytes})))
      (br_if $next_group (i32.lt_u (local.get $group) (local.get $groups_end))))
    ${renderWaiting}
    (if (local.get $any)
      (then (call $reduce (i32.const ${bus}) (local.get $end) (i32.const ${mono ? 0 : frameBytes})))
      (else (memory.fill (i32.const ${bus}) (i32.const 0) (local.get $end)))))`;
}

/** Lanes of sounding voices whose note begins or is not steady yet, or whose gain is moving. */
function news(voice: Graph): string {
  const fades = `(f32x4.ne (v128.load ${group(at.gain)}) (v128.load ${group(at.gainTarget)}))`;
  const begins = hearsTrigger(voice)
    ? [at.trigger, ...steadyGraph(voice).falseStates.map((index) => at.states + index * 16)]
    : [];
  const any = begins.reduce((all, field) => `(v128.or ${all} (v128.load ${group(field)}))`, fades);
  return `(v128.and (local.get $alive) ${any})`;
}

/** `$reduce`: the lanes of both sides become one frame of two channels. */
export function reduceText({ sums }: ArenaPlan): string {
  return `
  ;; adds up four lanes: (0 + 2) + (1 + 3), left into the first lane, right into the second
  (func $reduce (param $bus i32) (param $bytes i32) (param $right i32) (local $t i32) (local $l v128) (local $r v128) (local $sum v128)
    (local.set $right (i32.add (i32.const ${sums}) (local.get $right)))
    (loop $next
      (local.set $l (v128.load offset=${sums} (local.get $t)))
      (local.set $r (v128.load (i32.add (local.get $right) (local.get $t))))
      (local.set $sum (f32x4.add
        (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $l) (local.get $r))
        (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $l) (local.get $r))))
      (v128.store (i32.add (local.get $bus) (local.get $t)) (f32x4.add
        (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $sum) (v128.const i32x4 0 0 0 0))
        (i8x16.shuffle 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 (local.get $sum) (v128.const i32x4 0 0 0 0))))
      (local.set $t (i32.add (local.get $t) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $t) (local.get $bytes)))))`;
}

import type { ArenaPlan } from "../plan/arena.ts";
import { endedNotesKept } from "../graph/compiled_patch.ts";
import { at, eachVoice, lane } from "./voice.ts";

/** `$note_ended`: records a note that no voice plays any more. */
export function noteEndedText({ endedNotes }: ArenaPlan): string {
  const count = `(i32.load (i32.const ${endedNotes}))`;
  return `
  (func $note_ended (param $instrument i32) (param $id i32) (local $at i32)
    (local.set $at (i32.shl (i32.and ${count} (i32.const ${endedNotesKept - 1})) (i32.const 3)))
    (i32.store offset=${endedNotes + 16} (local.get $at) (local.get $instrument))
    (i32.store offset=${endedNotes + 20} (local.get $at) (local.get $id))
    (i32.store (i32.const ${endedNotes}) (i32.add ${count} (i32.const 1))))`;
}

/**
 * The functions that end voices and record ended notes. A note ends when its last voice is over or plays another note. Voices
 * end one by one, so the last voice of a unison records the note.
 */
export function endedNotesText(name: string, instrument: number, voices: number): string {
  const record = (id: string) =>
    `(if (i32.eqz (call $${name}_sounds ${id})) (then (call $note_ended (i32.const ${instrument}) ${id})))`;
  return `
  (func $${name}_sounds (param $id i32) (result i32) (local $voice i32) (local $lane i32)
    ${
    eachVoice(
      name,
      voices,
      `(if (i32.and (i32.ne (i32.load ${lane(at.alive)}) (i32.const 0)) (i32.eq (i32.load ${
        lane(at.id)
      }) (local.get $id))) (then (return (i32.const 1))))`,
    )
  }
    (i32.const 0))

  ;; these lanes of a group are over, one bit each
  (func $${name}_end (param $group i32) (param $lanes i32) (local $lane i32) (local $id i32)
    (loop $next
      (local.set $lane (i32.add (local.get $group) (i32.shl (i32.ctz (local.get $lanes)) (i32.const 2))))
      (i32.store ${lane(at.alive)} (i32.const 0))
      (local.set $id (i32.load ${lane(at.id)}))
      ${record("(local.get $id)")}
      (local.set $lanes (i32.and (local.get $lanes) (i32.sub (local.get $lanes) (i32.const 1))))
      (br_if $next (local.get $lanes))))

  ;; a voice plays another note
  (func $${name}_rename (param $lane i32) (param $id i32) (local $before i32)
    (local.set $before (i32.load ${lane(at.id)}))
    (i32.store ${lane(at.id)} (local.get $id))
    (if (i32.and (i32.ne (i32.load ${
    lane(at.alive)
  }) (i32.const 0)) (i32.ne (local.get $before) (local.get $id)))
      (then ${record("(local.get $before)")})))`;
}

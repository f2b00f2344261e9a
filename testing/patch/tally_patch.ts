import { assemble } from "../../compiler/wasm/assemble.ts";
import {
  type CompiledPatch,
  hostRegionBytes,
  type PatchFormat,
  type StateRegion,
} from "../../compiler/graph/compiled_patch.ts";

const stateOffset = hostRegionBytes;
const fuseOffset = stateOffset + 32;
const inputOffset = stateOffset + 64;
/** Number at which {@link tallyPatch} traps when a note is played with it: a poison command. */
export const poisonNumber = 66.6;
/** Number at which it hangs when a note is played with it. */
export const hangNumber = 55.5;
/** Number at which a note lights a fuse of as many frames as its velocity: then it traps, in whichever block that is. */
export const fuseNumber = 77.7;

/** State of the tally patch of this number: every third one has another shape, so nothing is taken over from or by it. */
export function tallyState(number: number): StateRegion[] {
  return [{ name: "hash", shape: number % 3 === 2 ? "other" : "hash", offset: stateOffset, bytes: 4 }];
}

/** Whether the hash goes on when one tally patch is exchanged for another. */
export function keepsState(before: number, after: number): boolean {
  return tallyState(before)[0].shape === tallyState(after)[0].shape;
}

/**
 * A patch for testing the engine: its sound is a running hash of every command and every frame that it ever saw, so one
 * command that is lost, doubled, moved by a frame or put in another order changes every sample after it.
 */
export function tallyPatch(
  format: PatchFormat,
  { hearsBus = false }: {
    /** Whether it hears the first bus of the streams. */ readonly hearsBus?: boolean;
  } = {},
): CompiledPatch {
  const streamsOffset = inputOffset +
    Math.ceil(format.maximumBlockFrames * format.inputChannels / 4 + 4) * 16;
  const rowBytes = format.maximumBlockFrames * format.channels * 4;
  const outputOffset = streamsOffset + (hearsBus ? rowBytes : 0);
  const end = outputOffset + rowBytes;
  const pages = Math.ceil(end / 65_536);
  const wasm = assembleTally(format, { streamsOffset, outputOffset, pages });
  return {
    name: "tally",
    wasm,
    module: new WebAssembly.Module(wasm),
    arena: {
      bytes: pages * 65_536,
      hostOffset: 0,
      hostBytes: hostRegionBytes,
      poisonedVoicesOffset: stateOffset + 16,
      inputOffset,
      ...(hearsBus && { streams: { offset: streamsOffset, buses: 1 } }),
      outputOffset,
      ...format,
    },
    state: tallyState(0),
    instruments: ["tally"],
    parameters: [{
      address: "tally/value",
      unit: "1",
      min: -1e9,
      max: 1e9,
      default: 0,
      curve: "linear",
      smoothingSeconds: 0,
      description: "stirred into the hash",
    }],
  };
}

function assembleTally(
  format: PatchFormat,
  places: { readonly streamsOffset: number; readonly outputOffset: number; readonly pages: number },
): Uint8Array<ArrayBuffer> {
  const { streamsOffset, outputOffset, pages } = places;
  const text = `(module
    (memory (export "memory") ${pages} ${pages})
    (func $stir (param $value i32)
      (i32.store (i32.const ${stateOffset})
        (i32.add (i32.mul (i32.rotl (i32.xor (i32.load (i32.const ${stateOffset})) (local.get $value)) (i32.const 13))
          (i32.const 0x9E3779B1)) (i32.const 0x165667B1))))
    (func (export "initialize") (param $seed i32) (call $stir (local.get $seed)))
    (func (export "note_on") (param $instrument i32) (param $id i32) (param $number f32) (param $velocity f32)
      (if (f32.eq (local.get $number) (f32.const ${poisonNumber})) (then (unreachable)))
      (if (f32.eq (local.get $number) (f32.const ${hangNumber})) (then (loop $hang (br $hang))))
      (if (f32.eq (local.get $number) (f32.const ${fuseNumber}))
        (then (f32.store (i32.const ${fuseOffset}) (local.get $velocity))))
      (call $stir (i32.const 1)) (call $stir (local.get $instrument)) (call $stir (local.get $id))
      (call $stir (i32.reinterpret_f32 (local.get $number))) (call $stir (i32.reinterpret_f32 (local.get $velocity))))
    (func (export "note_off") (param $instrument i32) (param $id i32)
      (call $stir (i32.const 2)) (call $stir (local.get $instrument)) (call $stir (local.get $id)))
    (func (export "pedal") (param $instrument i32) (param $down i32)
      (call $stir (i32.const 6)) (call $stir (local.get $instrument)) (call $stir (local.get $down)))
    (func (export "express") (param $instrument i32) (param $id i32) (param $kind i32) (param $value f32)
      (call $stir (i32.const 8)) (call $stir (local.get $instrument)) (call $stir (local.get $id))
      (call $stir (local.get $kind)) (call $stir (i32.reinterpret_f32 (local.get $value))))
    (func (export "express_all") (param $instrument i32) (param $kind i32) (param $value f32)
      (call $stir (i32.const 9)) (call $stir (local.get $instrument)) (call $stir (local.get $kind))
      (call $stir (i32.reinterpret_f32 (local.get $value))))
    (func (export "panic") (call $stir (i32.const 3)))
    (func (export "set_parameter") (param $index i32) (param $value f32)
      (call $stir (i32.const 4)) (call $stir (local.get $index)) (call $stir (i32.reinterpret_f32 (local.get $value))))
    (func (export "get_parameter") (param $index i32) (result f32) (f32.const 0))
    (func (export "render") (param $offset i32) (param $frames i32) (local $frame i32) (local $end i32) (local $channel i32)
      (local.set $frame (local.get $offset))
      (local.set $end (i32.add (local.get $offset) (local.get $frames)))
      (block $done (loop $next
        (br_if $done (i32.ge_u (local.get $frame) (local.get $end)))
        (call $stir (i32.const 5))
        (if (f32.gt (f32.load (i32.const ${fuseOffset})) (f32.const 0)) (then
          (f32.store (i32.const ${fuseOffset}) (f32.sub (f32.load (i32.const ${fuseOffset})) (f32.const 1)))
          (if (f32.eq (f32.load (i32.const ${fuseOffset})) (f32.const 0)) (then (unreachable)))))
        ${
    format.inputChannels === 0
      ? ""
      : `(call $stir (i32.load offset=${inputOffset} (i32.mul (local.get $frame) (i32.const ${
        format.inputChannels * 4
      }))))`
  }
        ${
    outputOffset === streamsOffset
      ? ""
      : `(call $stir (i32.load offset=${streamsOffset} (i32.mul (local.get $frame) (i32.const ${
        format.channels * 4
      }))))`
  }
        (local.set $channel (i32.const 0))
        (loop $channels
          (f32.store offset=${outputOffset}
            (i32.mul (i32.add (i32.mul (local.get $frame) (i32.const ${format.channels})) (local.get $channel)) (i32.const 4))
            (f32.mul (f32.convert_i32_s (i32.load (i32.const ${stateOffset}))) (f32.const ${2 ** -32})))
          (local.set $channel (i32.add (local.get $channel) (i32.const 1)))
          (br_if $channels (i32.lt_u (local.get $channel) (i32.const ${format.channels}))))
        (local.set $frame (i32.add (local.get $frame) (i32.const 1)))
        (br $next))))
  )`;
  return assemble(text, "tally");
}

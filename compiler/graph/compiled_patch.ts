/**
 * A compiled patch: one WebAssembly module whose linear memory is its whole state (the arena), and the declarations that the
 * control side needs to drive it. Renderers know patches only by this shape.
 *
 * The module imports nothing; where the patch plays samples it imports `understudy.memory`, its arena, and
 * `understudy.samples`, a shared memory that it only reads. It exports:
 *
 * | export | signature | contract |
 * |---|---|---|
 * | `memory` | memory | the arena, exactly `arena.bytes` long, never grown |
 * | `initialize` | `(seed: i32)` | called once on zeroed memory; sets every parameter to its default without a ramp |
 * | `note_on` | `(instrument: i32, id: i32, number: f32, velocity: f32)` | `number` in MIDI semitones, `velocity` 0..1 |
 * | `note_off` | `(instrument: i32, id: i32)` | releases every voice started with `id`; unknown ids are ignored |
 * | `pedal` | `(instrument: i32, down: i32)` | while down, released notes sound on |
 * | `express` | `(instrument: i32, id: i32, kind: i32, value: f32)` | moves the notes with this id: kind 0 bend in semitones, 1 pressure, 2 timbre, both 0..1 |
 * | `express_all` | `(instrument: i32, kind: i32, value: f32)` | moves all notes of an instrument, also those to come; added to a note's own |
 * | `panic` | `()` | all voices of all instruments fade out at once over a few milliseconds, without a click |
 * | `set_parameter` | `(index: i32, value: f32)` | `value` in the parameter's unit, already inside its range |
 * | `get_parameter` | `(index: i32) -> f32` | the value that the parameter has, or is on its way to |
 * | `render` | `(offset: i32, frames: i32)` | reads input and writes output frames `[offset, offset + frames)` of the block |
 *
 * Output and input are interleaved 32-bit floats at `outputOffset` and `inputOffset`. Rendering a block in one call or
 * cut into any pieces gives the same bytes. Nothing traps, allocates, or reads a clock.
 */
export interface CompiledPatch extends PatchDescription {
  /** Binary module; the session recording identifies the patch by its SHA-256. */
  readonly wasm: Uint8Array<ArrayBuffer>;
  /** Assembled from {@link wasm}; crosses to Workers by structured clone. */
  readonly module: WebAssembly.Module;
  /** Decoded samples, one memory for all instances; omitted: the patch plays none. Crosses to Workers as the same memory. */
  readonly sampleMemory?: WebAssembly.Memory;
}

/** Everything about a compiled patch but its code. */
export interface PatchDescription {
  readonly name: string;
  readonly arena: ArenaLayout;
  /** Names of the instruments, in the order of their index. */
  readonly instruments: readonly string[];
  /** MIDI channels, 1 to 16, that instruments declare, by their index; omitted: none does. */
  readonly midiChannels?: readonly (number | null)[];
  readonly parameters: readonly ParameterDeclaration[];
  /** State that the next patch can take over when it replaces this one while it plays. */
  readonly state: readonly StateRegion[];
  /** The files that it plays; omitted: none. */
  readonly samples?: SampleList;
}

/** Files that a patch plays. */
export interface SampleList {
  /** Folder of the files. */
  readonly folder: string;
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
  /** Bytes of their memory; omitted in sessions of earlier versions. */
  readonly bytes?: number;
}

/** A stretch of the patch's own state. Another patch can take it over if name and shape are equal. */
export interface StateRegion {
  readonly name: string;
  /** The kind of its content: with equal shapes, the bytes of one patch are valid in the other. */
  readonly shape: string;
  readonly offset: number;
  readonly bytes: number;
  /** Delay lines of this instrument's voices, one part a group of voices; a voice that begins to sound clears its own. */
  readonly linesOf?: number;
}

/** Offsets of the regions of the arena that the engine uses, in bytes, multiples of 16. */
export interface ArenaLayout {
  /** Size of the linear memory, a multiple of 65,536. */
  readonly bytes: number;
  /** Region kept free for the engine: block, log position, pending queue. The patch never touches it. */
  readonly hostOffset: number;
  readonly hostBytes: number;
  /** One 32-bit word: voices that were silenced because they gave numbers that are not finite; wraps. */
  readonly poisonedVoicesOffset: number;
  /**
   * The patch's own state lies between the host region and here. Interleaved input frames of the current block; room for
   * `maximumBlockFrames * inputChannels` floats.
   */
  readonly inputOffset: number;
  /**
   * One 32-bit word: notes of which no voice sounds any more, since the beginning; wraps. The last {@link endedNotesKept}
   * of them follow from 16 bytes on, each as the index of its instrument and its id, at the place of its number. Omitted:
   * the patch does not report ends.
   */
  readonly endedNotesOffset?: number;
  /** By instrument, where the engine can count the voices that sound; omitted: it cannot. */
  readonly voices?: readonly VoicePlaces[];
  /**
   * Buses of the streams that the patch hears, in rows that are laid out as the output is; omitted: it hears none. Bus `b` is
   * channel `b % channels` of row `floor(b / channels)`; a row has room for `maximumBlockFrames * channels` floats.
   */
  readonly streams?: { readonly offset: number; readonly buses: number };
  /** Interleaved output frames of the current block; room for `maximumBlockFrames * channels` floats. */
  readonly outputOffset: number;
  readonly channels: number;
  readonly inputChannels: number;
  readonly maximumBlockFrames: number;
}

/** Groups of four voices in the arena; each has four words, one a voice, that are 0 where nothing sounds. */
export interface VoicePlaces {
  /** Byte offset of these words in the first group. */
  readonly offset: number;
  readonly groupCount: number;
  readonly groupBytes: number;
  /** Byte offsets of further words of the same voice, counted from these. */
  readonly fields: VoiceFields;
  /** Gain that a voice loses in each frame of the fade with which it is taken away. */
  readonly fadeStep: number;
}

/** Words of a voice with which the engine can let it go, as `panic` does with all. */
export interface VoiceFields {
  /** All bits set while the note is held, 0 once it is released. */
  readonly gate: number;
  /** 1: by its key, 2: by the pedal alone, 0: released. */
  readonly held: number;
  /** Id of its note. Patches recorded by earlier versions do not have it. */
  readonly id?: number;
  /** Number of its note, counted over all instruments, wrapping. */
  readonly age: number;
  /** Loudness, as a number, and where it goes in steps of `gainStep` a frame; at 0 the voice ends. */
  readonly gain: number;
  readonly gainTarget: number;
  readonly gainStep: number;
}

export interface ParameterDeclaration {
  /** OSC address below the root, e.g. `synth/attack`. */
  readonly address: string;
  readonly unit: "dB" | "s" | "Hz" | "1" | "semitones";
  readonly min: number;
  readonly max: number;
  readonly default: number;
  /** Distribution of a control over the range. */
  readonly curve: "linear" | "exponential";
  /** Time of the straight ramp from one value to the next; 0: at once. */
  readonly smoothingSeconds: number;
  readonly description: string;
  /** MIDI controller, 0 to 119, that sets it; omitted: the one that its name stands for, if any. */
  readonly controller?: number;
}

/** The format that a patch is compiled for. */
export interface PatchFormat {
  /** Pitch of each MIDI key in semitones of equal temperament; omitted: the key's own number. */
  readonly tuning?: readonly number[];
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly inputChannels: number;
  readonly maximumBlockFrames: number;
  /** What stands behind the patch, for each output; omitted: nothing. */
  readonly outputStage?: OutputStage;
}

/** A part of the stage of an output. */
export type OutputPart = "gain" | "delay" | "equaliser" | "limiter" | "identify";

export interface OutputStage {
  readonly parts: readonly OutputPart[];
  /** Longest delay; a delay line for as long is kept for every output. */
  readonly maxDelaySeconds: number;
  /** Names of outputs in their order, for people. */
  readonly names: readonly string[];
}

/** Bytes that every patch must leave to the engine: header and pending queue. */
export const hostRegionBytes = 65_536;

/** Ended notes of which the arena keeps instrument and id, a power of two. The engine reads them more often than they wrap. */
export const endedNotesKept = 64;

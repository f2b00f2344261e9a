/** Puts real-time exclusive messages together again, which the native part hands over byte by byte. Main isolate. */
import type { MidiEvent } from "../ffi/midi_input.ts";

const maxBytes = 256;

export class SystemReader {
  #bytes: number[] = [];

  /** Whether an event belongs to a system message; those of channels do not. */
  static isSystem({ status }: Pick<MidiEvent, "status">): boolean {
    return status >= 0xF0;
  }

  /** The message that an event completes; a quarter frame of timecode is one by itself. */
  read({ status, first }: Pick<MidiEvent, "status" | "first">): readonly number[] | undefined {
    if (status === 0xF1) return [status, first];
    if (first === 0xF0) this.#bytes = [];
    if (this.#bytes.length < maxBytes) this.#bytes.push(first);
    if (first !== 0xF7) return undefined;
    const whole = this.#bytes;
    this.#bytes = [];
    return whole[0] === 0xF0 ? whole : undefined;
  }
}

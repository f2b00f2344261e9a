/** The limits of a patch. The builder applies them while a patch is written, `validate.ts` to a graph from outside. */

/** Names of patches, instruments and parameters: parts of OSC addresses, and of names in WebAssembly text. */
export const namePattern = /^[a-z][A-Za-z0-9]{0,31}$/;

/** Instruments of one patch. */
export const maxInstruments = 64;

/** Voices of one instrument. */
export const maxVoices = 4_096;

/** Voices that play one note together. */
export const maxUnison = 16;

/** Distance between the outermost voices of a unison, in cents: an octave. */
export const maxDetuneCents = 1_200;

/** Longest delay line, in frames: 30 s at 192 kHz. */
export const maxLineFrames = 30 * 192_000;

/** Channels of a patch, and of the output that it is made for. */
export const maxChannels = 64;

/** Channels of the output that are computed side by side, in one vector. */
export const channelsPerVector = 4;

/** Vectors that hold the channels of a patch. */
export function outputVectors(channels: number): number {
  return Math.ceil(channels / channelsPerVector);
}

/** Channels of a MIDI cable. */
export const midiChannels = 16;

/** Highest MIDI controller: from 120 on the numbers are channel mode messages. */
export const maxController = 119;

/** Buses of the streams that a patch can hear. */
export const maxBuses = 64;

/**
 * The meaning of single MIDI values for a patch: which instrument a channel plays, which parameter a controller sets and to
 * which value. `midi_receiver.ts` follows the messages of a cable.
 */
import type { ParameterDeclaration } from "../compiler/graph/compiled_patch.ts";
import { midiChannels } from "../compiler/graph/limits.ts";
import { CommandRefusedError, type EngineControl } from "../engine/control/control.ts";

/** The parts of a patch that a message can address. */
export interface MidiTarget extends Pick<EngineControl, "parameters" | "instruments" | "midiChannels"> {
  /** The value that a parameter, by its index, was last given; omitted: its default. */
  readonly parameterValue?: EngineControl["parameterValue"];
}

/** A channel message as it came in. */
export interface ChannelMessage {
  /** Kind and channel, 0x80 to 0xEF. */
  readonly status: number;
  /** Data byte, 0 to 127. */
  readonly first: number;
  /** Data byte, 0 to 127; ignored for kinds that have only one. */
  readonly second: number;
}

/**
 * Controllers and the parameter that each sets, if the channel's instrument has one of this name and none that declares the
 * controller. Numbers and meanings are those of the MIDI 1.0 control change table; 71 to 75 are its sound controllers 2 to 6.
 */
export const controllerParameters: Readonly<Record<number, string>> = {
  5: "glideSeconds",
  7: "gainDb",
  10: "pan",
  71: "q",
  72: "releaseSeconds",
  73: "attackSeconds",
  74: "cutoffHz",
  75: "decaySeconds",
};

/** Index of the parameter that a controller sets on an instrument; -1: none. */
export function controlledParameter(
  controller: number,
  instrument: number,
  { parameters, instruments }: MidiTarget,
): number {
  const owner = `${instruments[instrument]}/`;
  const declared = parameters.findIndex((parameter) =>
    parameter.controller === controller && parameter.address.startsWith(owner)
  );
  if (declared >= 0) return declared;
  const name = controllerParameters[controller];
  return parameters.findIndex(({ address, controller: other }) =>
    other === undefined && address === owner + name
  );
}

/** Instruments by their channel, from channel 1 at 0; undefined: none. */
export function instrumentsByChannel(
  { instruments, midiChannels: declared = [] }: MidiTarget,
): readonly (number | undefined)[] {
  const channels = new Array<number | undefined>(midiChannels);
  const others: number[] = [];
  instruments.forEach((_, index) => {
    const channel = declared[index] ?? undefined;
    if (channel === undefined) others.push(index);
    else channels[channel - 1] = index;
  });
  if (instruments.length === 1) return channels.fill(0);
  const isAlone = others.length === 1;
  for (let channel = 0, next = 0; channel < midiChannels && next < others.length; channel++) {
    if (channels[channel] !== undefined) continue;
    channels[channel] = others[isAlone ? 0 : next++];
  }
  return channels;
}

/** The channels that play something, for people: `1 to 3, and 10`. */
export function playedChannels(byChannel: readonly (number | undefined)[]): string {
  const played = byChannel.flatMap((instrument, index) => instrument === undefined ? [] : [index + 1]);
  const last = played.findIndex((channel, index) => played[index + 1] !== channel + 1);
  const first = last > 0 ? `${played[0]} to ${played[last]}` : `${played[0] ?? "none"}`;
  return [first, ...played.slice(last + 1)].join(", ");
}

/** The patch of a program's number. Throws {@link CommandRefusedError} where there is none. */
export function patchOfProgram(program: number, patches: readonly string[]): string {
  const patch = patches[program];
  if (patch !== undefined) return patch;
  throw new CommandRefusedError(`program: expected 0 to ${patches.length - 1}, found ${program}`);
}

/** Level of volume and expression in dB, as MIDI recommends: 40 log10(value / 127), so that 127 is 0 dB. */
export function levelDb(value: number): number {
  return 40 * Math.log10(value / 127);
}

/**
 * The parameter's value for a controller's value. A range that is symmetric around zero has its middle at 64. Levels follow
 * {@link levelDb}. All others follow the parameter's curve.
 *
 * @param value 0 to 127
 */
export function controlledValue(value: number, { unit, min, max, curve }: ParameterDeclaration): number {
  const part = value / 127;
  if (min === -max) return max * (value - 64) / (value <= 64 ? 64 : 63);
  if (unit === "dB") return Math.max(min, Math.min(max, levelDb(value)));
  const spread = curve === "exponential" ? min * (max / min) ** part : min + (max - min) * part;
  return Math.max(min, Math.min(max, spread));
}

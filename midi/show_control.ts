/**
 * MIDI Show Control (MMA RP-002/RP-014): `F0 7F device 02 format command data F7`. Cues are digits and points in ASCII, with a list and
 * a path behind them, each separated by a zero. Pure.
 */

/** By the numbers of the general commands, and of those for sound. */
const commands: Readonly<Record<number, string>> = {
  0x01: "GO",
  0x02: "STOP",
  0x03: "RESUME",
  0x04: "TIMED_GO",
  0x05: "LOAD",
  0x06: "SET",
  0x07: "FIRE",
  0x08: "ALL_OFF",
  0x09: "RESTORE",
  0x0A: "RESET",
  0x0B: "GO_OFF",
  0x10: "GO/JAM_CLOCK",
  0x11: "STANDBY_+",
  0x12: "STANDBY_-",
  0x13: "SEQUENCE_+",
  0x14: "SEQUENCE_-",
  0x15: "START_CLOCK",
  0x16: "STOP_CLOCK",
  0x17: "ZERO_CLOCK",
  0x18: "SET_CLOCK",
  0x19: "MTC_CHASE_ON",
  0x1A: "MTC_CHASE_OFF",
  0x1B: "OPEN_CUE_LIST",
  0x1C: "CLOSE_CUE_LIST",
  0x1D: "OPEN_CUE_PATH",
  0x1E: "CLOSE_CUE_PATH",
};

/** Bytes of the time that follows TIMED_GO. */
const timeBytes = 5;
const timedGo = 0x04;

/** Every device. */
const allCall = 0x7F;

/** Kinds of devices that a show of sound is: sound and its subtypes, and all types. */
const isSoundFormat = (format: number) => format >> 4 === 1 || format === 0x7F;

/** A message of show control. */
export interface ShowControlMessage {
  /** 0 to 111: one device; 112 to 126: a group; 127: all. */
  readonly device: number;
  /** Kind of the device that is meant, such as 16: sound. */
  readonly format: number;
  /** Name in the document, such as `TIMED_GO`. */
  readonly command: string;
  /** Omitted: the message names none. */
  readonly cue?: string;
  readonly list?: string;
  /** Seconds of TIMED_GO. */
  readonly seconds?: number;
}

/** Reads a whole system exclusive message; undefined where it is no show control, or none that this document has. */
export function readShowControl(bytes: readonly number[]): ShowControlMessage | undefined {
  const [start, realTime, device, kind, format, code, ...data] = bytes;
  if (start !== 0xF0 || realTime !== 0x7F || kind !== 2 || data.pop() !== 0xF7) return undefined;
  const command = Object.hasOwn(commands, code) ? commands[code] : undefined;
  if (command === undefined || data.some((byte) => byte > 0x7F)) return undefined;
  const isTimed = code === timedGo;
  if (isTimed && data.length < timeBytes) return undefined;
  const fields = textFields(isTimed ? data.slice(timeBytes) : data);
  if (fields === undefined) return undefined;
  // STANDBY and SEQUENCE name a list alone
  const [cue, list] = code >= 0x11 && code <= 0x14 ? [undefined, fields[0]] : fields;
  return {
    ...{ device, format, command },
    ...(cue ? { cue } : {}),
    ...(list ? { list } : {}),
    ...(isTimed ? { seconds: secondsOf(data) } : {}),
  };
}

/** Whether a message means a device with this id: all, its group, or itself; and a device for sound. */
export function isForDevice({ device, format }: ShowControlMessage, id: number): boolean {
  return (device === id || device === allCall) && isSoundFormat(format);
}

/** Words of digits and points, separated by zeros; undefined where there is something else. */
function textFields(data: readonly number[]): string[] | undefined {
  const text = String.fromCharCode(...data);
  return /^[\d.\0]*$/.test(text) ? text.split("\0") : undefined;
}

/** Standard time: hours with the rate above them, minutes, seconds, frames, and hundredths of a frame or status. */
function secondsOf([hours, minutes, seconds, frames, fraction]: readonly number[]): number {
  const perSecond = [24, 25, 30_000 / 1_001, 30][hours >> 5 & 3];
  const isStatus = (frames & 0x20) !== 0;
  const whole = ((hours & 0x1F) * 60 + (minutes & 0x3F)) * 60 + (seconds & 0x3F);
  return whole + ((frames & 0x1F) + (isStatus ? 0 : Math.min(fraction, 99) / 100)) / perSecond;
}

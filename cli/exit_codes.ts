/** What the process ends with; also in the README. */
export const exitCodes = {
  ok: 0,
  /** A defect of the program. */
  internal: 1,
  /** Wrong arguments or settings. */
  usage: 2,
  /** The audio device is missing, busy, or refuses the format. */
  device: 3,
  /** The native part could not be built or loaded. */
  native: 4,
  /** The OSC port is taken. */
  port: 5,
  /** The session file cannot be written, read, or rendered to what the device got. */
  session: 6,
  /** The score cannot be read or played, or the WAV file cannot be written. */
  score: 7,
  /** A render was interrupted; it leaves no file. */
  interrupted: 130,
} as const;

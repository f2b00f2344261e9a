/** Exit codes of the process. `--help` and the README show {@link exitCodeMeanings}. */
export const exitCodes = {
  ok: 0,
  internal: 1,
  usage: 2,
  device: 3,
  native: 4,
  port: 5,
  session: 6,
  score: 7,
  service: 8,
  upgrade: 9,
  noEngine: 10,
  refused: 11,
  interrupted: 130,
} as const;

export type ExitCode = typeof exitCodes[keyof typeof exitCodes];

/** When the process ends with each code. */
export const exitCodeMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: "ended as asked: by SIGINT, SIGTERM, SIGHUP or `/quit`, after a short fade",
  internal: "a defect of the program",
  usage: "wrong arguments, settings, patch, tuning or samples",
  device:
    "the audio device or MIDI input is missing, busy, or refuses the format; `status`: it plays and nobody can hear it",
  native: "the native part could not be built or loaded",
  port: "the OSC port is taken",
  session:
    "the session file cannot be written or read, a recording ended before the engine, its render differs from what the device received, or the state folder cannot be written or is in use",
  score: "the score cannot be read or played, or the WAV file cannot be written",
  service: "the service could not be installed or removed",
  upgrade: "no engine plays that could be upgraded, or the new version was refused and the old one plays on",
  noEngine: "no engine answered `send`, `status`, `top` or `monitor` in time",
  refused: "the engine refused a message of `send`",
  interrupted: "a render was interrupted and left no file, or a second signal ended the program at once",
};

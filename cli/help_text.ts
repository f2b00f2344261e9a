import { describeSettings } from "../config/settings.ts";
import { exitCodeMeanings, exitCodes } from "../foundation/exit_codes.ts";
import { patchNames } from "../patches/ready/catalogue.ts";

/** What `--help` prints: commands, settings, exit codes. */
export function helpText(): string {
  return `Understudy: an audio engine that plays on when a part of it fails.

Usage:
  understudy start [PATCH]             play, and listen for OSC; PATCH as in UNDERSTUDY_PATCH
      --demo                           and play a short phrase at once, as with UNDERSTUDY_DEMO=on
      --record FILE                    and record what the device gets, to FILE (.wav or .flac) or into a folder
  understudy render SESSION [-o FILE]  render a recorded session to a WAV file (32-bit float), and compare
                                       every block with what the device received; FILE: beside SESSION
      --from N, --seconds N            only the part from N seconds on, and only so long
      --stems                          and each instrument alone, to FILE-NAME.wav, and what sounds without notes
  understudy render [PATCH] --score SCORE [-o FILE]
                                       render a patch from a score (docs/scores.md) to a WAV file, faster than
                                       it plays; FILE: beside SCORE; SCORE may be - for standard input
      --format 16|24|32f               samples: integers, or 32-bit float (default), which are the bytes played live
      --dither                         triangular noise before rounding to 16 or 24 bits
      --seconds N                      exactly N seconds; by default until the end that the score sets, or else
      --tail N                         until the sound has died away, at most N seconds after the last command (10)
  understudy patch PATCH               show a patch: parameters, operations, memory, compile time
                   [--schedule]        with every operation, and when it is computed
                   [--wat | --json]    its WebAssembly text, or its graph as data, instead
                   [--graph FILE]      draw it into FILE, .svg or .dot
  understudy service install|remove|status [--system]
                                       start with this user's session, or with the machine (--system), by systemd:
                                       restarted when it ends, and when it hands over no sound
  understudy upgrade [PID]             let this version take the place of the one that plays in processes
                                       (UNDERSTUDY_ISOLATION), without a gap; PID: of \`understudy start\`, where
                                       several play. Refused unless its sound is the same, bit for bit
  understudy devices                   list the audio devices
  understudy doctor                    show what is installed and what is missing, with the remedy; measure jitter
  understudy help, --help, -h          this text
  understudy version, --version, -V    the version

PATCH is a name (${patchNames.join(", ")}) or a file (./organ.ts).

Settings (environment variables):
${describeSettings()}

Exit codes:
${describeExitCodes()}
`;
}

function describeExitCodes(): string {
  return Object.entries(exitCodes).map(([name, code]) =>
    `  ${String(code).padStart(3)}  ${exitCodeMeanings[name as keyof typeof exitCodes]}`
  ).join("\n");
}

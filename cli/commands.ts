/**
 * Every command of the program with its arguments and options, declared once. The parser, `--help`, the completions of shells
 * and the documents derive from this table.
 */

/** What a shell may complete in a place. */
export type Completion = "patch" | "file" | "folder" | "address" | readonly string[];

/** One option, without its `--`. */
export interface OptionDeclaration {
  /** One letter; it means the same in every command. */
  readonly short?: string;
  /** How help shows its value, e.g. `FILE`; omitted: the option is a switch. */
  readonly value?: string;
  readonly meaning: string;
  readonly completion?: Completion;
}

export interface ArgumentDeclaration {
  /** As help shows it. */
  readonly name: string;
  readonly required?: boolean;
  /** Takes all arguments that follow. */
  readonly repeated?: boolean;
  readonly completion?: Completion;
}

export interface CommandDeclaration {
  readonly group: CommandGroup;
  /** One line, without a full stop. */
  readonly summary: string;
  readonly arguments: readonly ArgumentDeclaration[];
  readonly options: Readonly<Record<string, OptionDeclaration>>;
  /** Further paragraphs of `help COMMAND`. */
  readonly about: readonly string[];
  /** What is typed behind the program's name, and what it does. */
  readonly examples: readonly (readonly [line: string, does: string])[];
}

/** Headings of `--help`, in its order. */
export const commandGroups = ["Play", "Look", "Patches", "Set up"] as const;
export type CommandGroup = typeof commandGroups[number];

/** Options that every command takes. */
export const globalOptions = {
  help: { short: "h", meaning: "this text; behind a command, the help of that command" },
  version: { short: "V", meaning: "the version" },
  config: {
    value: "FILE",
    meaning: "read settings from FILE instead of understudy.env in this folder; the environment wins",
    completion: "file",
  },
} as const satisfies Readonly<Record<string, OptionDeclaration>>;

/** How a running engine is found. */
const engineOptions = {
  port: {
    short: "p",
    value: "N",
    meaning: "OSC port of the engine (UNDERSTUDY_OSC_PORT, else 57130)",
  },
  host: { value: "HOST", meaning: "machine of the engine (this machine)" },
} as const satisfies Readonly<Record<string, OptionDeclaration>>;

const jsonOption = { meaning: "as JSON, for programs" } as const;

const patchArgument = { name: "PATCH", completion: "patch" } as const;

const commands = {
  start: {
    group: "Play",
    summary: "play a patch, and listen for OSC",
    arguments: [patchArgument],
    options: {
      demo: { meaning: "play a short phrase at once, as with UNDERSTUDY_DEMO=on" },
      record: {
        value: "FILE",
        meaning: "record what the device gets: a file that ends in .wav or .flac, or a folder",
        completion: "file",
      },
      show: {
        value: "FILE",
        meaning: "play the show of FILE, as with UNDERSTUDY_SHOW; GO is /go",
        completion: "file",
      },
      watch: { meaning: "load the patch file, or the show, again whenever it is saved" },
      port: { short: "p", value: "N", meaning: "UDP port of OSC, as with UNDERSTUDY_OSC_PORT" },
      verbose: {
        short: "v",
        meaning: "print every line of the log with its time, as it is written to a pipe",
      },
    },
    about: [
      "PATCH is the name of a ready patch or a file (./organ.ts); without it, UNDERSTUDY_PATCH. " +
      "Ctrl-C fades out and ends; the exit code is then 0.",
      "With --watch the last save wins. A file that cannot be loaded is reported, and the patch " +
      "before it plays on.",
    ],
    examples: [
      ["start keys --demo", "hear a phrase without a controller"],
      ["start ./organ.ts --watch", "change the file while it plays"],
    ],
  },
  send: {
    group: "Play",
    summary: "send an OSC message, and print the answer",
    arguments: [
      { name: "ADDRESS", completion: "address" },
      { name: "ARGUMENT", repeated: true },
    ],
    options: {
      ...engineOptions,
      timeout: {
        short: "t",
        value: "SECONDS",
        meaning: "longest wait for an answer (5; for /patch/load 60); 0 does not wait",
      },
      json: jsonOption,
    },
    about: [
      "Digits are an integer, a number with a point or an exponent is a float, true and false are " +
      "T and F, everything else is text. A prefix sets the type: i:60 f:1 d:0.5 h:9 s:60 S:name " +
      "c:x b:00ff r:ff8000ff m:00903c7f T: F: N: I: and a type tag string sets all: ,if 60 1 " +
      "Between [ and ] is an array.",
      "Without ADDRESS, or with -, each line of standard input is a message; # begins a comment. " +
      "Where UNDERSTUDY_OSC_SECRET is set, it logs in first.",
      "The exit code is 11 when the engine refuses a message, and 10 when no engine answers.",
    ],
    examples: [
      ["send /note 60 0.8", "a note: middle C, velocity 0.8"],
      ["send /off 60", "its end"],
      ["send /keys/releaseSeconds 1.5", "a parameter"],
      ["send /help", "every address of the patch that plays"],
      ["send < tune.txt", "one message a line"],
    ],
  },
  render: {
    group: "Play",
    summary: "render a recorded session, or a patch from a score",
    arguments: [{ name: "SESSION | PATCH", completion: "file" }],
    options: {
      out: {
        short: "o",
        value: "FILE",
        meaning: "the WAV file; by default beside the session or score",
        completion: "file",
      },
      score: {
        short: "s",
        value: "SCORE",
        meaning: "render a patch from this score (docs/scores.md); - is standard input",
        completion: "file",
      },
      format: {
        value: "16|24|32f",
        meaning: "samples: integers, or 32-bit float (default), which are the bytes played live",
        completion: ["16", "24", "32f"],
      },
      dither: { meaning: "triangular noise before rounding to 16 or 24 bits" },
      from: { value: "N", meaning: "of a session, only the part from N seconds on" },
      seconds: { value: "N", meaning: "exactly N seconds" },
      stems: { meaning: "of a session, also each instrument alone, to FILE-NAME.wav" },
      tail: {
        value: "N",
        meaning: "of a score, until the sound has died away, at most N seconds (10)",
      },
    },
    about: [
      "A session is rendered as 32-bit float, and every block is compared with what the device " +
      "received: the exit code is 6 when one differs.",
    ],
    examples: [
      ["render evening.session -o evening.wav", "what the device got"],
      ["render keys --score tune.txt --format 24", "a patch, faster than it plays"],
    ],
  },
  status: {
    group: "Look",
    summary: "print what the engine says of itself",
    arguments: [],
    options: { ...engineOptions, json: jsonOption },
    about: [
      "The exit code is 0 when sound goes out, 3 when it plays and nobody can hear it, and 10 when " +
      "no engine answers.",
    ],
    examples: [["status --json", "all fields"]],
  },
  top: {
    group: "Look",
    summary: "watch the engine live; q or Ctrl-C ends",
    arguments: [],
    options: {
      ...engineOptions,
      interval: { value: "SECONDS", meaning: "time between two looks (0.5; into a pipe 1)" },
    },
    about: ["Into a pipe it writes one line for each look."],
    examples: [],
  },
  monitor: {
    group: "Look",
    summary: "print every OSC message that comes in or goes out",
    arguments: [{ name: "PATTERN", completion: "address" }],
    options: {
      ...engineOptions,
      only: {
        value: "in|out",
        meaning: "only messages to the engine, or only those that it sends",
        completion: ["in", "out"],
      },
      json: jsonOption,
    },
    about: [
      "PATTERN is an OSC pattern or the beginning of an address: /note, /*/gainDb. " +
      "Where UNDERSTUDY_OSC_SECRET is set, it logs in first. Secrets are not shown.",
    ],
    examples: [["monitor /note --only in", "who plays what"]],
  },
  devices: {
    group: "Look",
    summary: "list the audio devices, and how to name one",
    arguments: [],
    options: {},
    about: [],
    examples: [],
  },
  doctor: {
    group: "Look",
    summary: "check this machine, and name the remedies",
    arguments: [],
    options: { seconds: { value: "N", meaning: "measure this machine for N seconds instead of 2" } },
    about: [
      "It also measures how punctually this machine calls for sound. A machine that stands still now and then, as one does " +
      "that shares a host with others, is found only by measuring for minutes.",
    ],
    examples: [["doctor --seconds 120", "whether this machine stands still now and then"]],
  },
  patch: {
    group: "Patches",
    summary: "show what a patch is made of",
    arguments: [{ ...patchArgument, required: true }],
    options: {
      schedule: { meaning: "with every operation, and when it is computed" },
      wat: { meaning: "its WebAssembly text instead" },
      json: jsonOption,
      graph: { value: "FILE", meaning: "draw it into FILE, .svg or .dot", completion: "file" },
    },
    about: [],
    examples: [["patch organ.ts --graph organ.svg", "describe and draw it"]],
  },
  check: {
    group: "Patches",
    summary: "check patch files and shows before they are loaded",
    arguments: [{ name: "PATCH | SHOW", completion: "patch", required: true, repeated: true }],
    options: {
      run: { meaning: "of a show, print also what each GO would do, in frames and seconds" },
      json: jsonOption,
    },
    about: [
      "Types, and everything for which the engine would refuse the file or warn. Mistakes are printed as FILE:LINE:COLUMN, which editors understand. The exit code is 2 when " +
      "there is one. Nothing is played, and no internet is used.",
      "A file that ends in .json or .jsonc is a show (docs/shows.md): every mistake in its text, every missing file, " +
      "target and output are in one list.",
    ],
    examples: [
      ["check ./organ.ts", "before it is loaded"],
      ["check hamlet.json --run", "a show, and what each GO would do"],
    ],
  },
  config: {
    group: "Set up",
    summary: "print each setting, and where it comes from",
    arguments: [],
    options: { json: jsonOption },
    about: ["Secrets are not shown."],
    examples: [["config", "what a start in this folder would use"]],
  },
  service: {
    group: "Set up",
    summary: "start with this session or machine, by systemd",
    arguments: [{
      name: "install|remove|status",
      required: true,
      completion: ["install", "remove", "status"],
    }],
    options: { system: { meaning: "for the machine, and not for this user" } },
    about: ["It is started again when it ends, and when it hands over no sound."],
    examples: [],
  },
  upgrade: {
    group: "Set up",
    summary: "put this version in the place of one that plays",
    arguments: [{ name: "PID" }],
    options: {},
    about: [
      "The engine must play in processes (UNDERSTUDY_ISOLATION=processes). No sample is lost, and it " +
      "is refused unless the sound is the same, bit for bit. PID is that of `understudy start`; it " +
      "is needed where several engines play.",
    ],
    examples: [],
  },
  completions: {
    group: "Set up",
    summary: "print the completions of a shell",
    arguments: [{
      name: "bash|zsh|fish",
      required: true,
      completion: ["bash", "zsh", "fish"],
    }],
    options: {},
    about: [],
    examples: [
      ["completions bash > ~/.local/share/bash-completion/completions/understudy", "for bash"],
      ["completions zsh > ~/.zfunc/_understudy", "for zsh, where ~/.zfunc is in $fpath"],
      ["completions fish > ~/.config/fish/completions/understudy.fish", "for fish"],
    ],
  },
} as const satisfies Readonly<Record<string, CommandDeclaration>>;

export type CommandName = keyof typeof commands;

/** Names of all commands, in the order of the table. */
export const commandNames = Object.keys(commands) as readonly CommandName[];

/** The declaration of a command, without its literal types. */
export function declarationOf(name: CommandName): CommandDeclaration {
  return commands[name];
}

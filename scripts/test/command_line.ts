/** What a run of the tests is asked to do. */
export interface TestRun {
  /** `gate`: all files, with the share of the day. `long`: all files, everything in them. `quick`: what changed. */
  readonly scope: "gate" | "long" | "quick";
  readonly filter?: string;
  /** Test files or folders of them; empty for all that the scope has. */
  readonly files: readonly string[];
  /** Files that need no real time and run beside each other. */
  readonly jobs: number;
  /** Files that need real time and run beside each other. */
  readonly realTimeJobs: number;
  /** Longest time for one file, in seconds. */
  readonly limitSeconds: number;
  /** Whether that holds for each file; otherwise one has less time where it usually takes less. */
  readonly isFixedLimit: boolean;
}

/** The words of the command line cannot be understood; the message says which. */
export class CommandLineError extends Error {
  override readonly name = "CommandLineError";
}

/**
 * Cores from which on two files that need real time run at once. On two cores nothing was won by that: the others got too little, one
 * of them 332 s where it takes 40 alone, and three files failed beside another.
 */
const coresForTwo = 4;

/** Longest time for one file, in seconds: at least three times what the slowest needs on two idle cores. */
const limitsSeconds = { gate: 600, quick: 600, long: 3_600 } as const;

export const help = `Runs the tests.

    deno task test [OPTION ...] [FILE or FOLDER ...]
    deno task test:quick    only tests that reach a file which differs from the main branch
    deno task test:long     every run of every test, where the others run a share

Tests that need real time run one at a time, or two from ${coresForTwo} cores on, and those that judge the machine's own
time run alone after them. The others run beside these over all cores, at idle priority, so that they disturb
no clock. Of those that need real time at most three that fail run once more, alone; one that passes then is
named "unsteady", with what it said first. What is missing on the machine is installed with apt-get where that
is allowed. The last line is "N passed, N failed", with ", N skipped" where a test could not
run; the exit code is 0 when none failed.

    --filter TEXT     tests whose name holds TEXT, or matches /TEXT/
    --jobs N          files that need no real time and run beside each other; as many as there are cores unless given
    --real-time-jobs N
                      files that need real time and run beside each other; unless given, 1, or 2 from ${coresForTwo} cores on
    --limit SECONDS   longest time for each file; unless given, some times what the file usually takes, at most
                      ${limitsSeconds.gate}; with test:long ${limitsSeconds.long}
    --quick, --long   what test:quick and test:long give
    --help            this text

    UNDERSTUDY_TEST_SHARE=N     repeats the share that a run printed; "all" runs everything
    CI=true                     what is missing on the machine is a failure, not a skipped test
`;

/** Reads the command line; undefined when help is asked for. Throws {@link CommandLineError}. */
export function readTestRun(args: readonly string[], cores: number): TestRun | undefined {
  let scope: TestRun["scope"] = "gate";
  let filter: string | undefined;
  let jobs = cores;
  let realTimeJobs = cores >= coresForTwo ? 2 : 1;
  let limitSeconds: number | undefined;
  const files: string[] = [];
  const words = args.flatMap((word) => /^--[\w-]+=/.test(word) ? word.split(/=(.*)/s).slice(0, 2) : [word]);
  while (words.length > 0) {
    const word = words.shift()!;
    const value = () => {
      const next = words.shift();
      if (next === undefined) throw new CommandLineError(`${word} needs a value; see --help`);
      return next;
    };
    const count = () => {
      const text = value();
      if (!/^[1-9]\d*$/.test(text)) {
        throw new CommandLineError(`${word}: expected a whole number from 1, found "${text}"`);
      }
      return Number(text);
    };
    if (word === "--help" || word === "-h") return undefined;
    else if (word === "--quick") scope = "quick";
    else if (word === "--long") scope = "long";
    else if (word === "--filter") filter = value();
    else if (word === "--jobs") jobs = count();
    else if (word === "--real-time-jobs") realTimeJobs = count();
    else if (word === "--limit") limitSeconds = count();
    else if (word.startsWith("-")) throw new CommandLineError(`there is no option ${word}; see --help`);
    else files.push(word);
  }
  return {
    ...{ scope, filter, files, jobs, realTimeJobs },
    limitSeconds: limitSeconds ?? limitsSeconds[scope],
    isFixedLimit: limitSeconds !== undefined || scope === "long",
  };
}

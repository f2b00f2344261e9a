/**
 * The arguments of a development command: a benchmark, a fuzzer, a chaos run. `--help` prints the comment at the beginning of its file,
 * which says what it does and how it is called, and its options; wrong arguments are one sentence, the same text, and exit code 2.
 */
import { parseArgs } from "node:util";

/** An option: what a value is when none is given, and what it means. `false`: it takes no value. */
export interface CommandOption {
  readonly usual: string | number | false | undefined;
  readonly about: string;
}

type Options = Readonly<Record<string, CommandOption>>;

/** A number where a number is usual, a switch where `false` is, else a text, if one was given. */
export type Values<O extends Options> = {
  readonly [Name in keyof O]: O[Name]["usual"] extends false ? boolean
    : O[Name]["usual"] extends number ? number
    : O[Name]["usual"] extends string ? string
    : string | undefined;
};

export interface CommandArguments<O extends Options> {
  readonly options: Values<O>;
  /** The words that are no options. */
  readonly words: readonly string[];
  /** A word as a number; `usual` where it was left out. */
  readonly numberAt: (index: number, usual: number) => number;
}

/** What the command line of a development command allows. */
export interface CommandShape<O extends Options> {
  readonly options?: O;
  /** Words that are no options, at most. */
  readonly maxWords?: number;
}

/**
 * Reads the arguments of this process. Ends it after `--help` and after wrong arguments.
 *
 * @param file `import.meta.url` of the command
 */
export function developmentCommand<const O extends Options = Record<never, never>>(
  file: string,
  shape: CommandShape<O>,
  args: readonly string[] = Deno.args,
): CommandArguments<O> {
  const { options = {} as O, maxWords = 0 } = shape;
  const help = () => usageText(Deno.readTextFileSync(new URL(file)), options);
  const refuse = (problem: string): never => {
    console.error(`${problem}\n\n${help()}`);
    Deno.exit(2);
  };
  const numberOf = (text: string, name: string): number => {
    const value = Number(text);
    return text.trim() !== "" && Number.isFinite(value)
      ? value
      : refuse(`${name}: expected a number, found "${text}"`);
  };
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h", default: false },
        ...Object.fromEntries(
          Object.entries(options).map(([name, { usual }]) => [
            name,
            { type: usual === false ? "boolean" as const : "string" as const },
          ]),
        ),
      },
    });
  } catch (error) {
    return refuse((error as Error).message);
  }
  const { positionals: words } = parsed;
  const values = parsed.values as Readonly<Record<string, string | boolean | undefined>>;
  if (values.help) {
    console.log(help());
    Deno.exit(0);
  }
  if (words.length > maxWords) refuse(`expected at most ${maxWords} words, found "${words.join(" ")}"`);
  const read = Object.entries(options).map(([name, { usual }]) => {
    const value = values[name] ?? usual;
    return [name, typeof usual === "number" ? numberOf(String(value), `--${name}`) : value];
  });
  return {
    options: Object.fromEntries(read),
    words,
    numberAt: (index, usual) => index < words.length ? numberOf(words[index], `word ${index + 1}`) : usual,
  };
}

/** The comment at the beginning of a file, and the options. */
export function usageText(source: string, options: Options): string {
  const [, comment = ""] = /^\/\*\*([^]*?)\*\//.exec(source) ?? [];
  const text = comment.split("\n").map((line) => line.replace(/^\s*\* ?/, "").trimEnd()).join("\n").trim();
  const rows = Object.entries(options).map(([name, { usual, about }]) => {
    const left = usual === false ? `--${name}` : `--${name} ${typeof usual === "number" ? "N" : "TEXT"}`;
    const isSaid = usual === false || usual === undefined;
    return `  ${left.padEnd(20)} ${about}${isSaid ? "" : ` (${usual})`}`;
  });
  return rows.length === 0 ? text : `${text}\n\noptions:\n${rows.join("\n")}`;
}

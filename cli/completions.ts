/** `understudy completions`: scripts by which a shell completes commands, options, patches and files, from the one declaration. */
import { patchNames } from "../patches/ready/catalogue.ts";
import { type CompletionsCommand, helpPages } from "./command_line.ts";
import {
  type CommandName,
  commandNames,
  type Completion,
  declarationOf,
  globalOptions,
  type OptionDeclaration,
} from "./commands.ts";

/** Addresses that every engine has, whichever patch plays. */
const addresses = [
  "/note",
  "/off",
  "/go",
  "/panic",
  "/status",
  "/help",
  "/tree",
  "/get",
  "/patch/load",
  "/quit",
];

/** The script for a shell. */
export function completions(shell: CompletionsCommand["shell"]): string {
  return { bash, zsh, fish }[shell]();
}

/** Options of a command, those of every command among them. */
function optionsOf(command: CommandName): [string, OptionDeclaration][] {
  return Object.entries({ ...declarationOf(command).options, ...globalOptions });
}

/** Words that may stand in a place; a patch may also be a file. */
function wordsOf(completion: Completion | undefined): readonly string[] {
  if (completion === "patch") return patchNames;
  if (completion === "address") return addresses;
  return typeof completion === "object" ? completion : [];
}

function takesFiles(completion: Completion | undefined): boolean {
  return completion === "patch" || completion === "file" || completion === "folder";
}

const topics = [...commandNames, ...helpPages];

function bash(): string {
  const reply = (completion: Completion | undefined) => {
    const words = wordsOf(completion).join(" ");
    const parts = [
      ...(words === "" ? [] : [`COMPREPLY=($(compgen -W "${words}" -- "$cur"))`]),
      ...(takesFiles(completion) ? ['COMPREPLY+=($(compgen -f -- "$cur"))', "compopt -o filenames"] : []),
    ];
    return parts.length === 0 ? ":" : parts.join("; ");
  };
  const options = commandNames.map((command) => {
    const names = optionsOf(command).flatMap(([name, { short }]) =>
      short === undefined ? [`--${name}`] : [`-${short}`, `--${name}`]
    );
    return `    ${command}) options="${names.join(" ")}" ;;`;
  });
  const values = new Map(commandNames.flatMap(optionsOf).filter(([, { value }]) => value !== undefined));
  const valueCases = [...values].map(([name, { short, completion }]) =>
    `    ${short === undefined ? "" : `-${short}|`}--${name}) ${reply(completion)}; return ;;`
  );
  const argumentCases = commandNames.map((command) =>
    `    ${command}) ${reply(declarationOf(command).arguments[0]?.completion)} ;;`
  );
  return `# Completions of understudy for bash; made by: understudy completions bash
_understudy() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" command="" word options=""
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in ${[...commandNames, "help"].join("|")}) command="$word"; break ;; esac
  done
  case "$prev" in
${valueCases.join("\n")}
  esac
  case "$command" in
    "") COMPREPLY=($(compgen -W "${
    [...commandNames, "help", ...Object.keys(globalOptions).map((name) => `--${name}`)].join(" ")
  }" -- "$cur")); return ;;
    help) COMPREPLY=($(compgen -W "${topics.join(" ")}" -- "$cur")); return ;;
${options.join("\n")}
  esac
  if [[ "$cur" == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$cur"))
    return
  fi
  case "$command" in
${argumentCases.join("\n")}
  esac
}
complete -F _understudy understudy
`;
}

function zsh(): string {
  const quoted = (text: string) => text.replaceAll("'", "'\\''").replaceAll(/[:[\]]/g, "\\$&");
  const action = (completion: Completion | undefined) => {
    const words = wordsOf(completion);
    if (completion === "patch") return `{ compadd ${words.join(" ")}; _files }`;
    if (takesFiles(completion)) return "_files";
    return words.length === 0 ? " " : `(${words.join(" ")})`;
  };
  const cases = commandNames.map((command) => {
    const [argument] = declarationOf(command).arguments;
    const lines = [
      ...optionsOf(command).map(([name, { short, value, meaning, completion }]) => {
        const end = `[${quoted(meaning)}]${
          value === undefined ? "" : `:${quoted(value)}:${action(completion)}`
        }`;
        return short === undefined
          ? `'--${name}${end}'`
          : `'(-${short} --${name})'{-${short},--${name}}'${end}'`;
      }),
      ...(argument === undefined ? [] : [`'*:${quoted(argument.name)}:${action(argument.completion)}'`]),
    ];
    return `        ${command}) _arguments ${lines.join(" ")} ;;`;
  });
  return `#compdef understudy
# Completions of understudy for zsh; made by: understudy completions zsh
_understudy() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C '1:command:->command' '*::argument:->argument'
  case $state in
    command)
      local -a names=(
${
    [
      ...commandNames.map((name) => `        '${name}:${quoted(declarationOf(name).summary)}'`),
      "        'help:print help'",
    ].join("\n")
  }
      )
      _describe command names ;;
    argument)
      case $words[1] in
${cases.join("\n")}
        help) _values topic ${topics.join(" ")} ;;
      esac ;;
  esac
}
_understudy "$@"
`;
}

function fish(): string {
  const quoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const lines = commandNames.flatMap((command) => {
    const [argument] = declarationOf(command).arguments;
    const inCommand = `complete -c understudy -n '__fish_seen_subcommand_from ${command}'`;
    return [
      `complete -c understudy -n __fish_use_subcommand -f -a ${command} -d ${
        quoted(declarationOf(command).summary)
      }`,
      ...optionsOf(command).map(([name, { short, value, meaning, completion }]) =>
        `${inCommand} -l ${name}${short === undefined ? "" : ` -s ${short}`} -d ${quoted(meaning)}` +
        (value === undefined
          ? ""
          : takesFiles(completion)
          ? " -r -F"
          : ` -x -a ${quoted(wordsOf(completion).join(" "))}`)
      ),
      `${inCommand}${takesFiles(argument?.completion) ? " -F" : " -f"}`,
      ...(wordsOf(argument?.completion).length === 0
        ? []
        : [`${inCommand} -a ${quoted(wordsOf(argument?.completion).join(" "))}`]),
    ];
  });
  return [
    "# Completions of understudy for fish; made by: understudy completions fish",
    ...lines,
    `complete -c understudy -n __fish_use_subcommand -f -a help -d 'print help'`,
    `complete -c understudy -n '__fish_seen_subcommand_from help' -f -a ${quoted(topics.join(" "))}`,
    "",
  ].join("\n");
}

/** Every command in the documents: its task exists, the program takes its arguments, its settings are declared. */
import assert from "node:assert/strict";
import { commandNames } from "../../cli/commands.ts";
import { parseCommandLine } from "../../cli/command_line.ts";
import { settingNames } from "../../config/settings.ts";

const root = new URL("../../", import.meta.url);
const { tasks }: { tasks: Record<string, { command: string }> } = JSON.parse(
  Deno.readTextFileSync(new URL("deno.json", root)),
);

/** A command as a document has it. */
interface Written {
  readonly place: string;
  readonly line: string;
}

function written(): Written[] {
  const documents = [
    "README.md",
    "CONTRIBUTING.md",
    ...[...Deno.readDirSync(new URL("docs", root))].map(({ name }) => `docs/${name}`),
  ].filter((path) => path.endsWith(".md")).sort();
  return documents.flatMap((path) =>
    Deno.readTextFileSync(new URL(path, root)).split("\n").flatMap((text, index) => {
      const place = `${path}:${index + 1}`;
      const block = /^(?: {4}|\t| {7})(\S.*)$/.exec(text)?.[1];
      // without an argument it names the command, or a process
      const inline = [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code)
        .filter((code) => !/^(?:understudy|(?:npx -y )?deno task) \S+$/.test(code));
      return [...(block === undefined ? [] : [block]), ...inline].map((line) => ({ place, line }));
    })
  );
}

/** Words of a line for a shell, without settings before and a comment behind it; undefined: it is no command of ours. */
function wordsOf(line: string): { readonly settings: string[]; readonly words: string[] } | undefined {
  const all = (line.match(/"[^"]*"|'[^']*'|\S+/g) ?? []).map((word) => word.replace(/^(["'])(.*)\1$/, "$2"));
  const end = all.findIndex((word) => word.startsWith("#") || ["&", "&&", "|", ">", "<", ";"].includes(word));
  const words = end < 0 ? all : all.slice(0, end);
  if (words[0] === "sudo") words.shift();
  const set: string[] = [];
  while (/^[A-Z][A-Z_]*=/.test(words[0] ?? "")) set.push(words.shift()!.split("=")[0]);
  if (words[0] === "npx" && words[1] === "-y") words.splice(0, 2);
  const isTask = words[0] === "deno" && words[1] === "task";
  if (isTask) words.splice(0, 2);
  else if (words[0] === "understudy") words.shift();
  else return undefined;
  // half a sentence, or a place where a reader puts something
  if (words.length === 0 || words.some((word) => /[…|[\]]|^\.\.\.$/.test(word))) return undefined;
  return { settings: set, words: isTask ? ["task", ...words] : words };
}

Deno.test("each command of a document exists, takes its arguments, and each setting before it is declared", () => {
  const known = new Set(settingNames);
  const mistakes: string[] = [];
  let count = 0;
  for (const { place, line } of written()) {
    const command = wordsOf(line);
    if (command === undefined) continue;
    count++;
    const wrong = (text: string) => mistakes.push(`${place}: ${line}: ${text}`);
    for (const name of command.settings) {
      if (name.startsWith("UNDERSTUDY_") && !known.has(name)) wrong(`${name} is no setting`);
    }
    const [first, task, ...others] = command.words;
    const words = first === "task" ? wordsOfTask(task, others) : command.words;
    if (words === undefined) wrong(`there is no task ${task}`);
    else if (words.length > 0) {
      try {
        parseCommandLine(words);
      } catch (error) {
        wrong((error as Error).message);
      }
    }
  }
  assert.ok(count > 100, String(count));
  assert.deepEqual(mistakes, []);
});

/** What a task gives the program; empty for one that is no command of it, undefined for one that is not there. */
function wordsOfTask(task: string, others: readonly string[]): string[] | undefined {
  const found = tasks[task];
  if (found === undefined) return undefined;
  const name = / main\.ts ([a-z]+)$/.exec(found.command)?.[1];
  return name !== undefined && (commandNames as readonly string[]).includes(name) ? [name, ...others] : [];
}

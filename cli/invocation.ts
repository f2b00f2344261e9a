/** How the user called this program, so that every hint is a line that works when it is pasted. */

/** Set by a package whose program starts this one: the words that start it. */
const commandVariable = "_UNDERSTUDY_COMMAND";

/** Commands whose task has another name, because a task for contributors has theirs. */
const taskNames: Readonly<Record<string, string>> = { check: "check:patch" };

/** A line as the user types it: the words that start the program, and the command with its arguments. */
export function typed(program: string, line: string): string {
  const [command, ...rest] = line.split(" ");
  const name = program.endsWith("deno task") ? taskNames[command] ?? command : command;
  return [program, name, ...rest].join(" ");
}

/**
 * The words before a command: `understudy`, or those by which a task of this checkout is run.
 *
 * @param environment variables that npm, npx and Deno's task runner set
 */
export function invocation(
  environment: (name: string) => string | undefined = (name) => Deno.env.get(name),
  isStandalone = Deno.build.standalone,
): string {
  const given = environment(commandVariable);
  if (given) return given;
  if (isStandalone || environment("INIT_CWD") === undefined) return "understudy";
  const agent = environment("npm_config_user_agent") ?? "";
  if (agent.startsWith("deno/")) return "deno task";
  const run = environment("npm_lifecycle_script")?.trim().replaceAll(/^["']|["']$/g, "");
  return run === "deno" ? "npx -y deno task" : "understudy";
}

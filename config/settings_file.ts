/**
 * Settings from a file: a line for each, `NAME=value`, by the names of the environment variables. Blank lines and lines that begin
 * with `#` or `;` are skipped, a value may stand in single or double quotes, and `export` before a name is allowed: a shell and a
 * unit of systemd read the same file. A line that is something else is an error, and no part of a file is taken without a word.
 */
import { exists } from "../foundation/exists.ts";
import { readTextFileSync } from "../foundation/read_text_file.ts";
import { ConfigError } from "./config_error.ts";

/** A file of settings, as it was read. */
export interface SettingsFile {
  /** As it was named, for messages. */
  readonly path: string;
  /** By name, as it is written in the file. */
  readonly entries: ReadonlyMap<string, SettingsEntry>;
}

export interface SettingsEntry {
  readonly value: string;
  /** From 1. */
  readonly line: number;
}

/** Largest file of settings. */
const maxBytes = 2 ** 20;

/** The file that is read where it exists and none was named. */
const defaultSettingsFile = "understudy.env";

/**
 * Reads the file that was named, or the default one of the working folder; undefined where that is not there.
 *
 * @throws {ConfigError} naming the file, or every wrong line with what was expected
 */
export function readSettingsFile(named?: string): SettingsFile | undefined {
  if (named === undefined && !exists(defaultSettingsFile)) return undefined;
  const path = named ?? defaultSettingsFile;
  try {
    return parseSettingsFile(readTextFileSync(path, maxBytes), path);
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    const reason = cause instanceof Deno.errors.NotFound ? "there is no such file" : (cause as Error).message;
    throw new ConfigError([`cannot read the settings in ${path}: ${reason}`], { cause });
  }
}

/** Reads the text of a file. Throws {@link ConfigError}. */
export function parseSettingsFile(text: string, path: string): SettingsFile {
  const entries = new Map<string, SettingsEntry>();
  const problems: string[] = [];
  for (const [index, content] of text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/).entries()) {
    const line = content.trim();
    const where = `${path}:${index + 1}`;
    if (line === "" || /^[#;]/.test(line)) continue;
    const match = /^(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*)$/.exec(line);
    if (match === null) {
      problems.push(`${where}: expected NAME=value or a comment, found "${line.split("=")[0].slice(0, 40)}"`);
      continue;
    }
    const [, name, written] = match;
    const value = unquoted(written);
    const before = entries.get(name);
    if (value === undefined) problems.push(`${where}: ${name}: the quotes do not close`);
    else if (before !== undefined) problems.push(`${where}: ${name} is already set in line ${before.line}`);
    else entries.set(name, { value, line: index + 1 });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return { path, entries };
}

/** A value without its quotes and the comment behind it; undefined: the quotes do not close. */
function unquoted(written: string): string | undefined {
  const quote = written[0];
  if (quote !== '"' && quote !== "'") return written.replace(/\s+#.*$/, "").trim();
  const end = written.indexOf(quote, 1);
  if (end < 0 || !/^\s*(#.*)?$/.test(written.slice(end + 1))) return undefined;
  return written.slice(1, end).trim();
}

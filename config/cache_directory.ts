import { homedir } from "node:os";
import { ConfigError } from "./config_error.ts";

/**
 * Where programs keep what they can make again: the folder that was configured, or that of the XDG base directory specification.
 * There is no other: a folder that every user can name is one that every user can fill.
 *
 * @param environment variables that name folders
 * @param home the user's home as the system knows it, without the variable
 * @throws {ConfigError} when nothing tells which folder belongs to this user
 */
export function cacheDirectory(
  configured?: string,
  environment: (name: string) => string | undefined = (name) => Deno.env.get(name),
  home: () => string | null | undefined = homedir,
): string {
  if (configured !== undefined && configured !== "") return configured.replace(/(?<=.)\/$/, "");
  // a relative path is invalid by that specification, and would follow the working directory
  const absolute = (path: string | null | undefined) => path?.startsWith("/") ? path : undefined;
  const cache = absolute(environment("XDG_CACHE_HOME"));
  if (cache !== undefined) return `${cache}/understudy`;
  const user = absolute(environment("HOME")) ?? absolute(home());
  if (user !== undefined) return `${user}/.cache/understudy`;
  throw new ConfigError(["this user has no home folder: set UNDERSTUDY_CACHE_DIR to a folder of its own"]);
}

/**
 * Folders and files that only this user, or root, can change: what is loaded or gone on from is trusted for its owner, not for its
 * place. Any thread.
 */
import { exitCodes } from "./exit_codes.ts";
import { ExitError } from "./exit_error.ts";

/** Somebody else could change what lies there; the message names the remedy. */
export class NotPrivateError extends ExitError {
  override readonly name = "NotPrivateError";
  override readonly exitCode = exitCodes.usage;
}

/** Bits of a mode by which the group or all others may write. */
const foreignWrite = 0o022;

/** Why others can change a file or folder; undefined: they cannot, or the system knows no owners. */
export function foreignAccess(path: string): string | undefined {
  const { uid, mode } = Deno.statSync(path);
  const user = Deno.uid();
  if (user === null || uid === null || mode === null) return undefined;
  if (uid !== user && uid !== 0) return `belongs to another user (${uid})`;
  if ((mode & foreignWrite) !== 0) {
    return `can be written by other users (mode ${(mode & 0o777).toString(8)})`;
  }
  return undefined;
}

/**
 * Makes a folder for this user alone where it is missing, and checks one that is there.
 *
 * @param setting variable that names another folder
 * @throws {NotPrivateError} when others can change what is in it, and the errors of the system
 */
export function makePrivateFolder(path: string, setting: string): void {
  Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
  const problem = foreignAccess(path);
  if (problem === undefined) return;
  throw new NotPrivateError(
    `the folder ${path} ${problem}, who could put code there that runs as you: ` +
      `make it yours alone (chown $USER, chmod 700), or name another folder in ${setting}`,
  );
}

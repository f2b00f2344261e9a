/** The text of a file that a person names, when it is a file: a device never ends, and a pipe may never begin. */

/** Why a file is not read. The text says what was expected and found. */
export class UnfitFileError extends Error {
  override readonly name = "UnfitFileError";
}

/** Throws {@link UnfitFileError} and the errors of the system. */
export async function readTextFile(path: string, maxBytes: number): Promise<string> {
  check(await Deno.stat(path), maxBytes);
  return await Deno.readTextFile(path);
}

/** As {@link readTextFile}, for a start. */
export function readTextFileSync(path: string, maxBytes: number): string {
  check(Deno.statSync(path), maxBytes);
  return Deno.readTextFileSync(path);
}

function check({ isFile, isDirectory, size }: Deno.FileInfo, maxBytes: number): void {
  if (!isFile) {
    throw new UnfitFileError(`expected a file, found a ${isDirectory ? "folder" : "pipe or a device"}`);
  }
  if (size > maxBytes) throw new UnfitFileError(`expected at most ${maxBytes} bytes, found ${size}`);
}

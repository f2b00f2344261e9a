/**
 * Memory that processes share: a file, mapped over the buffer of a shared `WebAssembly.Memory`. So it stays a
 * `SharedArrayBuffer` with the atomics that threads have, WebAssembly code reads it too, and the runtime never moves it.
 */
import { cString } from "./c_string.ts";
import { exitCodes } from "../foundation/exit_codes.ts";
import { ExitError } from "../foundation/exit_error.ts";
import { invariant } from "../foundation/invariant.ts";
import type { NativeLibrary } from "./native_symbols.ts";

/** The file of a shared memory cannot be made or mapped; the message names it and the remedy. */
export class MappedMemoryError extends ExitError {
  override readonly name = "MappedMemoryError";
  override readonly exitCode = exitCodes.native;
}

const pageBytes = 65_536;
const noSpace = 28; // ENOSPC

/** How a memory is shared. */
export interface Mapping {
  /** The file; in `/dev/shm`, so that it never reaches a disk. */
  readonly path: string;
  /** A whole number of WebAssembly pages. */
  readonly bytes: number;
  /** Make the file and reserve its memory; otherwise it exists. */
  readonly create: boolean;
}

/**
 * Maps a file over the buffer of a new memory. The mapping lasts as long as the memory; the file may go before. Any isolate.
 *
 * @throws {MappedMemoryError}
 */
export function mapMemory({ symbols }: NativeLibrary, { path, bytes, create }: Mapping): WebAssembly.Memory {
  invariant(bytes > 0 && bytes % pageBytes === 0, `${path}: expected whole pages, found ${bytes} bytes`);
  const pages = bytes / pageBytes;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  // deno-lint-ignore no-explicit-any -- the type library allows pointers of unshared buffers alone
  const address = Deno.UnsafePointer.of(new Uint8Array(memory.buffer) as any);
  const error = symbols.us_map_file(cString(path), address, BigInt(bytes), create ? 1 : 0);
  if (error === 0) return memory;
  const remedy = error === noSpace
    ? `it has no room for ${Math.ceil(bytes / 2 ** 20)} MiB; give it more (docker: --shm-size), ` +
      "or set UNDERSTUDY_ISOLATION=threads"
    : "set UNDERSTUDY_ISOLATION=threads, or look at its permissions";
  throw new MappedMemoryError(`cannot share memory through ${path} (errno ${error}): ${remedy}`);
}

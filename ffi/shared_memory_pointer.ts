import { invariant } from "../foundation/invariant.ts";
import type { NativeLibrary } from "./native_symbols.ts";

/** What `us_check_layout` answers. */
const problems = ["", "magic number", "layout version", "sizes"];

/**
 * Address of the shared memory for the native part, which first compares magic, version and sizes with its own. The address
 * is valid as long as the caller's isolate keeps the memory. Any thread.
 *
 * @throws {InvariantError} when they differ
 */
export function sharedMemoryPointer(
  { symbols }: NativeLibrary,
  bytes: Uint8Array<SharedArrayBuffer>,
): Deno.PointerObject {
  const pointer = Deno.UnsafePointer.of(bytes);
  invariant(pointer !== null, "shared memory: expected at least one byte");
  const problem = symbols.us_check_layout(pointer, BigInt(bytes.length));
  invariant(
    problem === 0,
    `shared memory: the ${
      problems[problem]
    } in it differs from that of the native part; build both from one version`,
  );
  return pointer;
}

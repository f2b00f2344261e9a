/** Opens the native part. It is apart from the build, whose hashes no thread or process needs that only plays. */
import { type NativeLibrary, nativeSymbols } from "./native_symbols.ts";
import { exitCodes } from "../foundation/exit_codes.ts";
import { ExitError } from "../foundation/exit_error.ts";

/** The native part could not be built or loaded; the message has the remedy. */
export class NativeBuildError extends ExitError {
  override readonly name = "NativeBuildError";
  override readonly exitCode = exitCodes.native;
}

/** Opens a built native part. Throws {@link NativeBuildError} when it cannot be loaded. */
export function openNative(path: string): NativeLibrary {
  try {
    return Deno.dlopen(path, nativeSymbols);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    throw new NativeBuildError(`cannot load ${path}; delete it and start again to have it rebuilt`, {
      cause,
    });
  }
}

import { buildNative, type NativeBuild, openNative } from "../../ffi/native_library.ts";
import type { NativeLibrary } from "../../ffi/native_symbols.ts";

/** The native part as the tests use it, built into `build/` of this checkout. */
export async function nativeForTests(): Promise<{ native: NativeLibrary; build: NativeBuild }> {
  const build = await buildNative(new URL("../../build/native-tests", import.meta.url).pathname);
  return { native: openNative(build.library), build };
}

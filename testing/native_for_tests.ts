import { buildNative, type NativeBuild } from "../ffi/native_library.ts";
import { openNative } from "../ffi/open_native.ts";
import type { NativeLibrary } from "../ffi/native_symbols.ts";

/** Builds the native part into `build/` of this checkout, unless it is there. Throws NativeBuildError. */
export function buildNativeForTests(): Promise<NativeBuild> {
  return buildNative(new URL("../build/native-tests", import.meta.url).pathname);
}

/** The native part as the tests use it. */
export async function nativeForTests(): Promise<{ native: NativeLibrary; build: NativeBuild }> {
  const build = await buildNativeForTests();
  return { native: openNative(build.library), build };
}

import { buildNative, openNative } from "../ffi/native_library.ts";
import type { NativeLibrary } from "../ffi/native_symbols.ts";
import type { Config } from "./settings.ts";

/** Builds the native part when needed and opens it. Throws NativeBuildError. */
export async function loadNative(
  config: Pick<Config, "cacheDirectory">,
  notice: (text: string) => void,
): Promise<{ native: NativeLibrary; path: string; stage: string }> {
  const { library, stage, built } = await buildNative(config.cacheDirectory ?? userCache());
  if (built) notice(`native part built: ${library}`);
  return { native: openNative(library), path: library, stage };
}

/** Where programs keep what they can make again, by the XDG base directory specification. */
function userCache(): string {
  const home = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME") ?? "/tmp"}/.cache`;
  return `${home}/understudy`;
}

import { buildNative } from "../ffi/native_library.ts";
import { NativeBuildError, openNative } from "../ffi/open_native.ts";
import type { NativeLibrary } from "../ffi/native_symbols.ts";
import { makePrivateFolder } from "../foundation/private_folder.ts";
import { cacheDirectory } from "./cache_directory.ts";
import type { Config } from "./settings.ts";

/** Builds the native part when needed and opens it. Throws NativeBuildError, NotPrivateError, and the reason of the signal. */
export async function loadNative(
  config: Pick<Config, "cacheDirectory">,
  notice: (text: string) => void,
  signal?: AbortSignal,
): Promise<{ native: NativeLibrary; path: string; stage: string }> {
  const cache = cacheDirectory(config.cacheDirectory);
  const { library, stage, built } = await buildNative(cache, { signal });
  if (built) notice(`native part built: ${library}`);
  let native: NativeLibrary;
  try {
    native = openNative(library);
  } catch (error) {
    if (!(error instanceof NativeBuildError) || built || Deno.build.standalone) throw error;
    // what a package brought may need a newer C library than this system has
    await Deno.remove(library);
    await buildNative(cache, { prebuilt: undefined, signal });
    notice(`native part built: ${library}`);
    native = openNative(library);
  }
  return { native, path: library, stage: await onDisk(stage, cache) };
}

/** A compiled binary carries the stage's program; the system starts it from a file. */
async function onDisk(stage: string, cache: string): Promise<string> {
  if (!Deno.build.standalone || stage.startsWith(cache)) return stage;
  const target = `${cache}/${stage.slice(stage.lastIndexOf("/") + 1)}`;
  makePrivateFolder(cache, "UNDERSTUDY_CACHE_DIR");
  const beside = `${target}-${crypto.randomUUID()}`;
  await Deno.writeFile(beside, await Deno.readFile(stage), { mode: 0o755 });
  await Deno.rename(beside, target);
  return target;
}

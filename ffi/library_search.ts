/** The places where a shared library is searched for, in order. Importing this opens nothing. */
import { type PortAudioLibrary, portAudioSymbols } from "./portaudio_symbols.ts";
import { exitCodes } from "../foundation/exit_codes.ts";
import { ExitError } from "../foundation/exit_error.ts";

/** PortAudio is not on this machine; the message lists the places tried and the command that installs it. */
export class PortAudioMissingError extends ExitError {
  override readonly name = "PortAudioMissingError";
  override readonly exitCode = exitCodes.device;
}

const systemNames: Readonly<Partial<Record<typeof Deno.build.os, readonly string[]>>> = {
  darwin: [
    "/opt/homebrew/lib/libportaudio.dylib",
    "/usr/local/lib/libportaudio.dylib",
    "libportaudio.2.dylib",
    "libportaudio.dylib",
  ],
  windows: ["portaudio_x64.dll", "portaudio.dll"],
};
const elfNames = ["libportaudio.so.2", "libportaudio.so"];

const packages = "Debian, Ubuntu: apt-get install libportaudio2; Fedora: dnf install portaudio; " +
  "Arch: pacman -S portaudio; macOS: brew install portaudio";

/** Places in the order in which they are tried: the path given, a copy bundled with the program, the system's own. */
export function portAudioPlaces(path?: string): string[] {
  if (path !== undefined) return [path];
  const names = systemNames[Deno.build.os] ?? elfNames;
  const bundled = new URL("../build/", import.meta.url).pathname;
  return [...names.filter((name) => !name.startsWith("/")).map((name) => bundled + name), ...names];
}

/**
 * Opens PortAudio. A path that was given is the only place tried.
 *
 * @throws {PortAudioMissingError} when it is nowhere; Deno's NotCapable when `--allow-ffi` is missing
 */
export function openPortAudioLibrary(path?: string): PortAudioLibrary {
  const failures: string[] = [];
  for (const place of portAudioPlaces(path)) {
    try {
      return Deno.dlopen(place, portAudioSymbols);
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied) {
        throw error;
      }
      failures.push(`  ${place}: ${(error as Error).message}`);
    }
  }
  const remedy = path === undefined
    ? `Install it (${packages}), or name it in UNDERSTUDY_PORTAUDIO.`
    : "Correct UNDERSTUDY_PORTAUDIO.";
  throw new PortAudioMissingError(
    `the PortAudio library was not found. ${remedy} Tried:\n${failures.join("\n")}`,
  );
}

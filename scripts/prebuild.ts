/**
 * Builds the native part for the machines whose packages carry it, into build/prebuilt. The same sources and compiler give the same
 * bytes. A compiler that is not installed is named, with the command that installs it, and is a failure.
 *
 *     deno task prebuild
 */
import { buildNative } from "../ffi/native_library.ts";

/** A machine, and the C compiler for it. */
export interface PrebuiltMachine {
  /** As `Deno.build.target` names it. */
  readonly target: string;
  readonly compiler: string;
  /** Debian's packages of the compiler and its C library. */
  readonly packages: string;
}

export const prebuiltMachines: readonly PrebuiltMachine[] = [
  { target: "x86_64-unknown-linux-gnu", compiler: "x86_64-linux-gnu-gcc", packages: "gcc libc6-dev" },
  {
    target: "aarch64-unknown-linux-gnu",
    compiler: "aarch64-linux-gnu-gcc",
    packages: "gcc-aarch64-linux-gnu libc6-dev-arm64-cross",
  },
];

/** Builds for machines into a folder. Throws when a compiler is missing. */
export async function prebuild(folder: string, machines = prebuiltMachines): Promise<void> {
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  for (const { target, compiler, packages } of machines) {
    try {
      const { library } = await buildNative(folder, { prebuilt: undefined, target, compiler });
      console.log(`${target}: ${library.slice(library.lastIndexOf("/") + 1)}`);
    } catch (cause) {
      throw new Error(`${target} was not built; apt-get install ${packages}`, { cause });
    }
  }
}

if (import.meta.main) await prebuild(new URL("../build/prebuilt", import.meta.url).pathname);

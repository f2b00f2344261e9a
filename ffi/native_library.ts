/**
 * Builds the native part. The shared object is cached under a hash of its sources, the compiler's flags and
 * the machine, so that it is built once per version; a build writes beside and renames, so that a half-written one is
 * never opened. What was built has its SHA-256 beside it: other content, or a file that others can change, is not loaded but built
 * once more. A `deno compile` binary carries the shared object in `build/native/` and needs no compiler.
 */
import { NativeBuildError } from "./open_native.ts";
import { exists } from "../foundation/exists.ts";
import { ExitError } from "../foundation/exit_error.ts";
import { foreignAccess, makePrivateFolder } from "../foundation/private_folder.ts";
import { sha256 } from "../foundation/sha256.ts";

const sourceFiles = [
  "export.h",
  "layout.h",
  "callback.h",
  "services.h",
  "datagrams.h",
  "midi_input.h",
  "midi_process.h",
  "ticks.h",
  "monotonic.h",
  "guard.h",
  "thread.h",
  "processes.h",
  "run_folder.h",
  "orphans.h",
  "stage.h",
  "device.h",
  "jack_library.h",
  "jack.h",
  "jack_process.h",
  "ceiling.h",
  "scheduling.h",
  "signals.h",
  "media_clock.h",
  "rtp_packet.h",
  "rtp_send.h",
  "rtp_receive.h",
  "source.h",
  "callback.c",
  "services.c",
  "datagrams.c",
  "midi_input.c",
  "midi_process.c",
  "clock.c",
  "thread.c",
  "guard.c",
  "processes.c",
  "run_folder.c",
  "orphans.c",
  "stage.c",
  "stage_play.c",
  "stage_launch.c",
  "device.c",
  "device_call.c",
  "jack_library.c",
  "jack.c",
  "jack_process.c",
  "scheduling.c",
  "signals.c",
  "media_clock.c",
  "rtp_send.c",
  "rtp_receive.c",
  "source.c",
];
/** Sources of the stage's program alone, and those of the library that it needs besides. */
const stageFiles = ["stage.c", "stage_play.c", "stage_launch.c"];
const stageNeeds = [
  "callback.c",
  "services.c",
  "clock.c",
  "thread.c",
  "guard.c",
  "scheduling.c",
  "device.c",
  "device_call.c",
  "source.c",
  "jack_library.c",
  "jack.c",
  "jack_process.c",
  "processes.c",
  "run_folder.c",
  "orphans.c",
];
const compilerFlags = [
  "-std=c11",
  "-O2",
  "-Wall",
  "-Wextra",
  "-ffp-contract=off", // a fused multiply-add would round differently from one machine to the next
  "-fno-stack-protector",
  "-fPIC",
  "-fvisibility=hidden",
];

/**
 * Once loaded it stays: libjack keeps threads of a connection whose server died, and they call back into it. A library that
 * was unloaded under such a thread ended the whole process.
 */
const linkerFlags = Deno.build.os === "linux" ? ["-Wl,-z,nodelete", "-Wl,--build-id=none"] : [];

/** Files of a built native part. */
export interface NativeBuild {
  readonly library: string;
  /** The callback's object file, whose undefined symbols show what it can call. */
  readonly callbackObject: string;
  /** The program that plays in a process of its own, and that starts the control process again. */
  readonly stage: string;
  /** Whether the compiler ran just now. */
  readonly built: boolean;
}

/**
 * Where a compiled binary carries it. A checkout does not look there, though `deno task compile` leaves it there: what was
 * compiled some time ago must not change which compiler and cache a checkout uses.
 */
const carriedDirectory = Deno.build.standalone
  ? new URL("../build/native/", import.meta.url).pathname
  : undefined;

/** Where a package has what was built for several machines; a checkout has no such folder. */
const prebuiltDirectory = new URL("./prebuilt/", import.meta.url).pathname;

export interface BuildOptions {
  /** Folder of a binary that carries the native part. */
  readonly carried?: string;
  /** Folder of a package with what was built for this machine and others; undefined: it is built here. */
  readonly prebuilt?: string | undefined;
  /** Machine to build for, as `Deno.build.target` names it, and the C compiler for it. */
  readonly target?: string;
  readonly compiler?: string;
  readonly signal?: AbortSignal;
}

/**
 * Finds the native part in `carried` or `cacheDirectory`, copies it there from `prebuilt`, or builds it there with `cc`.
 *
 * @param signal ends the compiler
 * @throws {NativeBuildError} NotPrivateError when others can write to the cache, and the reason of the signal
 */
export async function buildNative(cacheDirectory: string, options: BuildOptions = {}): Promise<NativeBuild> {
  const { carried = carriedDirectory, target = Deno.build.target, signal } = options;
  const prebuilt = "prebuilt" in options ? options.prebuilt : prebuiltDirectory;
  const compiler = options.compiler ?? Deno.env.get("CC") ?? "cc";
  const sources = await Promise.all(
    sourceFiles.map(async (name) => ({
      name,
      text: await Deno.readTextFile(new URL(`./native/${name}`, import.meta.url)),
    })),
  );
  const hash = await sha256([
    ...sources.map(({ name, text }) => `${name}\0${text}\0`),
    [...compilerFlags, ...linkerFlags, target].join("\0"),
  ]);
  const key = hash.slice(0, 16);

  const brought = carried === undefined ? undefined : filesOf(carried, key);
  if (brought !== undefined && exists(brought.library)) return { ...brought, built: false };
  prepareCache(cacheDirectory);
  const cached = filesOf(cacheDirectory, key);
  if (await isAsBuilt(cached)) return { ...cached, built: false };
  if (prebuilt !== undefined && await copyPrebuilt(filesOf(prebuilt, key), cached)) {
    return { ...cached, built: false };
  }
  await compile(sources, cached, { cacheDirectory, compiler, signal });
  return { ...cached, built: true };
}

type NativeFiles = Omit<NativeBuild, "built">;

function filesOf(folder: string, key: string): NativeFiles {
  const base = `${folder.replace(/\/$/, "")}/understudy-${key}`;
  return { library: `${base}.so`, callbackObject: `${base}-callback.o`, stage: `${base}-stage` };
}

function prepareCache(cacheDirectory: string): void {
  try {
    makePrivateFolder(cacheDirectory, "UNDERSTUDY_CACHE_DIR");
  } catch (cause) {
    if (cause instanceof ExitError) throw cause;
    throw new NativeBuildError(
      `cannot build in ${cacheDirectory} (${(cause as Error).message}): ` +
        "set UNDERSTUDY_CACHE_DIR to a folder that can be written to",
      { cause },
    );
  }
}

/** File with the hashes of a build, in the format of `sha256sum`. */
const sumsOf = ({ library }: NativeFiles) => library.replace(/so$/, "sha256");

const nameOf = (path: string) => path.slice(path.lastIndexOf("/") + 1);

async function sumsText(files: readonly { readonly name: string; readonly path: string }[]): Promise<string> {
  const lines = files.map(async ({ name, path }) =>
    `${await sha256([await Deno.readFile(path)])}  ${name}\n`
  );
  return (await Promise.all(lines)).join("");
}

/** In the order in which their hashes stand. */
const builtFiles = ({ library, callbackObject, stage }: NativeFiles) => [library, callbackObject, stage];

/** Whether all files are there, and are those of the hashes beside them. */
async function hasItsHashes(files: NativeFiles): Promise<boolean> {
  const paths = builtFiles(files);
  return [...paths, sumsOf(files)].every((path) => exists(path)) &&
    await Deno.readTextFile(sumsOf(files)) ===
      await sumsText(paths.map((path) => ({ name: nameOf(path), path })));
}

/** Whether the files are what a build of this user has left there. */
async function isAsBuilt(files: NativeFiles): Promise<boolean> {
  const isOwn = (path: string) => exists(path) && foreignAccess(path) === undefined;
  return [...builtFiles(files), sumsOf(files)].every(isOwn) && await hasItsHashes(files);
}

/** Copies what a package has for this machine; false when it has nothing, or something else than its hashes say. */
async function copyPrebuilt(from: NativeFiles, to: NativeFiles): Promise<boolean> {
  if (!await hasItsHashes(from)) return false;
  writeBeside(sumsOf(to), Deno.readFileSync(sumsOf(from)), 0o644);
  const targets = builtFiles(to);
  // the library comes last, as when it is built
  [...builtFiles(from).entries()].toReversed()
    .forEach(([index, path]) => writeBeside(targets[index], Deno.readFileSync(path), 0o755));
  return true;
}

/** Replaces a file at once and whole. */
function writeBeside(path: string, bytes: Uint8Array, mode: number): void {
  const beside = `${path}-${crypto.randomUUID()}`;
  Deno.writeFileSync(beside, bytes);
  Deno.chmodSync(beside, mode);
  Deno.renameSync(beside, path);
}

interface CompileOptions {
  readonly cacheDirectory: string;
  readonly compiler: string;
  readonly signal: AbortSignal | undefined;
}

async function compile(
  sources: readonly { name: string; text: string }[],
  target: NativeFiles,
  { cacheDirectory, compiler, signal }: CompileOptions,
): Promise<void> {
  const run = (args: string[]) => runCompiler(compiler, args, signal);
  const folder = await Deno.makeTempDir({ dir: cacheDirectory, prefix: "build-" });
  try {
    for (const { name, text } of sources) await Deno.writeTextFile(`${folder}/${name}`, text);
    const objectOf = (name: string) => `${folder}/${name.replace(/c$/, "o")}`;
    const names = sources.map(({ name }) => name).filter((name) => name.endsWith(".c"));
    for (const name of names) {
      await run([...compilerFlags, "-c", `${folder}/${name}`, "-o", objectOf(name)]);
    }
    await run([
      "-shared",
      ...linkerFlags,
      "-o",
      `${folder}/library.so`,
      ...names.filter((name) => !stageFiles.includes(name)).map(objectOf),
      "-lpthread",
      "-ldl",
    ]);
    await run([
      ...linkerFlags,
      "-o",
      `${folder}/stage`,
      ...[...stageFiles, ...stageNeeds].map(objectOf),
      "-lpthread",
      "-ldl",
    ]);
    const built = [
      { path: `${folder}/library.so`, target: target.library },
      { path: `${folder}/callback.o`, target: target.callbackObject },
      { path: `${folder}/stage`, target: target.stage },
    ];
    for (const { path } of built) await Deno.chmod(path, 0o755);
    const sums = await sumsText(built.map(({ path, target }) => ({ name: nameOf(target), path })));
    await Deno.writeTextFile(`${folder}/sums`, sums, { mode: 0o644 });
    await Deno.chmod(`${folder}/sums`, 0o644);
    // what is there now is loaded by nothing once its hashes differ, and the library comes last
    await Deno.rename(`${folder}/sums`, sumsOf(target));
    for (const { path, target } of built.toReversed()) await Deno.rename(path, target);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function runCompiler(compiler: string, args: string[], signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  let result: Deno.CommandOutput;
  try {
    result = await new Deno.Command(compiler, { args, stdout: "piped", stderr: "piped", signal }).output();
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new NativeBuildError(
      `no C compiler found as "${compiler}"; install one (Debian, Ubuntu: apt-get install gcc libc6-dev; ` +
        `Fedora: dnf install gcc; Arch: pacman -S gcc) or name it in CC`,
      { cause },
    );
  }
  signal?.throwIfAborted();
  if (result.signal !== null) {
    throw new NativeBuildError(
      `the C compiler was ended by ${result.signal}; start again to build the native part`,
    );
  }
  if (!result.success) {
    const text = new TextDecoder().decode(result.stderr).trim();
    throw new NativeBuildError(
      `"${compiler} ${
        args.join(" ")
      }" failed:\n${text}\nCheck that libc headers are installed (apt-get install libc6-dev).`,
    );
  }
}

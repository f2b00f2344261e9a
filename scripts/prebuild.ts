/**
 * Builds the native part for the machines whose packages carry it, into build/prebuilt, and writes beside it with which tools. The same
 * sources and tools give the same bytes, wherever and whenever they run; `--check` builds once more and compares, also what lies in an
 * installed package. A compiler that is not installed is named, with the command that installs it, and is a failure.
 *
 *     deno task prebuild [--check] [FOLDER]
 */
import { createHash } from "node:crypto";
import { buildNative, type NativeBuild } from "../ffi/native_library.ts";
import { developmentCommand } from "../testing/development_command.ts";
import { exists } from "../foundation/exists.ts";

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

/** File in the folder that says what was built, and with which tools. */
const recordName = "prebuilt.json";

/** What was built for a machine. */
interface BuildRecord {
  readonly target: string;
  /** Versions of the tools that decide over the bytes, in their own words. */
  readonly tools: Readonly<Record<string, string>>;
  /** SHA-256 by file name, which holds a hash of the sources. */
  readonly sha256: Readonly<Record<string, string>>;
}

/** Builds for machines into a folder. Throws when a compiler is missing. */
export async function prebuild(folder: string, machines = prebuiltMachines): Promise<void> {
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  const records: BuildRecord[] = [];
  for (const machine of machines) {
    const record = await build(folder, machine);
    records.push(record);
    console.log(`${record.target}: ${Object.keys(record.sha256).find((name) => name.endsWith(".so"))}`);
  }
  await Deno.writeTextFile(`${folder}/${recordName}`, JSON.stringify(records, undefined, 2) + "\n");
}

/**
 * Builds once more what a folder says that it holds, and returns what differs and why; nothing: the same sources and tools gave the
 * same bytes. Throws when the folder says nothing, and when a compiler is missing.
 */
export async function checkPrebuilt(folder: string, machines = prebuiltMachines): Promise<string[]> {
  const path = `${folder}/${recordName}`;
  if (!exists(path)) throw new Error(`${path}: not found; deno task prebuild writes it`);
  const records: readonly BuildRecord[] = JSON.parse(await Deno.readTextFile(path));
  const findings: string[] = [];
  for (const record of records) {
    const machine = machines.find(({ target }) => target === record.target);
    if (machine === undefined) findings.push(`${record.target}: no compiler is known for it here`);
    else findings.push(...await differences(folder, record, machine));
  }
  return findings;
}

async function differences(folder: string, record: BuildRecord, machine: PrebuiltMachine): Promise<string[]> {
  const { target, sha256, tools } = record;
  const findings = Object.keys(sha256)
    .filter((name) => !exists(`${folder}/${name}`) || hashOf(`${folder}/${name}`) !== sha256[name])
    .map((name) => `${target}: ${name} is not the file that was built: it is missing or was changed`);
  const place = await Deno.makeTempDir({ prefix: "understudy-built-again-" });
  try {
    const again = await build(place, machine);
    const names = Object.keys(again.sha256);
    if (names.join() !== Object.keys(sha256).join()) {
      return [...findings, `${target}: it was built of other sources or with other options than those here`];
    }
    const other = names.filter((name) => again.sha256[name] !== sha256[name]);
    if (other.length === 0) return findings;
    const changed = Object.keys(again.tools).filter((tool) => again.tools[tool] !== tools[tool])
      .map((tool) => `${tool} was "${tools[tool]}", here it is "${again.tools[tool]}"`);
    const reason = changed.length > 0
      ? `other tools give other bytes: ${changed.join("; ")}`
      : "with the same tools: the build depends on something else, as a path or the time";
    return [...findings, `${target}: ${other.join(", ")} differ${other.length === 1 ? "s" : ""}, ${reason}`];
  } finally {
    await Deno.remove(place, { recursive: true });
  }
}

async function build(folder: string, { target, compiler, packages }: PrebuiltMachine): Promise<BuildRecord> {
  try {
    const built = await buildNative(folder, { prebuilt: undefined, target, compiler });
    const sha256 = filesOf(built).map((path) => [path.slice(path.lastIndexOf("/") + 1), hashOf(path)]);
    return { target, tools: await toolsOf(compiler), sha256: Object.fromEntries(sha256) };
  } catch (cause) {
    throw new Error(`${target} was not built; apt-get install ${packages}`, { cause });
  }
}

function filesOf({ library, callbackObject, stage }: NativeBuild): readonly string[] {
  return [library, callbackObject, stage];
}

function hashOf(path: string): string {
  return createHash("sha256").update(Deno.readFileSync(path)).digest("hex");
}

/** Compiler, linker and C library: the last gives programs their first instructions. */
async function toolsOf(compiler: string): Promise<Record<string, string>> {
  const linker = await printed(compiler, ["-print-prog-name=ld"]);
  const macros = await printed(compiler, ["-dM", "-E", "-include", "features.h", "-x", "c", "/dev/null"]);
  const versionOf = (name: string) => new RegExp(`^#define ${name} (\\d+)$`, "m").exec(macros)?.[1] ?? "?";
  return {
    "the compiler": firstLine(await printed(compiler, ["--version"])),
    "the linker": firstLine(await printed(linker.trim(), ["--version"])),
    "the C library": `${versionOf("__GLIBC__")}.${versionOf("__GLIBC_MINOR__")}`,
  };
}

async function printed(program: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args] }).output();
  if (!success) throw new Error(`${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

function firstLine(text: string): string {
  return text.split("\n")[0].trim();
}

if (import.meta.main) {
  const folder = new URL("../build/prebuilt", import.meta.url).pathname;
  const { options: { check }, words: [place = folder] } = developmentCommand(import.meta.url, {
    maxWords: 1,
    options: { check: { usual: false, about: "build what the folder holds once more, and compare" } },
  });
  if (!check) await prebuild(place);
  else {
    const findings = await checkPrebuilt(place);
    console.log(findings.length === 0 ? `${place}: the same bytes were built again` : findings.join("\n"));
    Deno.exit(findings.length === 0 ? 0 : 1);
  }
}

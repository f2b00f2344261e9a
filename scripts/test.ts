/**
 * Runs all tests. Installs what they need where it may (as root, with apt-get), and says exactly what is missing where it
 * may not. The last line is `N passed, N failed`, with `, N skipped` where a test could not run.
 *
 *     deno task test [FILE or --filter TEXT ...]
 */
import { loadable, onPath } from "../testing/requirement.ts";

/** Programs and libraries that the tests use, and the Debian packages that bring them. */
const needs: readonly { readonly package: string; readonly present: () => boolean }[] = [
  { package: "gcc", present: () => onPath("cc") },
  { package: "libc6-dev", present: () => exists("/usr/include/stdio.h") },
  { package: "binutils", present: () => onPath("nm") },
  { package: "libportaudio2", present: () => loadable("libportaudio.so.2") },
  { package: "jackd2", present: () => onPath("jackd") && onPath("jack_lsp") },
  { package: "jack-tools", present: () => onPath("jack-record") },
  { package: "liblo-tools", present: () => onPath("oscsend") },
  { package: "python3", present: () => onPath("python3") },
  { package: "puredata-core", present: () => onPath("pd") },
  { package: "sox", present: () => onPath("sox") },
  {
    package: "libsox-fmt-base",
    present: () => exists(`/usr/lib/${Deno.build.arch}-linux-gnu/sox/libsox_fmt_flac.so`),
  },
  { package: "supercollider-language", present: () => onPath("sclang") },
];

async function main(args: readonly string[]): Promise<number> {
  if (missing().length > 0) await install(missing());
  const junit = await Deno.makeTempFile({ suffix: ".xml" });
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--no-check", "-A", `--junit-path=${junit}`, ...(args.length > 0 ? args : ["tests/"])],
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  const counts = await countResults(junit);
  await Deno.remove(junit);
  const nothingRan = counts.passed + counts.failed + counts.skipped === 0;
  const failed = counts.failed === 0 && (code !== 0 || nothingRan) ? 1 : counts.failed;
  console.log(
    `${counts.passed} passed, ${failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ""}`,
  );
  return failed > 0 ? code || 1 : 0;
}

function missing(): string[] {
  return needs.filter(({ present }) => !present()).map((need) => need.package);
}

/** Installs where it may; what is missing after that is named with the command that brings it. */
async function install(packages: readonly string[]): Promise<void> {
  if (onPath("apt-get") && Deno.uid() === 0) {
    console.error(`installing what the tests need: ${packages.join(", ")}`);
    const env = { DEBIAN_FRONTEND: "noninteractive" };
    for (const args of [["update"], ["install", "-y", "--no-install-recommends", ...packages]]) {
      const { success, stderr } = await new Deno.Command("apt-get", { args, env, stdin: "null" }).output();
      if (!success) console.error(`apt-get ${args.join(" ")} failed:\n${new TextDecoder().decode(stderr)}`);
    }
  }
  const left = missing();
  if (left.length === 0) return;
  const effect = Deno.env.get("CI") === "true" ? "fail" : "are skipped";
  console.error(`MISSING for the tests: ${left.join(", ")}. Tests that need them ${effect}.`);
  console.error(`Install with: sudo apt-get install ${left.join(" ")}`);
}

/** Counts from the report that the test runner writes. */
async function countResults(path: string): Promise<{ passed: number; failed: number; skipped: number }> {
  const report = await Deno.readTextFile(path);
  const suites = [
    ...report.matchAll(/<testsuite [^>]*tests="(\d+)" disabled="(\d+)" errors="(\d+)" failures="(\d+)"/g),
  ];
  const sum = (index: number) => suites.reduce((total, suite) => total + Number(suite[index]), 0);
  // the report marks what a filter left out as skipped too, but gives it no time
  const leftOut = report.match(/<testcase (?![^>]* time=)[^>]*>\s*<skipped\/>/g)?.length ?? 0;
  const [all, disabled, failed] = [sum(1), sum(2), sum(3) + sum(4)];
  return { passed: all - disabled - failed, failed, skipped: disabled - leftOut };
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

Deno.exit(await main(Deno.args));

/**
 * Runs all tests. Installs what they need where it may (as root, with apt-get), and says exactly what is missing where it
 * may not. The last line is `N passed, N failed`, with `, N skipped` where a test could not run.
 *
 *     deno task test [FILE or --filter TEXT ...]
 */
import { onPath } from "../tests/requirement.ts";

/** Programs and libraries that the tests use, and the Debian packages that bring them. */
const needs: readonly { readonly package: string; readonly present: () => boolean }[] = [
  { package: "gcc", present: () => onPath("cc") },
  { package: "libc6-dev", present: () => exists("/usr/include/stdio.h") },
  { package: "binutils", present: () => onPath("nm") },
  { package: "libportaudio2", present: () => loads("libportaudio.so.2") },
  { package: "jackd2", present: () => onPath("jackd") && onPath("jack_lsp") },
  { package: "jack-tools", present: () => onPath("jack-record") },
  { package: "liblo-tools", present: () => onPath("oscsend") },
];

async function main(args: readonly string[]): Promise<number> {
  const missing = needs.filter(({ present }) => !present()).map((need) => need.package);
  if (missing.length > 0) await install(missing);
  const junit = await Deno.makeTempFile({ suffix: ".xml" });
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--no-check", "-A", `--junit-path=${junit}`, ...(args.length > 0 ? args : ["tests/"])],
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  const counts = await countResults(junit);
  await Deno.remove(junit);
  const failed = code !== 0 && counts.failed === 0 ? 1 : counts.failed;
  console.log(
    `${counts.passed} passed, ${failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ""}`,
  );
  return failed > 0 ? 1 : code;
}

async function install(packages: readonly string[]): Promise<void> {
  const command = `apt-get install ${packages.join(" ")}`;
  if (!onPath("apt-get") || Deno.uid() !== 0) {
    console.error(
      `MISSING for the tests: ${
        packages.join(", ")
      }. Tests that need them are skipped. Install with: sudo ${command}`,
    );
    return;
  }
  console.error(`installing what the tests need: ${packages.join(", ")}`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", ...packages]]) {
    const { success, stderr } = await new Deno.Command("apt-get", { args, env, stdin: "null" }).output();
    if (!success) console.error(`apt-get ${args.join(" ")} failed:\n${new TextDecoder().decode(stderr)}`);
  }
}

/** Counts from the report that the test runner writes. */
async function countResults(path: string): Promise<{ passed: number; failed: number; skipped: number }> {
  const report = await Deno.readTextFile(path);
  const suites = [
    ...report.matchAll(/<testsuite [^>]*tests="(\d+)" disabled="(\d+)" errors="(\d+)" failures="(\d+)"/g),
  ];
  const sum = (index: number) => suites.reduce((total, suite) => total + Number(suite[index]), 0);
  const [all, skipped, failed] = [sum(1), sum(2), sum(3) + sum(4)];
  return { passed: all - skipped - failed, failed, skipped };
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

function loads(library: string): boolean {
  try {
    Deno.dlopen(library, {}).close();
    return true;
  } catch {
    return false;
  }
}

Deno.exit(await main(Deno.args));

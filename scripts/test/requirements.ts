/** Programs and libraries that the tests use, and the Debian packages that bring them. */
import { existsSync } from "node:fs";
import { hasPyliblo } from "../../testing/osc/pyliblo.ts";
import { loadable, onPath } from "../../testing/requirement.ts";

const needs: readonly { readonly package: string; readonly present: () => boolean }[] = [
  { package: "gcc", present: () => onPath("cc") },
  { package: "libc6-dev", present: () => existsSync("/usr/include/stdio.h") },
  { package: "binutils", present: () => onPath("nm") },
  { package: "libportaudio2", present: () => loadable("libportaudio.so.2") },
  { package: "jackd2", present: () => onPath("jackd") && onPath("jack_lsp") },
  { package: "jack-tools", present: () => onPath("jack-record") },
  { package: "liblo-tools", present: () => onPath("oscsend") },
  { package: "python3", present: () => onPath("python3") },
  { package: "python3-liblo", present: () => hasPyliblo() },
  { package: "puredata-core", present: () => onPath("pd") },
  { package: "sox", present: () => onPath("sox") },
  { package: "flac", present: () => onPath("flac") },
  { package: "vorbis-tools", present: () => onPath("oggenc") },
  { package: "sndfile-programs", present: () => onPath("sndfile-convert") },
  {
    package: "libsox-fmt-base",
    present: () => existsSync(`/usr/lib/${Deno.build.arch}-linux-gnu/sox/libsox_fmt_flac.so`),
  },
  { package: "supercollider-language", present: () => onPath("sclang") },
  { package: "prometheus", present: () => onPath("prometheus") && onPath("promtool") },
  { package: "nats-server", present: () => onPath("nats-server") },
  { package: "chromium", present: () => onPath("chromium") },
];

/** Installs what is missing where that is allowed, and names what is missing after that, with its remedy. */
export async function installRequirements(): Promise<void> {
  const packages = missing();
  if (packages.length === 0) return;
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

function missing(): string[] {
  return needs.filter(({ present }) => !present()).map((need) => need.package);
}

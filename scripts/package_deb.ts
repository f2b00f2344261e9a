/**
 * Makes Debian packages, build/understudy_VERSION_ARCHITECTURE.deb: what the npm package holds, and besides the packages that it would
 * download and Deno itself, so that a machine without internet plays; units of systemd for the machine and for a session; completions.
 * Deno is the program of npm's package of it, in the version that runs this script.
 *
 *     deno task package:deb [amd64 | arm64 ...]
 */
import { completions } from "../cli/completions.ts";
import { unitText } from "../cli/service.ts";
import { developmentCommand } from "../testing/development_command.ts";
import { copyFromCheckout, runTool, writeProgram } from "./package/program_content.ts";
import { prebuiltMachines } from "./prebuild.ts";

/** Debian's architectures, and for each the machine of the native part and npm's package of the runtime. */
const debianArchitectures = {
  amd64: { target: "x86_64-unknown-linux-gnu", deno: "@deno/linux-x64-glibc" },
  arm64: { target: "aarch64-unknown-linux-gnu", deno: "@deno/linux-arm64-glibc" },
} as const;

export type DebianArchitecture = keyof typeof debianArchitectures;

export interface DebianPackageOptions {
  readonly architecture: DebianArchitecture;
  /** Of the content; `none` is quick, and three times as large. */
  readonly compression: "xz" | "none";
}

/** Makes the package in a folder and returns its path. */
export async function packageDeb(
  folder: string,
  { architecture, compression }: DebianPackageOptions,
): Promise<string> {
  const { target, deno } = debianArchitectures[architecture];
  const content = `${folder}/understudy-${architecture}`;
  await Deno.mkdir(content);
  const program = `${content}/usr/lib/understudy`;
  const { version } = await writeProgram(program, prebuiltMachines.filter((each) => each.target === target));
  await copyFromCheckout("scripts/package/understudy.sh", `${program}/understudy`);
  await Deno.chmod(`${program}/understudy`, 0o755);
  await writePackages(program, `${folder}/deno-folder-${architecture}`);
  await writeRuntime(`${program}/deno`, { package: deno, folder });
  await writeSystemFiles(content);
  await writeControl(content, { version, architecture });
  await runTool("chmod", ["-R", "u=rwX,go=rX", content], folder);
  const name = `understudy_${version}_${architecture}.deb`;
  await runTool("dpkg-deb", ["--root-owner-group", `-Z${compression}`, "--build", content, name], folder);
  await Deno.remove(content, { recursive: true });
  return `${folder}/${name}`;
}

/** The packages of play.lock as the runtime keeps them. */
async function writePackages(program: string, runtimeFolder: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet", "--frozen", "--entrypoint", "main.ts"],
    cwd: program,
    env: { DENO_DIR: runtimeFolder, DENO_NO_PACKAGE_JSON: "1" },
  }).output();
  if (!success) throw new Error(`packages of play.lock: ${new TextDecoder().decode(stderr)}`);
  await runTool("cp", ["-r", "--preserve=mode", `${runtimeFolder}/npm`, `${program}/packages`], program);
  await Deno.remove(runtimeFolder, { recursive: true });
}

/** The runtime's program, out of npm's package, whose hash npm checks. */
async function writeRuntime(
  path: string,
  { package: name, folder }: { package: string; folder: string },
): Promise<void> {
  const pack = ["pack", "--silent", "--prefer-offline", `${name}@${Deno.version.deno}`];
  const archive = await runTool("npm", pack, folder);
  await runTool("tar", ["-xzf", archive, "--strip-components=1", "package/deno"], folder);
  await Deno.rename(`${folder}/deno`, path);
  await Deno.chmod(path, 0o755);
  await Deno.remove(`${folder}/${archive}`);
}

/** What lies outside of the program's own folder. */
async function writeSystemFiles(content: string): Promise<void> {
  const command = ["/usr/bin/understudy", "start"];
  const unit = (system: boolean) =>
    unitText({ system, command, workingDirectory: "%S/understudy", user: "understudy" });
  const sysusers = `u understudy - "Understudy audio engine" /var/lib/understudy\nm understudy audio\n`;
  const files: Readonly<Record<string, string>> = {
    "usr/lib/systemd/system/understudy.service": unit(true),
    "usr/lib/systemd/user/understudy.service": unit(false),
    "usr/lib/sysusers.d/understudy.conf": sysusers,
    "usr/share/bash-completion/completions/understudy": completions("bash"),
    "usr/share/zsh/vendor-completions/_understudy": completions("zsh"),
    "usr/share/fish/vendor_completions.d/understudy.fish": completions("fish"),
  };
  for (const [path, text] of Object.entries(files)) {
    await Deno.mkdir(`${content}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
    await Deno.writeTextFile(`${content}/${path}`, text);
  }
  for (const folder of ["etc", "usr/bin", "usr/share/doc/understudy"]) {
    await Deno.mkdir(`${content}/${folder}`, { recursive: true });
  }
  await Deno.symlink("../lib/understudy/understudy", `${content}/usr/bin/understudy`);
  await copyFromCheckout("scripts/package/deb/understudy.conf", `${content}/etc/understudy.conf`);
  await copyFromCheckout("LICENSE", `${content}/usr/share/doc/understudy/copyright`);
  for (const document of ["README.md", "examples"]) {
    await copyFromCheckout(document, `${content}/usr/share/doc/understudy/${document}`);
  }
}

/** What dpkg reads: the description, the scripts, the files that belong to the operator, and hashes. */
async function writeControl(
  content: string,
  { version, architecture }: { version: string; architecture: DebianArchitecture },
): Promise<void> {
  const program = `${content}/usr/lib/understudy`;
  const built = [...Deno.readDirSync(`${program}/ffi/prebuilt`)].map(({ name }) =>
    `${program}/ffi/prebuilt/${name}`
  );
  const libc = await newestLibc([
    `${program}/deno`,
    ...built.filter((path) => /(\.so|-stage)$/.test(path)),
  ]);
  const size = (await runTool("du", ["-sk", content], content)).split("\t")[0];
  const sums = await runTool("sh", ["-c", "find usr -type f -print0 | sort -z | xargs -0 md5sum"], content);
  const fields = {
    Package: "understudy",
    Version: version,
    Architecture: architecture,
    Maintainer: "Understudy contributors <understudy@localhost>",
    "Installed-Size": size,
    Depends: `libc6 (>= ${libc}), libgcc-s1, systemd | systemd-standalone-sysusers`,
    Recommends: "libportaudio2, libjack-jackd2-0 | pipewire-jack",
    Section: "sound",
    Priority: "optional",
    Description: [
      "real-time audio engine for people whose sound must not stop",
      "Three renderers play the same score, frame for frame. When one of them dies,",
      "hangs or computes a wrong sample, the audience hears no gap and no click.",
      "It is played by OSC, MIDI and its own page, with patches in TypeScript.",
      ".",
      `Holds Deno ${Deno.version.deno} for itself, in /usr/lib/understudy.`,
    ].join("\n "),
  };
  await Deno.mkdir(`${content}/DEBIAN`);
  const control = Object.entries(fields).map(([name, value]) => `${name}: ${value}\n`).join("");
  await Deno.writeTextFile(`${content}/DEBIAN/control`, control);
  await Deno.writeTextFile(`${content}/DEBIAN/conffiles`, "/etc/understudy.conf\n");
  await Deno.writeTextFile(`${content}/DEBIAN/md5sums`, `${sums}\n`);
  for (const script of ["postinst", "prerm", "postrm"]) {
    await copyFromCheckout(`scripts/package/deb/${script}`, `${content}/DEBIAN/${script}`);
    await Deno.chmod(`${content}/DEBIAN/${script}`, 0o755);
  }
}

/** The newest version of the C library that one of these programs needs. */
async function newestLibc(paths: readonly string[]): Promise<string> {
  const text = await runTool("readelf", ["--version-info", "--wide", ...paths], "/");
  const versions = [...text.matchAll(/GLIBC_(\d+)\.(\d+)/g)].map(([, major, minor]) => [+major, +minor]);
  const [major, minor] = versions.reduce((newest, each) =>
    each[0] > newest[0] || (each[0] === newest[0] && each[1] > newest[1]) ? each : newest
  );
  return `${major}.${minor}`;
}

if (import.meta.main) {
  const known = Object.keys(debianArchitectures);
  const { words } = developmentCommand(import.meta.url, { maxWords: known.length });
  const wanted = words.length > 0 ? words : known;
  const strange = wanted.find((each) => !known.includes(each));
  if (strange !== undefined) {
    console.error(`expected one of ${known.join(", ")}, found "${strange}"`);
    Deno.exit(2);
  }
  const build = new URL("../build", import.meta.url).pathname;
  await Deno.mkdir(build, { recursive: true });
  for (const architecture of wanted as DebianArchitecture[]) {
    console.log(await packageDeb(build, { architecture, compression: "xz" }));
  }
}

/**
 * Needs no real time: the engine of the package runs as a user without rights to it, and the test waits for what it tells.
 *
 * Not shown here, because no systemd runs: that systemd starts the unit, its hardening, and what the scripts say to systemd.
 *
 * Takes turns: what is packed has tests of its own, as has the npm package.
 */
import assert from "node:assert/strict";
import { packageDeb } from "../../scripts/package_deb.ts";
import { runTool } from "../../scripts/package/program_content.ts";
import { exists } from "../../foundation/exists.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { requirement } from "../../testing/requirement.ts";

const architecture = Deno.build.arch === "x86_64" ? "amd64" : "arm64";

/** Values of a key of a unit or of a file of settings, in their order. */
function valuesOf(text: string, key: string): string[] {
  return text.split("\n").filter((line) => line.startsWith(`${key}=`)).map((line) =>
    line.slice(key.length + 1)
  );
}

function entriesOf(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(lines.map((line) => [line.split("=")[0], line.slice(line.indexOf("=") + 1)]));
}

/** All files below a folder. */
function filesIn(folder: string, below = ""): string[] {
  return [...Deno.readDirSync(`${folder}/${below}`)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesIn(folder, `${below}${name}/`) : [`${below}${name}`]
  );
}

requirement({
  name:
    "the Debian package installs, its service plays without a download, and it is removed without a trace",
  fn: () =>
    inFolder(async (folder) => {
      await Deno.chmod(folder, 0o755); // the service's user gets through
      const archive = await packageDeb(folder, { architecture, compression: "none" });
      const root = `${folder}/root`;
      await Deno.mkdir(`${root}/var/lib/dpkg`, { recursive: true });
      const dpkg = (...args: string[]) =>
        runTool("dpkg", [
          ...[`--root=${root}`, "--force-script-chrootless", "--force-unsafe-io"],
          "--force-depends", // nothing else is installed there
          ...args,
        ], folder);
      await dpkg("--install", archive);
      assert.equal(await dpkg("--verify", "understudy"), "");
      assert.match(await dpkg("--status", "understudy"), /^Conffiles:\n \/etc\/understudy.conf /m);

      const unit = Deno.readTextFileSync(`${root}/usr/lib/systemd/system/understudy.service`);
      const [user] = valuesOf(unit, "User");
      const [, , uid, gid] = Deno.readTextFileSync(`${root}/etc/passwd`).split("\n")
        .find((line) => line.startsWith(`${user}:`))!.split(":");
      const said = await playAsService(root, unit, { uid: Number(uid), gid: Number(gid) });
      assert.doesNotMatch(said, /Download/);

      await dpkg("--remove", "understudy");
      const program = /^(usr|var\/cache)\//;
      const isLeft = (path: string) => program.test(path) && !path.startsWith("var/cache/understudy/");
      assert.deepEqual(filesIn(root, "").filter(isLeft), []);
      assert.ok(exists(`${root}/etc/understudy.conf`), "a removal keeps the operator's settings");
      await dpkg("--purge", "understudy");
      assert.deepEqual(filesIn(root, "").filter((path) => program.test(path)), []);
      assert.ok(!exists(`${root}/etc/understudy.conf`));
      assert.ok(exists(`${root}/var/lib/understudy/journal`), "the state is the operator's");
    }),
}, {
  commands: ["dpkg-deb", "npm", "gcc", "readelf", "systemd-sysusers"],
  rights: { "to install as root": Deno.uid() === 0 },
  install: "apt-get install npm gcc binutils systemd",
});

/**
 * Starts the unit's command as its user, with its variables and its settings, waits as systemd does until it is ready and two of its
 * renderers agree, and ends it. Returns what it printed.
 */
async function playAsService(
  root: string,
  unit: string,
  { uid, gid }: { readonly uid: number; readonly gid: number },
): Promise<string> {
  const expand = (text: string) =>
    text.replaceAll("%S", `${root}/var/lib`).replaceAll("%C", `${root}/var/cache`);
  for (const folder of [`${root}/var/lib/understudy`, `${root}/var/cache/understudy`]) {
    await Deno.mkdir(folder, { recursive: true });
    await Deno.chmod(folder, 0o700);
    await Deno.chown(folder, uid, gid);
  }
  const path = `${root}/notify`;
  const manager = Deno.listenDatagram({ transport: "unixpacket", path });
  await Deno.chmod(path, 0o777);
  const [settings] = valuesOf(unit, "EnvironmentFile").map((file) => root + file.replace(/^-/, ""));
  const [program, ...args] = valuesOf(unit, "ExecStart")[0].split(" ");
  await using process = new Deno.Command(root + program, {
    args,
    uid,
    gid,
    clearEnv: true,
    cwd: expand(valuesOf(unit, "WorkingDirectory")[0]),
    env: {
      ...entriesOf(valuesOf(unit, "Environment").map(expand)),
      ...entriesOf(Deno.readTextFileSync(settings).split("\n").filter((line) => /^\w+=/.test(line))),
      PATH: "/usr/bin:/bin",
      NOTIFY_SOCKET: path,
      WATCHDOG_USEC: "60000000",
      UNDERSTUDY_DRIVER: "clock",
      UNDERSTUDY_OSC_PORT: "0",
      UNDERSTUDY_OSCQUERY_PORT: "0",
      // nothing may be asked for over the network
      HTTP_PROXY: "http://127.0.0.1:9",
      HTTPS_PROXY: "http://127.0.0.1:9",
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const printed = Promise.all([process.stdout.text(), process.stderr.text()]).then((texts) => texts.join(""));
  const ended = process.status.then(() => "ended");
  const told = async (message: string) => {
    for (let text = ""; text !== message;) {
      text = await Promise.race([
        manager.receive().then(([bytes]) => new TextDecoder().decode(bytes)),
        ended,
      ]);
      assert.notEqual(text, "ended", `it ended before ${message}: ${text === "ended" ? await printed : ""}`);
    }
  };
  await told("READY=1");
  await told("WATCHDOG=1");
  process.kill("SIGTERM");
  manager.close();
  assert.equal((await process.status).code, 0, await printed);
  return await printed;
}

/** Takes turns: what is packed has tests of its own, as has the Debian package. */
import assert from "node:assert/strict";
import { packageNpm } from "../../scripts/package_npm.ts";
import { prebuiltMachines } from "../../scripts/prebuild.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { requirement } from "../../testing/requirement.ts";

/** Runs a program and returns what it printed; a failure shows it. */
async function run(program: string, args: string[], options: Deno.CommandOptions): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { ...options, args, stdin: "null" })
    .output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.ok(success, `${program} ${args.join(" ")}: ${text}`);
  return text;
}

const machine = prebuiltMachines.filter(({ target }) => target === Deno.build.target);

requirement({
  name:
    "the npm package, installed in an empty folder, plays without a compiler and without tools of tests, and ends with npx",
  fn: () =>
    inFolder(async (folder) => {
      const tarball = await packageNpm(folder, machine);
      const place = `${folder}/empty`;
      await Deno.mkdir(place);
      const install = ["install", "--prefer-offline", "--no-audit", "--no-fund", "--silent", tarball];
      await run("npm", install, { cwd: place });
      const installed = [...Deno.readDirSync(`${place}/node_modules`)].map(({ name }) => name).sort();
      assert.deepEqual(installed.filter((name) => !name.startsWith(".")), ["@deno", "deno", "understudy"]);

      const env = { UNDERSTUDY_CACHE_DIR: `${folder}/cache`, CC: "/bin/false", NO_COLOR: "1" };
      const program = `${place}/node_modules/.bin/understudy`;
      assert.match(await run(program, ["--version"], { cwd: place, env }), /^understudy \d+\.\d+\.\d+ /);
      await Deno.writeTextFile(`${place}/tune.txt`, "0 /note 60 0.8\n0.2 /off 60\n");
      await run(program, ["render", "keys", "--score", "tune.txt", "-o", "tune.wav"], { cwd: place, env });
      assert.ok(Deno.statSync(`${place}/tune.wav`).size > 10_000);

      const clock = { UNDERSTUDY_DRIVER: "clock", UNDERSTUDY_OSC_PORT: "0", UNDERSTUDY_OSCQUERY_PORT: "0" };
      const npx = new Deno.Command("npx", {
        ...{ args: ["--no-install", "understudy", "start", "sines"], cwd: place, env: { ...env, ...clock } },
        ...{ stdin: "null", stdout: "null", stderr: "piped" },
      }).spawn();
      let log = "";
      for await (const text of npx.stderr.pipeThrough(new TextDecoderStream())) {
        if (!log.includes("ready: OSC on") && (log + text).includes("ready: OSC on")) npx.kill("SIGTERM");
        log += text;
      }
      // npx passes no signal on; the engine had its error output, so it has ended
      assert.match(log, /stopping: SIGTERM/);
      await npx.status;
    }),
}, { commands: ["npm", ...machine.map(({ compiler }) => compiler)], install: "apt-get install npm gcc" });

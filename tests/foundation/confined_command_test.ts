import assert from "node:assert/strict";
import { confinedCommand, type Confinement } from "../../foundation/confined_command.ts";
import { inFolder } from "../../testing/in_folder.ts";

const confinement: Confinement = {
  ...{ maxDataMiB: 1_024, maxProcessorSeconds: 60, niceness: 19 },
  mayWriteFiles: false,
  stdin: "null",
};

/** What a shell script prints within limits. */
async function printed(script: string, options = {}): Promise<string> {
  const command = confinedCommand(["/bin/sh", "-c", script], { ...confinement, ...options });
  return new TextDecoder().decode((await command.output()).stdout).trim();
}

Deno.test("the program has the limits that were given, and no environment", async () => {
  assert.equal(await printed("ulimit -c; ulimit -t; ulimit -d; nice"), `0\n60\n${1_024 * 1_024}\n19`);
  assert.doesNotMatch(await printed("env"), /^(USER|LANG|SHELL)=/m);
});

Deno.test("it writes no file unless it may", () =>
  inFolder(async (folder) => {
    await printed(`echo one > ${folder}/one`);
    await printed(`echo two > ${folder}/two`, { mayWriteFiles: true });
    assert.equal(Deno.readTextFileSync(`${folder}/one`), "");
    assert.equal(Deno.readTextFileSync(`${folder}/two`), "two\n");
  }));

Deno.test("arguments arrive as they are, with blanks and quotes", async () => {
  const command = confinedCommand(["printf", "%s|", "a b", "it's", '"'], confinement);
  assert.equal(new TextDecoder().decode((await command.output()).stdout), `a b|it's|"|`);
});

Deno.test("whose parent is another process by the time it starts does not run the program", async () => {
  // the other process of this module: its parent is not the one that the command was made for
  const module = JSON.stringify(new URL("../../foundation/confined_command.ts", import.meta.url).href);
  const script = `
    import { confinedCommand } from ${module};
    import { spawnSync } from "node:child_process";
    const seen = [];
    const Command = Deno.Command;
    Deno.Command = class { constructor(...all) { seen.push(...all); } };
    confinedCommand(["echo", "ran"], ${JSON.stringify(confinement)});
    const { args } = seen[1];
    const direct = spawnSync("/bin/sh", args).stdout.toString();
    const orphan = spawnSync("/bin/sh", ["-c", '"$@"; :', "sh", "/bin/sh", ...args]).stdout.toString();
    console.log(JSON.stringify([direct, orphan]));`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", script],
    env: { NO_COLOR: "1" },
  }).output();
  assert.equal(
    new TextDecoder().decode(stdout).trim(),
    '["ran\\n",""]',
    new TextDecoder().decode(stderr),
  );
});

import assert from "node:assert/strict";
import { commandNames, declarationOf } from "../../cli/commands.ts";
import { completions } from "../../cli/completions.ts";
import { inFolder } from "../../testing/in_folder.ts";

/** What bash offers behind each line: the last word is what was typed of it so far. */
async function offered(lines: readonly (readonly string[])[]): Promise<string[][]> {
  return await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/tune.session`, "");
    const calls = lines.map((words) =>
      `COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${
        words.length - 1
      }; _understudy; echo "\${COMPREPLY[*]}"`
    );
    // compopt needs the line editor, which a script has not
    const script = [completions("bash"), "compopt() { :; }", ...calls].join("\n");
    const { stdout, stderr } = await new Deno.Command("bash", { args: ["-c", script], cwd: folder }).output();
    assert.equal(new TextDecoder().decode(stderr), "");
    return new TextDecoder().decode(stdout).trimEnd().split("\n").map((line) => line.split(" "));
  });
}

Deno.test("bash offers commands, patches, files, options and their values", async () => {
  const [commands, patches, options, actions, formats, topics, files, values] = await offered([
    ["understudy", "st"],
    ["understudy", "start", "dr"],
    ["understudy", "status", "--"],
    ["understudy", "service", ""],
    ["understudy", "render", "--format", ""],
    ["understudy", "help", "set"],
    ["understudy", "render", "t"],
    ["understudy", "--config", "tu"],
  ]);
  assert.deepEqual(commands, ["start", "status"]);
  assert.deepEqual(patches, ["drums", "drone"]);
  assert.deepEqual(options, ["--port", "--host", "--json", "--help", "--version", "--config"]);
  assert.deepEqual(actions, ["install", "remove", "status"]);
  assert.deepEqual(formats, ["16", "24", "32f"]);
  assert.deepEqual(topics, ["settings"]);
  assert.deepEqual(files, ["tune.session"]);
  assert.deepEqual(values, ["tune.session"]);
});

Deno.test("the scripts of all shells know every command and option", () => {
  for (const shell of ["bash", "zsh", "fish"] as const) {
    const script = completions(shell);
    for (const name of commandNames) {
      assert.ok(script.includes(name), `${shell}: ${name}`);
      for (const option of Object.keys(declarationOf(name).options)) {
        assert.match(script, new RegExp(shell === "fish" ? `${name}' -l ${option}\\b` : `--${option}\\b`));
      }
    }
  }
});

import assert from "node:assert/strict";
import { developmentCommand, usageText } from "../../testing/development_command.ts";

const shape = {
  options: {
    seconds: { usual: 180, about: "how long" },
    patch: { usual: "keys", about: "what plays" },
    keep: { usual: undefined, about: "folder of what was recorded" },
    record: { usual: false, about: "and the recording" },
  },
  maxWords: 2,
} as const;
const read = (...args: string[]) => developmentCommand(import.meta.url, shape, args);

Deno.test("options have the kind of their usual values, and words are read as numbers where they are wanted", () => {
  assert.deepEqual(read().options, { seconds: 180, patch: "keys", keep: undefined, record: false });
  const { options, words, numberAt } = read("7", "--seconds", "0.5", "--record", "--keep", "a", "x");
  assert.deepEqual(options, { seconds: 0.5, patch: "keys", keep: "a", record: true });
  assert.deepEqual([words, numberAt(0, 1), numberAt(2, 9)], [["7", "x"], 7, 9]);
});

Deno.test("the usage is the comment at the beginning of the file, and the options with their usual values", () => {
  assert.equal(
    usageText(
      "/**\n * Breaks things.\n *\n *     deno task x [SECONDS]\n */\nimport x;\n/** no */",
      shape.options,
    ),
    [
      "Breaks things.",
      "",
      "    deno task x [SECONDS]",
      "",
      "options:",
      "  --seconds N          how long (180)",
      "  --patch TEXT         what plays (keys)",
      "  --keep TEXT          folder of what was recorded",
      "  --record             and the recording",
    ].join("\n"),
  );
});

/** A command of the checkout as it is called by hand. */
async function called(file: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", file, ...args],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), error: text.decode(stderr) };
}

Deno.test("a command answers --help with its usage, and a wrong argument with a sentence, without a stack", async () => {
  const help = await called("tests/chaos/recording_kills.ts", "--help");
  assert.equal(help.code, 0);
  assert.match(help.out, /deno task chaos:recording[^]*--kills N/);
  for (
    const [option, problem] of [["--size=3", /--size/], [
      "--sizes=many",
      /expected a number, found "many"/,
    ]] as const
  ) {
    const wrong = await called("scripts/tidy.ts", option);
    assert.deepEqual([wrong.code, wrong.out], [2, ""]);
    assert.match(wrong.error, problem);
    assert.doesNotMatch(wrong.error, /^ +at /m);
  }
});

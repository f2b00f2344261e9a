import assert from "node:assert/strict";
import { decoderCommand, decoderRole } from "../../../engine/samples/decoder_command.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { until } from "../../../testing/until.ts";

Deno.test("the process reads the folder of the samples and nothing else, within limits of the system", async () => {
  await inFolder(async (folder) => {
    const process = decoderCommand(folder, 10).spawn();
    const limits = await Deno.readTextFile(`/proc/${process.pid}/limits`).catch(() => "");
    const environment = () => Deno.readTextFileSync(`/proc/${process.pid}/cmdline`).split("\0");
    await until("the runtime runs", () => environment().includes("run"));
    const after = await Deno.readTextFile(`/proc/${process.pid}/limits`);
    assert.match(after, /Max cpu time +10 /, limits);
    assert.match(after, /Max data size +4294967296 /);
    assert.ok(environment().includes(`--allow-read=${folder}`));
    assert.ok(!environment().some((argument) => /^--allow-(net|write|run|ffi|env|all)|^-A$/.test(argument)));
    assert.ok(!environment().includes(decoderRole), "only a compiled binary is started by its role");
    const writer = process.stdin.getWriter();
    await writer.write(
      new TextEncoder().encode(JSON.stringify({ folder: "/etc", root: "/etc", names: ["passwd"] })),
    );
    await writer.close();
    const { stdout } = await process.output();
    assert.match(
      new TextDecoder().decode(stdout),
      /"error":"sample passwd: there is no such file below \/etc/,
    );
  });
});

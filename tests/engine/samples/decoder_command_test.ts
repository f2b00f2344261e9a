import assert from "node:assert/strict";
import { decoderCommand, decoderRole } from "../../../engine/samples/decoder_command.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { until } from "../../../testing/until.ts";

Deno.test("the process reads the folder of the samples and nothing else, within limits of the system", async () => {
  await inFolder(async (folder) => {
    const process = decoderCommand(folder, 10).spawn();
    // the shell that sets the limits has all words of the runtime's command line in its own
    const runtime = await Deno.realPath(Deno.execPath());
    await until("the runtime runs", () => Deno.readLinkSync(`/proc/${process.pid}/exe`) === runtime);
    const limits = await Deno.readTextFile(`/proc/${process.pid}/limits`);
    assert.match(limits, /Max cpu time +10 /);
    assert.match(limits, /Max data size +4294967296 /);
    const words = (await Deno.readTextFile(`/proc/${process.pid}/cmdline`)).split("\0");
    assert.ok(words.includes(`--allow-read=${folder}`));
    assert.ok(!words.some((word) => /^--allow-(net|write|run|ffi|env|all)|^-A$/.test(word)));
    assert.ok(!words.includes(decoderRole), "only a compiled binary is started by its role");
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

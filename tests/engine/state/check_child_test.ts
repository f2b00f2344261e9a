import assert from "node:assert/strict";
import { readConfig } from "../../../config/settings.ts";
import { checkInProcess } from "../../../engine/state/check_child.ts";
import { recordShortSession } from "../../../testing/engine/recorded_session.ts";
import { testHeader } from "../../../testing/engine/session_header.ts";
import { inFolder } from "../../../testing/in_folder.ts";

Deno.test("the process answers with a line of JSON, also where the journal is none", () =>
  inFolder(async (folder) => {
    const journal = `${folder}/journal`;
    const module = new URL("../../../engine/state/check_child.ts", import.meta.url);
    const answerOf = async () => {
      const process = new Deno.Command(Deno.execPath(), {
        args: ["eval", `import { ${checkInProcess.name} as check } from "${module}"; await check();`],
        stdin: "piped",
        stdout: "piped",
      }).spawn();
      const writer = process.stdin.getWriter();
      const config = readConfig({ UNDERSTUDY_SAMPLE_RATE: "8000", UNDERSTUDY_BLOCK_FRAMES: "32" });
      const { engineVersion: version } = testHeader;
      await writer.write(new TextEncoder().encode(JSON.stringify({ journal, config, version, nowMs: 0 })));
      await writer.close();
      return JSON.parse(new TextDecoder().decode((await process.output()).stdout));
    };
    await Deno.writeTextFile(journal, "something else");
    assert.match((await answerOf()).refused, /the journal cannot be used .*not a session file/);
    await Deno.remove(journal);
    await recordShortSession(journal);
    assert.match((await answerOf()).refused, /UNDERSTUDY_PATCH was not set and is /);
  }));

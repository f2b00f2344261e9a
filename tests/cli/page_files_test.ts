import assert from "node:assert/strict";
import { pageFiles } from "../../cli/page_files.ts";
import { inFolder } from "../../testing/in_folder.ts";

Deno.test("recordings and sessions are shown with size and time, newest first, and recordings with an address", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/takes`);
    const files = [["takes/1 a.wav", 3], ["takes/2.flac", 2], ["takes/no.txt", 9], ["b.session", 5], [
      "c.session",
      1,
    ]];
    for (const [index, [name, bytes]] of files.entries()) {
      await Deno.writeFile(`${folder}/${name}`, new Uint8Array(Number(bytes)));
      await Deno.utime(`${folder}/${name}`, 1_000 + index, 1_000 + index);
    }
    const found = await pageFiles({
      recordingFolder: `${folder}/takes`,
      session: `${folder}/c.session`,
      recording: () => "2.flac",
    });
    const shown = found.map(({ kind, name, bytes, unixMs, isOpen, path = "" }) =>
      `${kind} ${name} ${bytes} ${unixMs} ${isOpen} ${path}`
    );
    assert.deepEqual(shown, [
      "session c.session 1 1004000 true ",
      "session b.session 5 1003000 false ",
      "recording 2.flac 2 1001000 true /recordings/2.flac",
      "recording 1 a.wav 3 1000000 false /recordings/1%20a.wav",
    ]);
  }));

Deno.test("without a session and a folder there is nothing to show", async () => {
  assert.deepEqual(await pageFiles({ recordingFolder: "/no/such/folder", recording: () => "" }), []);
});

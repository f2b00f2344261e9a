import assert from "node:assert/strict";
import type { HttpAnswer } from "../../../osc/oscquery/http_listener.ts";
import { recordingsRoute } from "../../../osc/oscquery/recordings_route.ts";
import { AccessControl } from "../../../osc/admission/access_control.ts";
import { inFolder } from "../../../testing/in_folder.ts";

const bytes = Uint8Array.from({ length: 200_000 }, (_, index) => index % 251);

/** What a client on this machine, or elsewhere, gets. */
async function ask(
  folder: string,
  path: string,
  { method = "GET", range = null as string | null, hostname = "127.0.0.1" } = {},
): Promise<HttpAnswer & { readonly content: Uint8Array }> {
  const route = recordingsRoute({ folder, access: AccessControl.local() });
  const url = new URL(path, "http://engine/");
  const peer = { hostname, port: 1, host: hostname };
  const answer = await route.respond({
    method,
    url: path,
    host: null,
    origin: null,
    accept: null,
    range,
    peer,
  }, url);
  return { ...answer, content: new Uint8Array(await new Response(answer.body).arrayBuffer()) };
}

Deno.test("recordings are listed, and sent whole or in part", () =>
  inFolder(async (folder) => {
    assert.deepEqual(
      JSON.parse(new TextDecoder().decode((await ask(`${folder}/none`, "/recordings/")).content)),
      [],
    );
    await Deno.writeFile(`${folder}/Probe ä.wav`, bytes);
    await Deno.writeFile(`${folder}/b.flac`, bytes.subarray(0, 9));
    await Deno.utime(`${folder}/b.flac`, 1, 1);
    await Deno.writeTextFile(`${folder}/note.txt`, "no recording");
    const listed = JSON.parse(new TextDecoder().decode((await ask(folder, "/recordings/")).content));
    assert.deepEqual(listed.map(({ name, bytes }: { name: string; bytes: number }) => [name, bytes]), [
      ["Probe ä.wav", 200_000],
      ["b.flac", 9],
    ]);
    const whole = await ask(folder, listed[0].url);
    assert.deepEqual([whole.status, whole.headers["content-type"], whole.headers["content-length"]], [
      200,
      "audio/wav",
      "200000",
    ]);
    assert.deepEqual(whole.content, bytes);
    for (
      const [range, from, to] of [["bytes=10-19", 10, 20], ["bytes=199990-", 199_990, 200_000], [
        "bytes=-5",
        199_995,
        200_000,
      ]] as const
    ) {
      const part = await ask(folder, listed[0].url, { range });
      assert.deepEqual([part.status, part.headers["content-range"]], [206, `bytes ${from}-${to - 1}/200000`]);
      assert.deepEqual(part.content, bytes.slice(from, to));
    }
    assert.equal((await ask(folder, listed[0].url, { range: "bytes=200000-" })).status, 416);
    const head = await ask(folder, listed[1].url, { method: "HEAD" });
    assert.deepEqual([head.headers["content-type"], head.headers["content-length"], head.content.length], [
      "audio/flac",
      "9",
      0,
    ]);
  }));

Deno.test("nothing outside of the folder is sent, no link, no other file, and nothing to a host that may not ask", () =>
  inFolder(async (parent) => {
    const folder = `${parent}/recordings`;
    await Deno.mkdir(`${folder}/in`, { recursive: true });
    for (
      const path of [
        `${parent}/secret.wav`,
        `${folder}/note.txt`,
        `${folder}/.hidden.wav`,
        `${folder}/in/a.wav`,
      ]
    ) {
      await Deno.writeFile(path, bytes);
    }
    await Deno.symlink(`${parent}/secret.wav`, `${folder}/link.wav`);
    for (
      const name of [
        "..%2Fsecret.wav",
        "%2e%2e/secret.wav",
        "link.wav",
        "note.txt",
        ".hidden.wav",
        "in%2Fa.wav",
        "in/a.wav",
        "%00.wav",
        "%ff.wav",
        "none.wav",
      ]
    ) {
      assert.equal((await ask(folder, `/recordings/${name}`)).status, 404, name);
    }
    assert.equal((await ask(folder, "/recordings/", { hostname: "192.0.2.1" })).status, 403);
  }));

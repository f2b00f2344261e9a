import assert from "node:assert/strict";
import { type HttpAnswer, HttpListener } from "../../../osc/oscquery/http_listener.ts";
import { recordingsRoute } from "../../../osc/oscquery/recordings_route.ts";
import { AccessControl } from "../../../osc/admission/access_control.ts";
import { Traffic } from "../../../osc/admission/traffic.ts";
import { inFolder } from "../../../testing/in_folder.ts";

const bytes = Uint8Array.from({ length: 200_000 }, (_, index) => index % 251);

/** What the route answers to a client on this machine, or elsewhere. */
function answerOf(
  folder: string,
  path: string,
  { method = "GET", range = null as string | null, hostname = "127.0.0.1" } = {},
): HttpAnswer | Promise<HttpAnswer> {
  const route = recordingsRoute({ folder, access: AccessControl.local() });
  const peer = { hostname, port: 1, host: hostname };
  const question = { method, url: path, host: null, origin: null, accept: null, encoding: null, range, peer };
  return route.respond(question, new URL(path, "http://engine/"));
}

/** The same, with all that is sent. */
async function ask(
  ...asked: Parameters<typeof answerOf>
): Promise<HttpAnswer & { readonly content: Uint8Array }> {
  const answer = await answerOf(...asked);
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
    for (const range of ["bytes=200000-", "bytes=-0"]) {
      const none = await ask(folder, listed[0].url, { range });
      assert.deepEqual([none.status, none.headers["content-range"]], [416, "bytes */200000"], range);
    }
    for (const range of ["bytes=0-1,3-4", "items=0-3", "bytes=4-2", "bytes=-"]) {
      const whole = await ask(folder, listed[0].url, { range });
      assert.deepEqual([whole.status, whole.content.length], [200, bytes.length], range);
    }
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
        `${"a".repeat(300)}.wav`,
      ]
    ) {
      assert.equal((await ask(folder, `/recordings/${name}`)).status, 404, name);
    }
    assert.equal((await ask(folder, "/recordings/", { hostname: "192.0.2.1" })).status, 403);
  }));

Deno.test("a recording that becomes shorter while it is sent is cut off, and never filled up by the next answer", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(`${folder}/a.wav`, bytes);
    await Deno.truncate(`${folder}/a.wav`, 1 << 26); // more than is on its way at once
    const listener = new HttpListener({
      hostname: "127.0.0.1",
      port: 0,
      maxMessageBytes: 1,
      traffic: new Traffic({ onNotice: () => {} }),
      onRequest: () => answerOf(folder, "/recordings/a.wav"),
      onUpgrade: () => undefined,
      onSocket: () => ({ onMessage: () => {}, onClose: () => {} }),
    });
    try {
      const answer = await fetch(`http://127.0.0.1:${listener.address.port}/`);
      await Deno.truncate(`${folder}/a.wav`, 9);
      await assert.rejects(answer.arrayBuffer());
    } finally {
      await listener.stop(0);
    }
  }));

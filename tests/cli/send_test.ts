/** `send`, `status` and `monitor` against one engine behind a real socket, which plays only when it must. */
import assert from "node:assert/strict";
import type { SendCommand } from "../../cli/command_line.ts";
import { patienceMs, send } from "../../cli/send.ts";
import { exitCodes } from "../../foundation/exit_codes.ts";
import { splitHostAndPort } from "../../osc/transport/network_address.ts";
import { startOscServer, type SteppedOscServer } from "../../testing/osc/osc_server.ts";

interface Sent {
  readonly code: number;
  readonly printed: readonly string[];
  readonly complained: readonly string[];
}

const secret = "correct horse";

/** Sends words, or the lines of a text, as the program does. */
async function sent(port: number, words: readonly string[], changes: object = {}): Promise<Sent> {
  const [printed, complained]: [string[], string[]] = [[], []];
  const line: SendCommand = { command: "send", words, timeoutMs: undefined, json: false, port, ...changes };
  const { lines = [], oscSecret = secret } = changes as { lines?: string[]; oscSecret?: string };
  const code = await send(line, { oscHost: "127.0.0.1", oscPort: port, oscSecret }, {
    lines: asyncLines(lines),
    print: (text) => printed.push(text),
    complain: (text) => complained.push(text),
  });
  return { code, printed, complained };
}

async function* asyncLines(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

Deno.test("messages are answered: done, with warnings, refused, by replies, each address of a pattern", async () => {
  const server = await startOscServer({ driver: "manual", secret }) as SteppedOscServer;
  const { port } = splitHostAndPort(server.address);
  try {
    assert.deepEqual(await sent(port, ["/note", "60", "0.8"]), {
      code: exitCodes.ok,
      printed: ["/done /note"],
      complained: [],
    });
    const soft = await sent(port, ["/note", "61", "1"]);
    assert.match(soft.printed.join("\n"), /^\/done \/note\n {2}velocity: the integer 1/);
    const wrong = await sent(port, ["/nte", "60"]);
    assert.equal(wrong.code, exitCodes.refused);
    assert.match(
      wrong.complained.join("\n"),
      /^\/fail \/nte: there is no such address; the nearest are \/note/,
    );
    assert.deepEqual((await sent(port, ["/get", "/keys/cutoffHz"])).printed, [
      "/get.reply /keys/cutoffHz 500",
    ]);
    const json = await sent(port, ["/get", "/keys/cutoffHz"], { json: true });
    assert.deepEqual(JSON.parse(json.printed[0]), {
      address: "/get.reply",
      types: "sf",
      args: ["/keys/cutoffHz", 500],
    });
    // the fence behind a pattern waits until the device has what was sent
    const pattern = await server.playDuring(sent(port, ["/{echo,reverb}/gainDb", "-6"]));
    assert.deepEqual(pattern.printed, ["/done /echo/gainDb", "/done /reverb/gainDb"]);
  } finally {
    await server.stop();
  }
});

Deno.test("lines of standard input are messages; a refused one does not end them, a mistake names its line", async () => {
  const server = await startOscServer({ driver: "manual", secret });
  const { port } = splitHostAndPort(server.address);
  try {
    const { code, printed, complained } = await sent(port, [], {
      lines: ["/note 60 0.5", "", "# a comment", "/nowhere 'a b'", "/off 60"],
    });
    assert.deepEqual([code, printed], [exitCodes.refused, ["/done /note", "/done /off"]]);
    assert.equal(complained.length, 1);
    await assert.rejects(
      sent(port, [], { lines: ["/off 60", "off 60"] }),
      /^UsageError: line 2: expected an OSC/,
    );
    await assert.rejects(
      sent(port, ["/panic"], { oscSecret: "wrong horse" }),
      /refused the login: is UNDERSTUDY_OSC_SECRET that of the engine\?/,
    );
  } finally {
    await server.stop();
  }
});

Deno.test("what loads a patch, a show or a file may take longer than a note", () => {
  assert.deepEqual(["/note", "/show/load", "/patch/load"].map(patienceMs), [5_000, 60_000, 60_000]);
});

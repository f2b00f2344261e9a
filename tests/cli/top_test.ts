import assert from "node:assert/strict";
import { top } from "../../cli/top.ts";
import { splitHostAndPort } from "../../osc/transport/network_address.ts";
import { startOscServer } from "../../testing/osc/osc_server.ts";
import { until } from "../../testing/until.ts";

const root = new URL("../../", import.meta.url);

/** Runs `top` in a terminal of 80 columns; once it shows something, ends it. Returns all that the terminal got. */
async function onTerminal(
  port: number,
  end: (keyboard: WritableStreamDefaultWriter) => Promise<void>,
): Promise<string> {
  const command = `stty cols 80 rows 24; exec '${Deno.execPath()}' run -A main.ts top -p ${port}; `;
  const process = new Deno.Command("script", {
    args: ["-qefc", command, "/dev/null"],
    cwd: root,
    env: { TERM: "xterm" },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  let shown = "";
  const reading = (async () => {
    for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) shown += text;
  })();
  const keyboard = process.stdin.getWriter();
  await until("the screen", () => shown.includes("q ends"));
  await end(keyboard);
  assert.equal((await process.status).code, 0, shown);
  await reading;
  await keyboard.close().catch(() => {});
  return shown;
}

Deno.test("the terminal is as it was after q and after Ctrl-C", async () => {
  const server = await startOscServer({ driver: "manual" });
  const { port } = splitHostAndPort(server.address);
  try {
    for (const key of ["q", "\x03"]) {
      const shown = await onTerminal(port, (keyboard) => keyboard.write(new TextEncoder().encode(key)));
      const [before, screen, ...rest] = shown.split("\x1b[?1049");
      assert.ok(!before.includes("Understudy") && rest.length === 1, shown);
      assert.match(screen, /Understudy[^]*renderers/);
      assert.ok(screen.endsWith("\x1b[?25h"), "the cursor is back");
    }
  } finally {
    await server.stop();
  }
});

Deno.test("without an engine it ends at once and says what to do", async () => {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const { port } = socket.addr as Deno.NetAddr;
  socket.close();
  await assert.rejects(
    top({ command: "top", intervalMs: undefined, port }, { oscHost: "127.0.0.1", oscPort: 1 }),
    /no engine plays at 127\.0\.0\.1:\d+: start one/,
  );
});

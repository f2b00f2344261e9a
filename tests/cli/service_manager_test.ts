import assert from "node:assert/strict";
import { ServiceManager } from "../../cli/service_manager.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";

const { native } = await nativeForTests();

/** A process that prints what arrives at a datagram socket, as systemd would receive it, until it has `count` messages. */
async function received(path: string, count: number, send: () => void): Promise<string[]> {
  const script = `
    const socket = Deno.listenDatagram({ transport: "unixpacket", path: ${JSON.stringify(path)} });
    console.log("listens");
    for (let left = ${count}; left > 0; left--) {
      console.log(JSON.stringify(new TextDecoder().decode((await socket.receive())[0])));
    }
    Deno.exit(0);`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--unstable-net", script],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines: string[] = [];
  let text = "";
  let isSent = false;
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (!isSent && text.startsWith("listens\n")) {
      isSent = true;
      send();
    }
  }
  await child.status;
  lines.push(...text.trim().split("\n").slice(1).map((line) => JSON.parse(line) as string));
  return lines;
}

const status = {
  state: "running",
  patch: "keys",
  device: "clock",
  block: 1,
  agreeingRenderers: 2,
  journal: "current",
} as const;

for (const kind of ["path", "abstract address"]) {
  Deno.test(`systemd is told by a socket with a ${kind}: ready, status, and fed while blocks pass and two agree`, () =>
    inFolder(async (folder) => {
      const isPath = kind === "path";
      const name = `understudy-test-${crypto.randomUUID()}`;
      const socket = isPath ? `${folder}/notify` : `@${name}`;
      const messages = await received(isPath ? socket : `\0${name}`, 6, () => {
        const manager = ServiceManager.find(native, { NOTIFY_SOCKET: socket, WATCHDOG_USEC: "60000000" })!;
        manager.plays(() => status); // ready, status, fed
        manager.watch(status); // the same block: not fed
        manager.watch({ ...status, block: 2, state: "silent" });
        manager.watch({ ...status, block: 3 });
        manager.stops();
      });
      const text = "running: keys on clock, 2 renderers agree, state on disk: current";
      assert.deepEqual(messages, [
        "READY=1",
        `STATUS=${text}`,
        "WATCHDOG=1",
        `STATUS=${text.replace("running", "silent")}`,
        `STATUS=${text}`,
        "WATCHDOG=1",
      ]);
    }));
}

Deno.test("renderers that do not agree do not feed the watchdog, nor does a process that is not the watched one", () =>
  inFolder(async (folder) => {
    const socket = `${folder}/notify`;
    const environment = { NOTIFY_SOCKET: socket, WATCHDOG_USEC: "60000000" };
    const messages = await received(socket, 3, () => {
      const alone = { ...status, agreeingRenderers: 0 };
      ServiceManager.find(native, environment)!.watch(alone);
      ServiceManager.find(native, { ...environment, WATCHDOG_PID: "1" })!.watch(status);
      ServiceManager.find(native, environment)!.stops();
    });
    assert.deepEqual(messages.map((message) => message.split("=")[0]), ["STATUS", "STATUS", "STOPPING"]);
  }));

Deno.test("a process that is no service tells nobody", () => {
  assert.equal(ServiceManager.find(native, {}), undefined);
  assert.equal(ServiceManager.find(native, { NOTIFY_SOCKET: "vsock:1:2" }), undefined);
});

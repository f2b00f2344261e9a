/**
 * What a newcomer waits for: `npx` with the package's file in an empty folder with empty caches, until the engine plays the demo, and
 * once more with what is there then; and the megabytes that come over the network, counted by a proxy on the way. It says when nothing
 * came by the proxy: then the registry is reached in another way, and the bytes are not known.
 *
 *     deno task bench:install
 */
import { packageNpm } from "../scripts/package_npm.ts";
import { prebuiltMachines } from "../scripts/prebuild.ts";
import { developmentCommand } from "../testing/development_command.ts";
import { inFolder } from "../testing/in_folder.ts";
import { report } from "./report.ts";

developmentCommand(import.meta.url, {});

/** Passes connections on and counts what comes back. */
class CountingProxy {
  bytes = 0;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });

  constructor() {
    void this.#accept();
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#listener.addr as Deno.NetAddr).port}`;
  }

  stop(): void {
    this.#listener.close();
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) void this.#connect(client).catch(() => {});
  }

  async #connect(client: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(16_384);
    let asked = "";
    while (!asked.includes("\r\n\r\n")) {
      const length = await client.read(buffer);
      if (length === null) return client.close();
      asked += new TextDecoder("latin1").decode(buffer.subarray(0, length));
    }
    const [, hostname, port] = /^CONNECT ([^\s:]+):(\d+) /.exec(asked) ?? [];
    if (hostname === undefined) return client.close();
    const server = await Deno.connect({ hostname, port: Number(port) });
    await client.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\n\r\n"));
    const counted = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform: (piece, controller) => {
        this.bytes += piece.length;
        controller.enqueue(piece);
      },
    });
    await Promise.allSettled([
      client.readable.pipeTo(server.writable),
      server.readable.pipeThrough(counted).pipeTo(client.writable),
    ]);
  }
}

/** Starts it and ends it once it plays. Returns the seconds until then. */
async function secondsToPlay(tarball: string, home: string, proxy: string): Promise<number> {
  const place = await Deno.makeTempDir({ dir: home });
  const began = performance.now();
  const process = new Deno.Command("npx", {
    args: ["--yes", `--package=${tarball}`, "understudy", "start", "piano", "--demo"],
    cwd: place,
    env: {
      HOME: home,
      XDG_CACHE_HOME: `${home}/.cache`,
      npm_config_cache: `${home}/.npm`,
      npm_config_userconfig: userConfig, // which registry it is, as on this machine
      DENO_DIR: `${home}/.cache/deno`,
      HTTPS_PROXY: proxy,
      UNDERSTUDY_DRIVER: "clock",
      UNDERSTUDY_OSC_PORT: "0",
      UNDERSTUDY_OSCQUERY_PORT: "0",
      CC: "/bin/false", // the native part is in the package
    },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let text = "";
  let seconds = Infinity;
  for await (const part of process.stderr.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (seconds !== Infinity || !text.includes("ready: OSC on")) continue;
    seconds = (performance.now() - began) / 1_000;
    process.kill("SIGTERM");
  }
  await process.status;
  if (seconds === Infinity) throw new Error(text);
  return seconds;
}

/** The caches are empty, but npm is set up as for whoever runs this: its registry may be a mirror. */
const userConfig = new TextDecoder().decode(
  (await new Deno.Command("npm", { args: ["config", "get", "userconfig"], stdin: "null" }).output()).stdout,
).trim();

await inFolder(async (folder) => {
  const tarball = await packageNpm(
    folder,
    prebuiltMachines.filter(({ target }) => target === Deno.build.target),
  );
  const home = `${folder}/home`;
  await Deno.mkdir(home);
  const proxy = new CountingProxy();
  const rows: Record<string, string | number>[] = [];
  for (const what of ["empty caches", "the same again"]) {
    const before = proxy.bytes;
    const seconds = await secondsToPlay(tarball, home, proxy.url);
    const megabytes = (proxy.bytes - before) / 1e6;
    rows.push({ what, "seconds until it plays": seconds.toFixed(1), "MB downloaded": megabytes.toFixed(1) });
  }
  proxy.stop();
  const packageMb = (Deno.statSync(tarball).size / 1e6).toFixed(1);
  rows.push({ what: "the package itself", "seconds until it plays": "", "MB downloaded": packageMb });
  await report("install", rows);
  if (proxy.bytes === 0) console.log("nothing came by the proxy: the bytes are not known");
});

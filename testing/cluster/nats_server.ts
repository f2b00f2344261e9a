/** A `nats-server` with JetStream on a port of its own, which a test may kill and start again. */
import { until } from "../until.ts";

export class NatsServer {
  readonly #folder: string;
  #process: Deno.ChildProcess | undefined;
  #port = -1;

  /** Keeps its streams below `folder`. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** `HOST:PORT`, the same after each start. */
  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** Starts it; with `store` in another folder, so that it has forgotten everything. */
  async start(store = "store"): Promise<void> {
    const ports = `${this.#folder}/ports`;
    await Deno.mkdir(ports, { recursive: true });
    const process = new Deno.Command("nats-server", {
      args: [
        ...["-a", "127.0.0.1", "-p", String(this.#port), "-js", "-sd", `${this.#folder}/${store}`],
        ...["--ports_file_dir", ports, "-l", `${this.#folder}/log`],
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#process = process;
    const file = `${ports}/nats-server_${process.pid}.ports`;
    await until("nats-server listens", () => portIn(file) !== undefined);
    this.#port = portIn(file)!;
  }

  /** Ends it as a machine does that loses its power. */
  async kill(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#process?.status;
    this.#process = undefined;
  }
}

function portIn(file: string): number | undefined {
  try {
    const { nats } = JSON.parse(Deno.readTextFileSync(file)) as { readonly nats: readonly string[] };
    return Number(new URL(nats[0]).port);
  } catch {
    return undefined; // not written yet
  }
}

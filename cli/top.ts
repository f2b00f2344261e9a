/** `understudy top`: an engine live in the terminal, or one line for each look into a pipe. Ends by `q` or a signal. */
import type { Config } from "../config/settings.ts";
import { type ExitCode, exitCodes } from "../foundation/exit_codes.ts";
import type { OscMessage } from "../osc/packet/packet.ts";
import type { TopCommand } from "./command_line.ts";
import { abortable } from "../foundation/abortable.ts";
import { EngineClient, NoEngineError } from "./engine_client.ts";
import { InterruptedError } from "./interrupted_error.ts";
import { interruptible } from "./interruptible.ts";
import { messageLine } from "./osc_text.ts";
import { paint } from "./paint.ts";
import type { StatusFields } from "./show_status.ts";
import { print } from "./terminal.ts";
import { topLine, topLines, type TopView } from "./top_screen.ts";

const screenIntervalMs = 500;
const pipeIntervalMs = 1_000;

/** Peaks come a little more often than a screen is drawn. */
const metersHz = 10;

const maxEvents = 200;

/** Enters and leaves the second screen of a terminal, without and with its cursor. */
const screenCodes = { enter: "\x1b[?1049h\x1b[?25l", leave: "\x1b[?25h\x1b[?1049l" } as const;

/** Shows an engine until a signal or `q`. Throws `NoEngineError` when none answers at the beginning. */
export async function top(line: TopCommand, config: Pick<Config, "oscHost" | "oscPort">): Promise<ExitCode> {
  const client = new EngineClient(line, config);
  try {
    await interruptible(async (signal) => {
      const status = await client.status();
      if (Deno.stdout.isTerminal()) await watchOnScreen(client, status, line, signal);
      else await watchInLines(client, status, line, signal);
    });
    return exitCodes.ok;
  } catch (error) {
    if (error instanceof InterruptedError) return exitCodes.ok;
    throw error;
  } finally {
    await client.close();
  }
}

/** What an engine said last, kept up to date. */
class Watched {
  readonly #client: EngineClient;
  readonly #events: string[] = [];
  readonly #stop: () => void;
  #status: StatusFields;
  #peaks: number[] = [];
  #answeredMs = performance.now();

  constructor(client: EngineClient, status: StatusFields) {
    this.#client = client;
    this.#status = status;
    this.#stop = client.observe((message) => this.#hear(message));
  }

  /** Asks again. An engine that does not answer is asked the next time. */
  async look(): Promise<void> {
    try {
      // said again at each look: an engine that was started anew knows nothing of it
      await this.#client.send({ address: "/meters", args: [{ type: "f", value: metersHz }] });
      await this.#client.send({ address: "/notify", args: [{ type: "i", value: 1 }] });
      this.#status = await this.#client.status();
      this.#answeredMs = performance.now();
    } catch (error) {
      if (!(error instanceof NoEngineError)) throw error;
    }
  }

  /** What is known now; the peaks begin again. */
  view(): TopView {
    const silentSeconds = Math.floor((performance.now() - this.#answeredMs) / 1_000);
    const peaks = this.#peaks;
    this.#peaks = peaks.map(() => 0);
    return {
      ...{ address: this.#client.address, status: this.#status, peaks, events: this.#events },
      silentSeconds: silentSeconds < 3 ? 0 : silentSeconds,
      time: new Date().toTimeString().slice(0, 8),
    };
  }

  async end(): Promise<void> {
    this.#stop();
    const off = ["/meters", "/notify"].map((address): OscMessage => ({
      address,
      args: [{ type: "i", value: 0 }],
    }));
    for (const message of off) await this.#client.send(message).catch(() => {});
  }

  #hear(message: OscMessage): void {
    const { address, args } = message;
    if (address === "/meters") {
      this.#peaks = args.map((arg, channel) =>
        Math.max(this.#peaks[channel] ?? 0, arg.type === "f" ? arg.value : 0)
      );
    } else if (address.startsWith("/event/")) {
      this.#events.push(`${new Date().toTimeString().slice(0, 8)}  ${messageLine(message).slice(7)}`);
      if (this.#events.length > maxEvents) this.#events.shift();
    }
  }
}

async function watchOnScreen(
  client: EngineClient,
  status: StatusFields,
  { intervalMs = screenIntervalMs }: TopCommand,
  signal: AbortSignal,
): Promise<void> {
  const watched = new Watched(client, status);
  const painter = paint(Deno.stdout);
  const draw = () => {
    const size = Deno.consoleSize();
    const lines = topLines(watched.view(), size, painter);
    print(`\x1b[H${lines.map((line) => `${line}\x1b[K`).join("\r\n")}\x1b[J`);
  };
  const resume = () => {
    print(screenCodes.enter);
    draw();
  };
  const suspend = () => {
    print(screenCodes.leave);
    Deno.kill(Deno.pid, "SIGSTOP");
  };
  const quit = new AbortController();
  const ending = AbortSignal.any([signal, quit.signal]);
  const handlers = [["SIGWINCH", draw], ["SIGTSTP", suspend], ["SIGCONT", resume]] as const;
  for (const [name, handler] of handlers) Deno.addSignalListener(name, handler);
  listenToKeys((keys) => keys.includes("q") && quit.abort(new QuitError()));
  print(screenCodes.enter);
  try {
    for (;;) {
      await abortable(watched.look(), ending);
      draw();
      await abortable(pause(intervalMs), ending);
    }
  } catch (error) {
    if (!(error instanceof QuitError)) throw error;
  } finally {
    for (const [name, handler] of handlers) Deno.removeSignalListener(name, handler);
    print(screenCodes.leave);
    if (Deno.stdin.isTerminal()) Deno.stdin.setRaw(false);
    await watched.end();
  }
}

/** `q` was pressed. */
class QuitError extends Error {}

async function watchInLines(
  client: EngineClient,
  status: StatusFields,
  { intervalMs = pipeIntervalMs }: TopCommand,
  signal: AbortSignal,
): Promise<void> {
  const watched = new Watched(client, status);
  try {
    do {
      await abortable(watched.look(), signal);
      await abortable(pause(intervalMs), signal);
    } while (print(topLine(watched.view()) + "\n"));
  } finally {
    await watched.end();
  }
}

/** Reads single keys, without their echo; Ctrl-C stays a signal. Where there is no keyboard, nothing comes. */
function listenToKeys(onKeys: (keys: string) => void): void {
  if (!Deno.stdin.isTerminal()) return;
  Deno.stdin.setRaw(true, { cbreak: true });
  void (async () => {
    const buffer = new Uint8Array(16);
    for (;;) {
      const read = await Deno.stdin.read(buffer);
      if (read === null) return;
      onKeys(new TextDecoder().decode(buffer.subarray(0, read)));
    }
  })();
}

function pause(timeMs: number): Promise<void> {
  return new Promise((done) => setTimeout(done, timeMs));
}

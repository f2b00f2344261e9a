/** `understudy monitor`: every OSC message of an engine, in and out, one line each. Ends by a signal, or when nobody reads. */
import type { Config } from "../config/settings.ts";
import { type ExitCode, exitCodes } from "../foundation/exit_codes.ts";
import { AddressPattern, isPattern, PatternError } from "../osc/methods/pattern.ts";
import type { OscMessage } from "../osc/packet/packet.ts";
import { abortable } from "../foundation/abortable.ts";
import type { MonitorCommand } from "./command_line.ts";
import { EngineClient, isAnswerTo, NoEngineError } from "./engine_client.ts";
import { InterruptedError } from "./interrupted_error.ts";
import { interruptible } from "./interruptible.ts";
import { messageJson, messageLine, messageLines } from "./osc_text.ts";
import { paint, type Painter } from "./paint.ts";
import { print } from "./terminal.ts";
import { UsageError } from "./usage_error.ts";

/** Said again this often: a subscription ends, and an engine that was started anew knows nothing of it. */
const renewMs = 2_000;

/** What a line is made from. */
export interface Monitored {
  readonly direction: "in" | "out";
  readonly peer: string;
  readonly message: OscMessage;
}

/** Prints messages until a signal. Throws `NoEngineError` when none answers, and `LoginRefusedError`. */
export async function monitor(
  line: MonitorCommand,
  config: Pick<Config, "oscHost" | "oscPort" | "oscSecret">,
): Promise<ExitCode> {
  const client = new EngineClient(line, config);
  const painter = paint(Deno.stdout);
  const closed = new AbortController();
  const isShown = addressFilter(line.pattern);
  try {
    return await interruptible(async (signal) => {
      const refusal = await join(client, config.oscSecret);
      if (refusal) {
        console.error(painter.bad(messageLines(refusal).join("\n")));
        return exitCodes.refused;
      }
      client.observe((message) => {
        const text = lineOf(message, { ...line, isShown }, painter);
        if (text !== undefined && !print(text + "\n")) closed.abort(new InterruptedError("SIGTERM"));
      });
      const ending = AbortSignal.any([signal, closed.signal]);
      for (;;) {
        await abortable(new Promise((done) => setTimeout(done, renewMs)), ending);
        const again = join(client, config.oscSecret).catch((error) => {
          if (!(error instanceof NoEngineError)) throw error; // it is asked again
        });
        await abortable(again, ending);
      }
    });
  } catch (error) {
    if (error instanceof InterruptedError) return exitCodes.ok;
    throw error;
  } finally {
    await client.send({ address: "/monitor", args: [{ type: "i", value: 0 }] }).catch(() => {});
    await client.close();
  }
}

/** Asks for messages, after a login where that is needed. Returns the refusal, if there is one. */
async function join(client: EngineClient, secret: string | undefined): Promise<OscMessage | undefined> {
  const ask = async () => {
    const question: OscMessage = { address: "/monitor", args: [{ type: "i", value: 1 }] };
    const answers = await client.ask(question, (answer) => isAnswerTo(answer, "/monitor"));
    return answers.find((answer) => answer.address === "/fail" && isAnswerTo(answer, "/monitor"));
  };
  const refusal = await ask();
  if (refusal === undefined || secret === undefined) return refusal;
  await client.login(secret);
  return await ask();
}

interface LineOptions extends Pick<MonitorCommand, "directions" | "json"> {
  readonly isShown: (address: string) => boolean;
}

/** The line of what an engine tells its monitor; undefined: it is not shown. */
function lineOf(
  told: OscMessage,
  { isShown, directions, json }: LineOptions,
  painter: Painter,
): string | undefined {
  if (told.address !== "/monitor.reply") return undefined;
  const [first, second] = told.args;
  if (first?.type === "s" && first.value === "missed" && second?.type === "i") {
    return json
      ? JSON.stringify({ missed: second.value })
      : painter.warn(`${second.value} more were not shown`);
  }
  const monitored = monitoredOf(told);
  if (monitored === undefined) return undefined;
  const { direction, peer, message } = monitored;
  if (message.address === "/monitor" || isAnswerTo(message, "/monitor")) return undefined;
  if (!directions.includes(direction) || !isShown(message.address)) return undefined;
  const time = new Date().toISOString();
  if (json) return JSON.stringify({ time, direction, peer, ...JSON.parse(messageJson(message)) });
  return monitorLine(monitored, time.slice(11, 23), painter);
}

/** Time, direction, peer and message. */
export function monitorLine({ direction, peer, message }: Monitored, time: string, painter: Painter): string {
  const arrow = direction === "in" ? painter.good("in ") : painter.warn("out");
  return `${painter.dim(time)} ${arrow} ${painter.dim(peer.padEnd(21))} ${messageLine(message)}`;
}

/** The message in what a monitor is told. */
export function monitoredOf({ args }: OscMessage): Monitored | undefined {
  const [direction, peer, address, ...rest] = args;
  if (direction?.type !== "s" || peer?.type !== "s" || address?.type !== "s") return undefined;
  if (direction.value !== "in" && direction.value !== "out") return undefined;
  return { direction: direction.value, peer: peer.value, message: { address: address.value, args: rest } };
}

/**
 * Tells which addresses are asked for: by a pattern, or by what they begin with.
 *
 * @throws {UsageError} for a pattern that cannot be understood
 */
export function addressFilter(pattern: string | undefined): (address: string) => boolean {
  if (pattern === undefined) return () => true;
  if (!isPattern(pattern)) return (address) => address.startsWith(pattern);
  try {
    const compiled = new AddressPattern(pattern);
    return (address) => compiled.matches(address);
  } catch (cause) {
    if (!(cause instanceof PatternError)) throw cause;
    throw new UsageError(`monitor: ${pattern}: ${cause.message}`, { cause });
  }
}

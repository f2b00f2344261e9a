/** `understudy send`: messages to an engine that plays, from the command line or from lines of standard input. */
import type { Config } from "../config/settings.ts";
import { type ExitCode, exitCodes } from "../foundation/exit_codes.ts";
import type { OscMessage } from "../osc/packet/packet.ts";
import type { SendCommand } from "./command_line.ts";
import { answerMs, EngineClient, isAnswerTo } from "./engine_client.ts";
import { messageJson, messageLines } from "./osc_text.ts";
import { messageOf, wordsOf } from "./osc_words.ts";
import { UsageError } from "./usage_error.ts";

/** Longest wait for what is answered when it plays or is written, and may take long. */
const loadMs = 60_000;
const loading = new Set([
  "/patch/load",
  ...["/show/load", "/show/reload", "/show/edit"],
  ...["/stream/arm", "/rec/stop"],
]);

/** How long the answer to an address may take. */
export function patienceMs(address: string): number {
  return loading.has(address) ? loadMs : answerMs;
}

/** Where lines come from and go to. */
export interface SendStreams {
  /** Standard input, read where the command line has no address. */
  readonly lines: AsyncIterable<string>;
  /** Gets answers. */
  readonly print: (line: string) => void;
  /** Gets what went wrong. */
  readonly complain: (line: string) => void;
}

/**
 * Sends the message of the command line, or each line of the text, and prints what is answered.
 *
 * @throws {UsageError} `NoEngineError` and `LoginRefusedError`
 */
export async function send(
  line: SendCommand,
  config: Pick<Config, "oscHost" | "oscPort" | "oscSecret">,
  streams: SendStreams,
): Promise<ExitCode> {
  const first = line.words.length === 0 ? undefined : messageOf(line.words);
  const client = new EngineClient(line, config);
  try {
    if (line.timeoutMs !== 0) await client.login(config.oscSecret);
    if (first !== undefined) return await sendOne(client, first, line, streams);
    let [code, number]: [ExitCode, number] = [exitCodes.ok, 0];
    for await (const text of streams.lines) {
      number++;
      const words = inLine(number, () => wordsOf(text));
      if (words.length === 0) continue;
      const ended = await sendOne(client, inLine(number, () => messageOf(words)), line, streams);
      if (ended !== exitCodes.ok) code = ended;
    }
    return code;
  } finally {
    await client.close();
  }
}

/** Names the line in which a mistake is. */
function inLine<T>(number: number, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    throw new UsageError(`line ${number}: ${cause.message}`, { cause });
  }
}

async function sendOne(
  client: EngineClient,
  message: OscMessage,
  { timeoutMs, json }: SendCommand,
  { print, complain }: SendStreams,
): Promise<ExitCode> {
  if (timeoutMs === 0) {
    await client.send(message);
    return exitCodes.ok;
  }
  const answers = await client.ask(
    mayBeSilent(message) ? [message, fence] : message,
    (answer) =>
      isAnswerTo(answer, message.address) || isAnswerTo(answer, "/sync") && mayBeSilent(message) ||
      answer.address === `${message.address}.reply` && message.address === "/answer",
    timeoutMs ?? patienceMs(message.address),
  );
  const told = answers.filter((answer) => !isFence(answer, message));
  const hasReply = told.some(({ address }) => address !== "/done");
  for (const answer of told) {
    // the replies to a question are its answer; that it was carried out is no news then
    if (hasReply && answer.address === "/done" && answer.args.length === 1 && !json) continue;
    const show = answer.address === "/fail" ? complain : print;
    if (json) print(messageJson(answer));
    else messageLines(answer).forEach((text) => show(text));
  }
  return answers.some(({ address }) => address === "/fail") ? exitCodes.refused : exitCodes.ok;
}

/** A pattern is answered once for each address that it matches, and events of TidalCycles are not answered. */
function mayBeSilent({ address }: OscMessage): boolean {
  return /[*?{[]|\/\//.test(address) || address.startsWith("/dirt/");
}

const fenceNumber = 0x5E4D;

/** A question whose answer comes after all answers to the message before it. */
const fence: OscMessage = { address: "/sync", args: [{ type: "i", value: fenceNumber }] };

function isFence(answer: OscMessage, message: OscMessage): boolean {
  if (!mayBeSilent(message)) return false;
  const [first] = answer.args;
  return isAnswerTo(answer, "/sync") ||
    answer.address === "/synced" && first?.type === "i" && first.value === fenceNumber;
}

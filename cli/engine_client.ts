/**
 * Asks an engine that plays, over UDP. UDP does not say that nobody listens, so whoever waits has a time limit, and the error says
 * what to do. One isolate.
 */
import type { Config } from "../config/settings.ts";
import { exitCodes } from "../foundation/exit_codes.ts";
import { ExitError } from "../foundation/exit_error.ts";
import { decodePacket, encodePacket } from "../osc/packet/codec.ts";
import { isBundle, type OscBundle, type OscMessage } from "../osc/packet/packet.ts";
import { hostAndPort, isLoopback, isUnspecified, plainHostname } from "../osc/transport/network_address.ts";
import type { EngineAddress } from "./command_line.ts";
import { invocation } from "./invocation.ts";
import { UsageError } from "./usage_error.ts";

/** Nothing answers where the engine was looked for; the message names the remedy. */
export class NoEngineError extends ExitError {
  override readonly name = "NoEngineError";
  override readonly exitCode = exitCodes.noEngine;
}

/** The engine refused the secret. */
export class LoginRefusedError extends ExitError {
  override readonly name = "LoginRefusedError";
  override readonly exitCode = exitCodes.refused;
}

/** Longest wait for an answer to a question. */
export const answerMs = 5_000;

/** After this time without an answer from this machine, it is looked whether anything listens at all. */
const doubtMs = 300;

/** A socket of its own, by which one engine is asked. */
export class EngineClient {
  /** Host and port, for people. */
  readonly address: string;
  readonly #socket: Deno.DatagramConn;
  readonly #to: Deno.NetAddr;
  readonly #listeners = new Set<(message: OscMessage) => void>();
  readonly #received: Promise<void>;
  #isOpen = true;

  /** @param to where the engine is; what is left out is taken from the settings */
  constructor(to: EngineAddress, config: Pick<Config, "oscHost" | "oscPort">) {
    const hostname = plainHostname(to.host ?? hostOf(config.oscHost));
    const port = to.port ?? config.oscPort;
    if (port === 0) {
      throw new UsageError("UNDERSTUDY_OSC_PORT=0 takes any free port: name that of the engine with --port");
    }
    this.address = hostAndPort(hostname, port);
    this.#to = { transport: "udp", hostname, port };
    const own = hostname.includes(":") ? "::" : isLoopback(hostname) ? "127.0.0.1" : "0.0.0.0";
    this.#socket = Deno.listenDatagram({ transport: "udp", hostname: own, port: 0 });
    this.#received = this.#receive();
  }

  /** Calls the listener for every message that comes in. Returns a function that ends it. */
  observe(listener: (message: OscMessage) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Throws {@link NoEngineError} when the host is not known or cannot be reached. */
  async send(packet: OscMessage | OscBundle): Promise<void> {
    try {
      await this.#socket.send(encodePacket(packet), this.#to);
    } catch (cause) {
      if (cause instanceof TypeError || cause instanceof RangeError) throw cause;
      throw new NoEngineError(`cannot send to ${this.address}: ${(cause as Error).message}`, { cause });
    }
  }

  /**
   * Sends a packet, or several, and collects what is answered, up to the last answer.
   *
   * @param isLast whether an answer ends it
   * @throws {NoEngineError} when that does not come in time
   */
  async ask(
    packets: OscMessage | OscBundle | readonly OscMessage[],
    isLast: (answer: OscMessage) => boolean,
    timeoutMs = answerMs,
  ): Promise<OscMessage[]> {
    const answers: OscMessage[] = [];
    const ended = Promise.withResolvers<void>();
    const stop = this.observe((message) => {
      answers.push(message);
      if (isLast(message)) ended.resolve();
    });
    const doubt = setTimeout(() => {
      if (answers.length === 0 && this.#isUnbound()) ended.reject(this.#nobody());
    }, Math.min(doubtMs, timeoutMs));
    const limit = setTimeout(() => ended.reject(this.#silence(timeoutMs)), timeoutMs);
    try {
      for (const packet of [packets].flat()) await this.send(packet);
      await ended.promise;
      return answers;
    } finally {
      stop();
      clearTimeout(doubt);
      clearTimeout(limit);
    }
  }

  /** Logs in where there is a secret. Throws {@link LoginRefusedError}. */
  async login(secret: string | undefined): Promise<void> {
    if (secret === undefined) return;
    const answers = await this.ask(
      { address: "/login", args: [{ type: "s", value: secret }] },
      (answer) => isAnswerTo(answer, "/login"),
    );
    if (answers.at(-1)?.address !== "/fail") return;
    throw new LoginRefusedError(
      `${this.address} refused the login: is UNDERSTUDY_OSC_SECRET that of the engine?`,
    );
  }

  /** The status, by the names that `/status` gives. Throws {@link NoEngineError}. */
  async status(): Promise<ReadonlyMap<string, string | number>> {
    const answers = await this.ask(
      { address: "/status", args: [] },
      ({ address }) => address === "/status.reply",
    );
    return pairsOf(answers.find(({ address }) => address === "/status.reply")!);
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#socket.close();
    await this.#received;
  }

  /** Whether nothing listens on the port of this machine: then it can be bound. */
  #isUnbound(): boolean {
    if (!isLoopback(this.#to.hostname)) return false;
    try {
      Deno.listenDatagram({ ...this.#to, transport: "udp" }).close();
      return true;
    } catch {
      return false;
    }
  }

  #nobody(): NoEngineError {
    return new NoEngineError(
      `no engine plays at ${this.address}: start one (${invocation()} start), or name its port with --port`,
    );
  }

  #silence(timeoutMs: number): NoEngineError {
    return new NoEngineError(
      `${this.address} has not answered within ${
        timeoutMs / 1_000
      } s: is it an engine, is it on, and does its ` +
        "UNDERSTUDY_OSC_ALLOW admit this machine?",
    );
  }

  async #receive(): Promise<void> {
    while (this.#isOpen) {
      try {
        const [bytes] = await this.#socket.receive();
        this.#spread(decodePacket(bytes));
      } catch {
        // no packet of OSC, an unreachable port, or the socket was closed
      }
    }
  }

  #spread(packet: OscMessage | OscBundle): void {
    if (isBundle(packet)) packet.elements.forEach((element) => this.#spread(element));
    else for (const listener of this.#listeners) listener(packet);
  }
}

/** Whether a message confirms or refuses what was sent to this address. */
export function isAnswerTo({ address, args: [first] }: OscMessage, sent: string): boolean {
  return (address === "/done" || address === "/fail") && first?.type === "s" && first.value === sent;
}

/** Where an engine that listens on this address is reached from this machine. */
function hostOf(listening: string): string {
  if (!isUnspecified(listening)) return listening;
  return listening.includes(":") ? "::1" : "127.0.0.1";
}

function pairsOf({ args }: OscMessage): Map<string, string | number> {
  const pairs = new Map<string, string | number>();
  for (let index = 0; index + 1 < args.length; index += 2) {
    const [name, value] = [args[index], args[index + 1]];
    if (name.type === "s" && "value" in value) pairs.set(name.value, value.value as string | number);
  }
  return pairs;
}

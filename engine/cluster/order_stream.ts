/**
 * The order, kept by NATS: one stream of JetStream that both machines publish to and read from one end to the other. Main isolate.
 *
 * A seal is published to a subject of its block with "expected last subject sequence 0", so the server refuses a second one for the same
 * block. Commands and joins have subjects of their own in the same stream: the stream's sequence is the order. What is lost on
 * the way is not sent again here: the members do that, until they read it.
 *
 * The stream must remember. One that was made again, or that comes back with fewer entries than were read, may hold another seal for a block
 * that was played; it is closed for this machine, with the reason, and never opened again by itself.
 *
 * The packages of NATS are loaded when the first order is opened; nobody else needs them.
 */
import { randomUUID } from "node:crypto";
import { decodeOrderEntry, encodeClusterMessage } from "./cluster_encoding.ts";
import type { ClusterStart } from "./cluster_member.ts";
import type { MachineNumber, OrderEntry } from "./cluster_messages.ts";

/** By this name they are in deno.json; not written out, so that those who play on one machine need not have them. */
const transportPackage: string = "@nats-io/transport-node";
const streamPackage: string = "@nats-io/jetstream";

type Transport = typeof import("@nats-io/transport-node");
type JetStream = typeof import("@nats-io/jetstream");
type Connection = Awaited<ReturnType<Transport["connect"]>>;
type Manager = Awaited<ReturnType<JetStream["jetstreamManager"]>>;
type StreamClient = ReturnType<JetStream["jetstream"]>;
type Reading = Awaited<ReturnType<Awaited<ReturnType<StreamClient["consumers"]["get"]>>["consume"]>>;

/** The server's word for "another was first". */
const wrongLastSequence = 10071;
/** A publication that was not answered for so long is counted as failed. */
const publishTimeoutMs = 2000;
const reconnectWaitMs = 100;
/** Seals and commands are kept so long; members ask for nothing older. */
const keptMinutes = 15;
const streamName = /^[A-Za-z0-9_-]{1,32}$/;

export interface OrderStreamOptions {
  /** `HOST:PORT` of each server. */
  readonly servers: readonly string[];
  /** Name of the stream, and the first word of its subjects. */
  readonly name: string;
  /** Servers that keep the stream. */
  readonly replicas: number;
  readonly machine: MachineNumber;
  /** First block of a show that begins; who comes first says it for both. */
  readonly startBlock: number;
  /** Credentials and TLS as NATS documents them: `user`, `pass`, `token`, `tls`. */
  readonly credentials?: Readonly<Record<string, unknown>>;
  readonly onEntry: (entry: OrderEntry) => void;
  /** The connection came or went. */
  readonly onChange?: (isConnected: boolean) => void;
  /** The order can be trusted no more. */
  readonly onClosed?: (reason: string) => void;
}

/** The order is not what it must be. The message names the remedy. */
export class OrderStreamError extends Error {
  override readonly name = "OrderStreamError";
}

/** A connection to the stream: it publishes, and reads every entry in its order. */
export class OrderStream {
  readonly #options: OrderStreamOptions;
  readonly #connection: Connection;
  readonly #jetStream: JetStream;
  readonly #manager: Manager;
  readonly #client: StreamClient;
  /** When the stream was made: its identity. */
  #created = "";
  #next = 1;
  #reading: Reading | undefined;
  /** Grows with each reading, so that one that was replaced hands nothing on. */
  #readings = 0;
  #isConnected = true;
  #closedBecause: string | undefined;
  #failedPublications = 0;
  #refusedSeals = 0;

  /**
   * Connects, makes the stream unless it is there, and finds out how this machine begins.
   *
   * @throws {OrderStreamError} without the packages, a server, or JetStream on it
   */
  static async open(options: OrderStreamOptions): Promise<{ order: OrderStream; start: ClusterStart }> {
    if (!streamName.test(options.name)) {
      throw new OrderStreamError(
        `name of the order: expected up to 32 letters, digits, "-" and "_", found "${options.name}"`,
      );
    }
    const { transport, jetStream } = await packagesOfNats();
    const connection = await transport.connect({
      ...options.credentials,
      servers: [...options.servers],
      name: `understudy ${options.machine}`,
      maxReconnectAttempts: -1,
      reconnectTimeWait: reconnectWaitMs,
      reconnectJitter: reconnectWaitMs,
      waitOnFirstConnect: false,
      pingInterval: 1000,
      maxPingOut: 3,
    }).catch((error: Error) => {
      throw new OrderStreamError(
        `no NATS server answers at ${options.servers.join(", ")} (${error.message}); start nats-server -js`,
      );
    });
    try {
      const manager = await jetStream.jetstreamManager(connection);
      const order = new OrderStream(options, connection, jetStream, manager);
      return { order, start: await order.#begin() };
    } catch (error) {
      await connection.close();
      if (error instanceof OrderStreamError) throw error;
      throw new OrderStreamError(
        `NATS at ${options.servers.join(", ")} keeps no stream (${(error as Error).message}); ` +
          "start it with -js, and as many servers as replicas",
      );
    }
  }

  private constructor(
    options: OrderStreamOptions,
    connection: Connection,
    jetStream: JetStream,
    manager: Manager,
  ) {
    this.#options = options;
    this.#connection = connection;
    this.#jetStream = jetStream;
    this.#manager = manager;
    this.#client = jetStream.jetstream(connection, { timeout: publishTimeoutMs });
  }

  /** Whether a server is reached. */
  get isConnected(): boolean {
    return this.#isConnected && this.#closedBecause === undefined;
  }

  /** Another one for each stream that was made, also under the same name. */
  get identity(): string {
    return `${this.#options.name} ${this.#created}`;
  }

  /** Publications that no server has acknowledged. */
  get failedPublications(): number {
    return this.#failedPublications;
  }

  /** Seals that the server refused because the block had one. */
  get refusedSeals(): number {
    return this.#refusedSeals;
  }

  /** Publishes an entry if a server is reached; whether it is in the order is seen by reading it. */
  publish(entry: OrderEntry): void {
    if (!this.isConnected) return;
    const isSeal = entry.kind === "seal";
    this.#client.publish(this.#subject(entry), encodeClusterMessage(entry), {
      timeout: publishTimeoutMs,
      retries: 0,
      ...(isSeal ? { expect: { lastSubjectSequence: 0 } } : {}),
    }).catch((error) => {
      if (isSeal && codeOf(error) === wrongLastSequence) this.#refusedSeals++;
      else this.#failedPublications++;
    });
  }

  /** Ends the connection. */
  async close(): Promise<void> {
    this.#closedBecause ??= "it was closed";
    this.#readings++;
    await this.#reading?.close();
    await this.#connection.close();
  }

  #subject(entry: OrderEntry): string {
    const { name } = this.#options;
    switch (entry.kind) {
      case "seal":
        return `${name}.seal.${entry.block}`;
      case "command":
        return `${name}.command`;
      case "join":
        return `${name}.join.${entry.machine}`;
      case "probe":
        return `${name}.probe.${entry.machine}`;
    }
  }

  /** Finds or makes the stream, and takes this machine's place in it. */
  async #begin(): Promise<ClusterStart> {
    const { name, replicas, machine, startBlock } = this.#options;
    const { StorageType, RetentionPolicy, DiscardPolicy } = this.#jetStream;
    await this.#manager.streams.add({
      name,
      subjects: [`${name}.>`],
      num_replicas: replicas,
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.Old,
      max_age: keptMinutes * 60 * 1e9,
    }).catch((error) => {
      // the other machine has made it
      if (!/already in use/.test((error as Error).message)) throw error;
    });
    const info = await this.#manager.streams.info(name);
    this.#created = info.created;
    const isFirst = await this.#isFirst(`${name}.begin.${machine}`, {});
    const { state } = await this.#manager.streams.info(name);
    this.#next = state.first_seq > 1 ? state.last_seq + 1 : 1;
    // once entries were dropped for their age, the one of the first start may be among them
    if (!isFirst || state.first_seq > 1) {
      this.#next = state.last_seq + 1;
      await this.#read();
      this.#follow();
      return { kind: "join", incarnation: randomUUID() };
    }
    await this.#isFirst(`${name}.start`, { block: startBlock });
    const agreed = await this.#manager.streams.getMessage(name, { last_by_subj: `${name}.start` });
    const block = agreed?.json<{ block?: unknown }>().block;
    if (typeof block !== "number" || !Number.isSafeInteger(block)) {
      throw new OrderStreamError(
        `stream ${name}: its first block is no number; remove the stream, start both again`,
      );
    }
    await this.#read();
    this.#follow();
    return { kind: "first", block };
  }

  /** Publishes to a subject that may have one entry; false where it has one. */
  async #isFirst(subject: string, value: object): Promise<boolean> {
    try {
      await this.#client.publish(subject, JSON.stringify(value), { expect: { lastSubjectSequence: 0 } });
      return true;
    } catch (error) {
      if (codeOf(error) === wrongLastSequence) return false;
      throw error;
    }
  }

  /** Reads on from the next entry. */
  async #read(): Promise<void> {
    const reading = ++this.#readings;
    await this.#reading?.close();
    const consumer = await this.#client.consumers.get(this.#options.name, {
      opt_start_seq: this.#next,
      deliver_policy: this.#jetStream.DeliverPolicy.StartSequence,
    });
    const messages = await consumer.consume({
      max_messages: 1000,
      callback: (message) => {
        if (reading !== this.#readings) return;
        if (message.seq < this.#next) return;
        if (message.seq > this.#next) {
          return this.#end(`entries ${this.#next} to ${message.seq - 1} are gone; join again`);
        }
        this.#next = message.seq + 1;
        const entry = decodeOrderEntry(message.data);
        if (entry !== undefined) this.#options.onEntry(entry);
      },
    });
    if (reading === this.#readings) this.#reading = messages;
    else await messages.close();
  }

  /** Follows the connection: after each loss the stream is looked at before it is read on. */
  #follow(): void {
    (async () => {
      for await (const { type } of this.#connection.status()) {
        if (this.#closedBecause !== undefined) return;
        if (type === "disconnect") this.#change(false);
        else if (type === "reconnect") await this.#comeBack();
      }
    })().catch((error) => this.#end((error as Error).message));
  }

  /** The servers may answer before the stream has a leader. */
  async #comeBack(): Promise<void> {
    while (this.#closedBecause === undefined && !this.#connection.isClosed()) {
      try {
        const { created, state } = await this.#manager.streams.info(this.#options.name);
        if (created !== this.#created) {
          return this.#end("the stream was made again; stop both machines before they begin with it");
        }
        if (state.last_seq + 1 < this.#next) {
          return this.#end(
            `it lost entries ${state.last_seq + 1} to ${this.#next - 1}; stop both machines, remove it`,
          );
        }
        await this.#read();
        return this.#change(true);
      } catch (error) {
        if (codeOf(error) === streamNotFound) {
          return this.#end("the stream is gone; stop both machines before they begin with a new one");
        }
        await new Promise((done) => setTimeout(done, reconnectWaitMs));
      }
    }
  }

  #change(isConnected: boolean): void {
    if (this.#isConnected === isConnected) return;
    this.#isConnected = isConnected;
    this.#options.onChange?.(isConnected);
  }

  #end(reason: string): void {
    if (this.#closedBecause !== undefined) return;
    this.#closedBecause = reason;
    this.#readings++;
    this.#options.onClosed?.(`order ${this.#options.name}: ${reason}`);
    this.#connection.close();
  }
}

const streamNotFound = 10059;

/** The code of an error of JetStream. */
function codeOf(error: unknown): number | undefined {
  const { code } = error as { readonly code?: unknown };
  return typeof code === "number" ? code : undefined;
}

async function packagesOfNats(): Promise<{ transport: Transport; jetStream: JetStream }> {
  try {
    return { transport: await import(transportPackage), jetStream: await import(streamPackage) };
  } catch (error) {
    throw new OrderStreamError(
      `two machines need the packages of NATS (${
        (error as Error).message
      }); install them by: deno task packages`,
    );
  }
}

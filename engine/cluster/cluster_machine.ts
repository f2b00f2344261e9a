/**
 * One of two machines, with its ways to the others: the member decides, the order stream and the peer link carry. Main isolate. It keeps no
 * time: its host says which block is due, and renders, sends or withholds what comes of it.
 */
import { type ClusterLimits, ClusterMember } from "./cluster_member.ts";
import type { ClusterAction, ClusterSnapshot, OrderEntry } from "./cluster_messages.ts";
import { OrderStream, type OrderStreamOptions } from "./order_stream.ts";
import { PeerLink } from "./peer_link.ts";

/** What the host does of {@link ClusterAction}. */
export type ClusterHostAction = Exclude<
  ClusterAction,
  { readonly kind: "send" } | { readonly kind: "publish" }
>;

export interface ClusterMachineOptions {
  readonly order: Omit<OrderStreamOptions, "onEntry">;
  readonly limits: ClusterLimits;
  /** Where this machine listens for the other one. */
  readonly listen: { readonly hostname: string; readonly port: number };
  readonly secret: string;
  readonly onAction: (action: ClusterHostAction) => void;
}

export class ClusterMachine {
  readonly #member: ClusterMember;
  readonly #order: OrderStream;
  readonly #peer: PeerLink;
  readonly #onAction: (action: ClusterHostAction) => void;

  /** @throws {OrderStreamError} without an order */
  static async open(options: ClusterMachineOptions): Promise<ClusterMachine> {
    const early: OrderEntry[] = [];
    let machine: ClusterMachine | undefined;
    const onEntry = (entry: OrderEntry) => {
      if (machine === undefined) early.push(entry);
      else machine.#read(entry);
    };
    const { order, start } = await OrderStream.open({ ...options.order, onEntry });
    try {
      const { machine: number } = options.order;
      const member = new ClusterMember({ machine: number, limits: options.limits, start });
      machine = new ClusterMachine(options, member, order);
    } catch (error) {
      await order.close();
      throw error;
    }
    for (const entry of early) machine.#read(entry);
    machine.#carryOut();
    return machine;
  }

  private constructor(options: ClusterMachineOptions, member: ClusterMember, order: OrderStream) {
    this.#member = member;
    this.#order = order;
    this.#onAction = options.onAction;
    this.#peer = new PeerLink({
      ...options.listen,
      secret: options.secret,
      orderIdentity: order.identity,
      onMessage: (message) => {
        this.#member.receive(message);
        this.#carryOut();
      },
    });
  }

  /** Port at which it listens for the other machine. */
  get port(): number {
    return this.#peer.port;
  }

  get isOrderReached(): boolean {
    return this.#order.isConnected;
  }

  /** First block of which it does not know what it hears. */
  get front(): number {
    return this.#member.front;
  }

  /** Where the other machine listens. */
  connect(hostname: string, port: number): void {
    this.#peer.connect(hostname, port);
  }

  /** Whether this machine's leg may send a block. */
  maySend(block: number): boolean {
    return this.#member.maySend(block);
  }

  /** The device has come to a block. */
  tick(block: number): void {
    this.#member.tick(block);
    this.#carryOut();
  }

  /** A command of a client of this machine. */
  command(id: string, body: unknown): void {
    this.#member.command(id, body);
    this.#carryOut();
  }

  /** The checksum of a block that was rendered and not sent yet. */
  rendered(block: number, checksum: number): void {
    this.#member.rendered(block, checksum);
    this.#carryOut();
  }

  /** What the other machine offered to this one, with its state in the host's hands. */
  restore(snapshot: ClusterSnapshot): void {
    this.#member.restore(snapshot);
    this.#carryOut();
  }

  async close(): Promise<void> {
    this.#peer.close();
    await this.#order.close();
  }

  #read(entry: OrderEntry): void {
    this.#member.read(entry);
    this.#carryOut();
  }

  #carryOut(): void {
    for (const action of this.#member.drain()) {
      if (action.kind === "send") this.#peer.send(action.message);
      else if (action.kind === "publish") this.#order.publish(action.entry);
      else this.#onAction(action);
    }
  }
}

/**
 * What one of two machines knows of the order, and what it does about it. Pure computation: events in, actions out; no clock, no
 * network, no random source. Both machines play the same, so both must hear the same commands in the same block, and neither may send a
 * block of which it cannot know that.
 *
 * **Two of three.** What block n hears is decided once, by two of three: the first machine, the second machine, and the order (a stream
 * that keeps the first seal of each block and refuses a second one). So any one of them may be lost, cut off, paused or late.
 *
 * - The first machine proposes: it gives block n one seal, tells the second machine, and publishes it to the order.
 * - The second machine accepts that proposal unless it has bid for the block itself. First machine and second machine: settled.
 * - Where no proposal comes in time and the order answers, the second machine bids: it publishes a seal of its own to the order, and from then on accepts
 *   nothing for this block but what the order holds. Its bid and the order: settled. The first machine's seal and the order: settled.
 * - The first machine knows its proposal settled once the second machine accepted it or the order holds it. Where the order holds the
 *   other's bid, that is settled, because the other one has not accepted the proposal and never will.
 *
 * A block that is not settled when it is due is not sent by this machine. It is cut off from both others then, and they go on without it.
 * No clock is trusted: a block's number, not a time, says what a machine still may do.
 *
 * **Memory.** A machine that starts again has forgotten what it accepted. So it takes part only from a block on that its predecessor
 * cannot have had a say in: all machines stay within `aheadBlocks` of what they know settled, and the machine that gives the snapshot has
 * read the order up to the entry by which the other one joins. Until then the order and the other machine decide. Rejected: to let it
 * have a say at once (the simulator finds two blocks that differ), and votes kept on the disk (each block would wait for the disk).
 */
import { invariant } from "../../foundation/invariant.ts";
import type {
  ClusterAction,
  ClusterCommand,
  ClusterSeal,
  ClusterSnapshot,
  MachineNumber,
  OrderEntry,
  PeerMessage,
} from "./cluster_messages.ts";

/** Distances in blocks. */
export interface ClusterLimits {
  /** How far ahead of the block that is due, and of what is settled, a machine has a say. */
  readonly aheadBlocks: number;
  /** The second machine bids for a block that is not settled this far before it is due. */
  readonly bidBlocks: number;
  /** What was not answered for so long is sent again. */
  readonly resendBlocks: number;
  /** A command is heard so soon, or refused. */
  readonly lifetimeBlocks: number;
  /** So long ids of commands and settled seals are known; a command that is sent again later counts as another one. */
  readonly keptBlocks: number;
}

/** From where a member begins. */
export type ClusterStart =
  /** Both machines begin here together. Never a second time with the same order. */
  | { readonly kind: "first"; readonly block: number }
  /** It takes the place of one that has fallen, and waits for a snapshot. */
  | { readonly kind: "join"; readonly incarnation: string };

interface BlockRecord {
  /** What this machine proposed or bid. */
  own?: ClusterSeal;
  settled?: ClusterSeal;
  /** When `own` was sent first, and last. */
  firstSentAt?: number;
  sentAt: number;
}

interface PendingCommand {
  command: ClusterCommand;
  /** Whether its sender waits for this machine's answer. */
  isOwn: boolean;
  /** Block whose seal of this machine has it. */
  block: number | undefined;
  /** When it was passed on last. */
  sentAt: number;
}

/** So long after the last proposal the second machine takes the first one for absent and no longer waits for it. */
const absentFactor = 2;
/** Settled blocks of one answer. */
const maxAnsweredBlocks = 64;
/**
 * Commands of one seal: more are heard in the next blocks. So a seal fits into a datagram and into an entry of the order, however many
 * commands come at once.
 */
export const maxSealBytes = 32 * 1024;
/** Refuses a command of a machine that is cut off, before anybody else knows it. */
const cutOffReason = "this machine reaches neither the order nor the other machine; send it to the other one";
const expiredReason = "no block could hear it in time, because the order was away; send it again";

export class ClusterMember {
  readonly #machine: MachineNumber;
  readonly #limits: ClusterLimits;
  readonly #start: ClusterStart;
  #isRestored = false;
  /** First block that is not known to be settled. */
  #front = 0;
  #votesFrom = 0;
  /** The block that is due. */
  #now = 0;
  #stoppedFrom: number | undefined;
  #proposalSeenAt: number;
  /** When this machine published what it read last of its own. */
  #orderAnsweredAt = -Infinity;
  #askedAt = -Infinity;
  #otherIncarnation: string | undefined;
  readonly #blocks = new Map<number, BlockRecord>();
  readonly #heard = new Map<string, number>();
  readonly #pending = new Map<string, PendingCommand>();
  readonly #checksums = new Map<number, { own?: number; other?: number }>();
  /** What came before the snapshot. */
  readonly #unread: OrderEntry[] = [];
  #actions: ClusterAction[] = [];

  constructor(
    { machine, limits, start }: {
      readonly machine: MachineNumber;
      readonly limits: ClusterLimits;
      readonly start: ClusterStart;
    },
  ) {
    invariant(
      limits.bidBlocks + limits.resendBlocks < limits.aheadBlocks &&
        limits.lifetimeBlocks < limits.keptBlocks,
      "cluster: expected bidBlocks + resendBlocks < aheadBlocks and lifetimeBlocks < keptBlocks",
    );
    this.#machine = machine;
    this.#limits = limits;
    this.#start = start;
    this.#proposalSeenAt = -Infinity;
    if (start.kind === "first") {
      this.#front = start.block;
      this.#votesFrom = start.block;
      this.#now = start.block - 1; // none is due yet
      this.#proposalSeenAt = start.block;
      this.#isRestored = true;
    } else {
      this.#publish({ kind: "join", machine, incarnation: start.incarnation });
    }
  }

  /** First block of which this machine does not know what it hears. */
  get front(): number {
    return this.#front;
  }

  /** First block that this machine has a say in. */
  get votesFrom(): number {
    return this.#votesFrom;
  }

  /** Whether it has a state to play from. */
  get isRestored(): boolean {
    return this.#isRestored;
  }

  /** First block that is not sent, because this machine differs from the other one. */
  get stoppedFrom(): number | undefined {
    return this.#stoppedFrom;
  }

  /** Whether this machine's leg may send a block. */
  maySend(block: number): boolean {
    return this.#isRestored && block < this.#front &&
      (this.#stoppedFrom === undefined || block < this.#stoppedFrom);
  }

  /** What is to be done, once. */
  drain(): readonly ClusterAction[] {
    const actions = this.#actions;
    this.#actions = [];
    return actions;
  }

  /** A command of a client of this machine. */
  command(id: string, body: unknown): void {
    const heardIn = this.#heard.get(id);
    if (heardIn !== undefined) {
      this.#actions.push({ kind: "acknowledge", id, block: heardIn });
      return;
    }
    const known = this.#pending.get(id);
    if (known !== undefined) {
      known.isOwn = true;
      return;
    }
    if (!this.#isRestored || this.#front <= this.#now) {
      this.#actions.push({ kind: "refuse", id, reason: cutOffReason });
      return;
    }
    const command = { id, body, lastBlock: this.#now + this.#limits.lifetimeBlocks };
    const bytes = bytesOf(command);
    if (bytes > maxSealBytes) {
      const reason = `expected a command of at most ${maxSealBytes} bytes, found ${bytes}`;
      this.#actions.push({ kind: "refuse", id, reason });
      return;
    }
    this.#pending.set(id, { command, isOwn: true, block: undefined, sentAt: -Infinity });
    if (this.#machine === 1) this.#passOn();
  }

  /** The device has come to `block`; it may skip some. */
  tick(block: number): void {
    if (block > this.#now) this.#now = block;
    if (!this.#isRestored) {
      if (this.#now - this.#askedAt >= this.#limits.resendBlocks && this.#start.kind === "join") {
        this.#askedAt = this.#now;
        const { incarnation } = this.#start;
        this.#publish({ kind: "join", machine: this.#machine, incarnation });
        this.#send({ kind: "want", incarnation });
      }
      return;
    }
    if (this.#machine === 1) this.#passOn();
    this.#probe();
    this.#haveSay();
    this.#sendAgain();
    this.#ask();
  }

  /** A message of the other machine. */
  receive(message: PeerMessage): void {
    if (!this.#isRestored) return;
    switch (message.kind) {
      case "proposal":
        return this.#consider(message.block, message.seal);
      case "accepted":
        return this.#learnAccepted(message.block);
      case "settled":
        return this.#learn(message.block, message.seal);
      case "ask":
        return this.#answer(message.from);
      case "command":
        return this.#keep(message.command);
      case "checksum":
        return this.#compare(message.block, { other: message.checksum });
      case "want":
        if (message.incarnation === this.#otherIncarnation) this.#offer(message.incarnation);
    }
  }

  /** The next entry of the order; all entries come, in their order. */
  read(entry: OrderEntry): void {
    if (!this.#isRestored) {
      this.#unread.push(entry);
      return;
    }
    switch (entry.kind) {
      case "seal":
        if (entry.seal.by === this.#machine) this.#noteAnswer(this.#blocks.get(entry.block)?.firstSentAt);
        return this.#learn(entry.block, entry.seal);
      case "command":
        return this.#keep(entry.command);
      case "probe":
        if (entry.machine === this.#machine) this.#noteAnswer(entry.block);
        return;
      case "join":
        if (entry.machine !== this.#machine) this.#otherIncarnation = entry.incarnation;
    }
  }

  /** The snapshot that a joining member waited for; the host has its state. */
  restore(snapshot: ClusterSnapshot): void {
    if (this.#isRestored || this.#start.kind !== "join") return;
    if (snapshot.incarnation !== this.#start.incarnation) return;
    this.#isRestored = true;
    this.#front = snapshot.front;
    this.#votesFrom = snapshot.votesFrom;
    this.#askedAt = -Infinity;
    for (const [id, block] of snapshot.heard) this.#heard.set(id, block);
    for (const { block, seal } of snapshot.settled) this.#learn(block, seal);
    for (const entry of this.#unread.splice(0)) this.read(entry);
  }

  /** The checksum of a block that this machine has rendered and not sent yet. */
  rendered(block: number, checksum: number): void {
    this.#send({ kind: "checksum", block, checksum });
    this.#compare(block, { own: checksum });
  }

  /**
   * A bid binds this machine until the order answers it. So while proposals run out it first asks whether the order answers at all: without
   * that, one late proposal while the order is away would stop both machines.
   */
  #probe(): void {
    const { bidBlocks, resendBlocks } = this.#limits;
    if (this.#machine === 0 || this.#front > this.#now + bidBlocks + resendBlocks) return;
    this.#publish({ kind: "probe", machine: this.#machine, block: this.#now });
  }

  #noteAnswer(publishedAt: number | undefined): void {
    if (publishedAt !== undefined && publishedAt > this.#orderAnsweredAt) this.#orderAnsweredAt = publishedAt;
  }

  /** Proposes or bids, for each block that it may and has not yet. */
  #haveSay(): void {
    const { aheadBlocks, bidBlocks } = this.#limits;
    const isOtherAbsent = this.#now - this.#proposalSeenAt > absentFactor * aheadBlocks;
    if (this.#machine === 1 && this.#now - this.#orderAnsweredAt > aheadBlocks) return;
    const reach = this.#machine === 0 || isOtherAbsent ? aheadBlocks : bidBlocks;
    const end = Math.min(this.#now, this.#front - 1) + reach;
    for (let block = Math.max(this.#front, this.#votesFrom); block <= end; block++) {
      const record = this.#record(block);
      if (record.own !== undefined || record.settled !== undefined) continue;
      record.own = { by: this.#machine, commands: this.#pendingFor(block) };
      record.firstSentAt = this.#now;
      this.#publishOwn(block, record);
    }
  }

  #publishOwn(block: number, record: BlockRecord): void {
    record.sentAt = this.#now;
    if (this.#machine === 0) this.#send({ kind: "proposal", block, seal: record.own! });
    this.#publish({ kind: "seal", block, seal: record.own! });
  }

  /** Commands that no seal of this machine has yet, as many as a seal holds. */
  #pendingFor(block: number): readonly ClusterCommand[] {
    const commands: ClusterCommand[] = [];
    let bytes = 0;
    for (const pending of this.#pending.values()) {
      if (pending.block !== undefined || pending.command.lastBlock < block) continue;
      bytes += bytesOf(pending.command);
      if (commands.length > 0 && bytes > maxSealBytes) break;
      pending.block = block;
      commands.push(pending.command);
    }
    return commands;
  }

  #sendAgain(): void {
    for (let block = this.#front; block < this.#front + this.#limits.aheadBlocks; block++) {
      const record = this.#blocks.get(block);
      if (record?.own === undefined || record.settled !== undefined) continue;
      if (this.#now - record.sentAt >= this.#limits.resendBlocks) this.#publishOwn(block, record);
    }
  }

  /** The second machine's clients are heard by way of the first one's proposals. */
  #passOn(): void {
    for (const pending of this.#pending.values()) {
      if (!pending.isOwn || this.#now - pending.sentAt < this.#limits.resendBlocks) continue;
      pending.sentAt = this.#now;
      this.#send({ kind: "command", command: pending.command });
      this.#publish({ kind: "command", command: pending.command });
    }
  }

  /** Asks for what it missed: a message was lost, or this machine has no say yet. */
  #ask(): void {
    const { bidBlocks, resendBlocks } = this.#limits;
    if (this.#front > this.#now + bidBlocks || this.#now - this.#askedAt < resendBlocks) return;
    this.#askedAt = this.#now;
    this.#send({ kind: "ask", from: this.#front });
  }

  #answer(from: number): void {
    for (let block = from; block < from + maxAnsweredBlocks; block++) {
      const seal = this.#blocks.get(block)?.settled;
      if (seal !== undefined) this.#send({ kind: "settled", block, seal });
    }
  }

  /** A proposal of the first machine. */
  #consider(block: number, seal: ClusterSeal): void {
    if (this.#machine !== 1) return;
    this.#proposalSeenAt = this.#now;
    const record = this.#blocks.get(block);
    if (record?.settled !== undefined) {
      this.#send({ kind: "settled", block, seal: record.settled });
      return;
    }
    if (block < this.#front || block < this.#votesFrom || record?.own !== undefined) return;
    this.#learn(block, seal);
    this.#send({ kind: "accepted", block });
  }

  #learnAccepted(block: number): void {
    const record = this.#blocks.get(block);
    if (this.#machine === 0 && record?.own !== undefined) this.#learn(block, record.own);
  }

  /** `seal` holds for all. */
  #learn(block: number, seal: ClusterSeal): void {
    if (block < this.#front) {
      this.#checkSame(block, this.#blocks.get(block)?.settled, seal);
      return;
    }
    const record = this.#record(block);
    if (record.settled !== undefined) {
      this.#checkSame(block, record.settled, seal);
      return;
    }
    record.settled = seal;
    if (record.own !== undefined && record.own.by !== seal.by) {
      for (const pending of this.#pending.values()) {
        if (pending.block === block) pending.block = undefined;
      }
    }
    for (let next; (next = this.#blocks.get(this.#front)?.settled) !== undefined;) this.#hear(next);
  }

  #checkSame(block: number, known: ClusterSeal | undefined, found: ClusterSeal): void {
    if (known === undefined || known.by === found.by) return;
    this.#stop(block, `block ${block} has two seals: the order has lost or changed what it held`);
  }

  #hear(seal: ClusterSeal): void {
    const block = this.#front;
    const commands = seal.commands.filter(({ id, lastBlock }) => {
      if (lastBlock < block || this.#heard.has(id)) return false;
      this.#heard.set(id, block);
      return true;
    });
    this.#front = block + 1;
    this.#actions.push({ kind: "hear", block, commands });
    for (const { id } of commands) {
      if (this.#pending.get(id)?.isOwn) this.#actions.push({ kind: "acknowledge", id, block });
      this.#pending.delete(id);
    }
    for (const [id, { command, isOwn }] of this.#pending) {
      if (command.lastBlock > block) continue;
      this.#pending.delete(id);
      if (isOwn) this.#actions.push({ kind: "refuse", id, reason: expiredReason });
    }
    this.#forget(block - this.#limits.keptBlocks);
  }

  /** Drops what is older; ids lie in the order of their blocks. */
  #forget(before: number): void {
    this.#blocks.delete(before);
    this.#checksums.delete(before);
    for (const [id, block] of this.#heard) {
      if (block > before) break;
      this.#heard.delete(id);
    }
  }

  /** A command that the other machine knows. */
  #keep(command: ClusterCommand): void {
    if (this.#heard.has(command.id) || command.lastBlock < this.#front) return;
    const known = this.#pending.get(command.id);
    if (known !== undefined) {
      if (known.command.lastBlock < command.lastBlock) known.command = command;
      return;
    }
    this.#pending.set(command.id, { command, isOwn: false, block: undefined, sentAt: -Infinity });
  }

  #offer(incarnation: string): void {
    let end = Math.max(this.#front, this.#votesFrom);
    const settled = [];
    for (const [block, record] of this.#blocks) {
      end = Math.max(end, block + 1);
      if (block >= this.#front && record.settled !== undefined) {
        settled.push({ block, seal: record.settled });
      }
    }
    const votesFrom = end + this.#limits.aheadBlocks;
    const snapshot = { incarnation, front: this.#front, votesFrom, heard: [...this.#heard], settled };
    this.#actions.push({ kind: "offer", snapshot });
  }

  #compare(block: number, given: { readonly own?: number; readonly other?: number }): void {
    // what is older is forgotten, and what is far ahead is of a machine that this one does not keep up with
    const { keptBlocks, aheadBlocks } = this.#limits;
    if (block <= this.#front - keptBlocks || block > this.#front + aheadBlocks) return;
    const both = { ...this.#checksums.get(block), ...given };
    this.#checksums.set(block, both);
    if (both.own === undefined || both.other === undefined || both.own === both.other) return;
    // two cannot say which of them is wrong: one goes on
    if (this.#machine === 1) this.#stop(block, `block ${block} differs from the first machine's`);
  }

  #stop(block: number, reason: string): void {
    if (this.#stoppedFrom !== undefined && this.#stoppedFrom <= block) return;
    this.#stoppedFrom = block;
    this.#actions.push({ kind: "stopLeg", block, reason });
  }

  #record(block: number): BlockRecord {
    let record = this.#blocks.get(block);
    if (record === undefined) this.#blocks.set(block, record = { sentAt: -Infinity });
    return record;
  }

  #send(message: PeerMessage): void {
    this.#actions.push({ kind: "send", message });
  }

  #publish(entry: OrderEntry): void {
    this.#actions.push({ kind: "publish", entry });
  }
}

function bytesOf(command: ClusterCommand): number {
  return new TextEncoder().encode(JSON.stringify(command)).length;
}

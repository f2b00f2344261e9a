/**
 * Two machines, the network between them, and the sequencer that keeps the order, under a seeded scheduler: the members are the
 * program's own, everything around them is simulated. Time is counted in blocks. One seed is one run, for good.
 *
 * Oracles, checked in every run:
 * 1. what both legs send for a block is equal, and no leg sends a block twice with different bytes;
 * 2. with one fault at a time, each block is sent by at least one leg;
 * 3. a command is heard once at most, in the same block by both; one that was acknowledged is heard in the block that was named; one that every machine
 *    refused which got it is never heard; a machine that stays answers every command;
 * 4. when the faults end, both legs send again, unless both machines fell in short succession.
 */
import { ClusterMember, type ClusterStart } from "../../engine/cluster/cluster_member.ts";
import type {
  ClusterCommand,
  ClusterSnapshot,
  MachineNumber,
  OrderEntry,
  PeerMessage,
} from "../../engine/cluster/cluster_messages.ts";
import { SeededRandom } from "../../testing/seeded_random.ts";

const limits = { aheadBlocks: 14, bidBlocks: 8, resendBlocks: 3, lifetimeBlocks: 60, keptBlocks: 400 };
const startBlock = 1000;
const faultBlocks = 400;
const quietBlocks = 150;

/** Faults of one machine, of the sequencer, and of the network. */
const faultKinds = [
  "kill",
  "pause",
  "cut peer",
  "cut order",
  "cut off",
  "sequencer gone",
  "sequencer slow",
  "lossy",
  "skewed",
] as const;
type FaultKind = typeof faultKinds[number];

/** Mistakes that the oracles must notice. */
export type PlantedClusterFault =
  | "a seal taken twice"
  | "a sequencer that lost its last entries"
  | "a leg that lies"
  | "a machine that forgets and has a say at once"
  | "a machine that accepts what it has bid against"
  | "a machine that sends what is not settled"
  | "a command heard twice";

export interface ClusterSimulationResult {
  readonly problems: readonly string[];
  readonly blocks: number;
  /** Blocks that one leg sent alone. */
  readonly alone: number;
  /** Blocks that no leg sent; only where faults overlap. */
  readonly unsent: number;
  readonly faults: Partial<Record<FaultKind, number>>;
  readonly acknowledged: number;
  readonly refused: number;
  readonly bids: number;
  readonly stops: number;
}

type Envelope = PeerMessage | {
  readonly kind: "snapshot";
  readonly snapshot: ClusterSnapshot;
  readonly state: number;
};

interface Machine {
  readonly number: MachineNumber;
  member: ClusterMember | undefined;
  incarnation: number;
  /** What it plays. */
  state: number;
  /** Of blocks that are rendered and not sent. */
  outputs: Map<number, number>;
  isPaused: boolean;
  inbox: (() => void)[];
  isPeerCut: boolean;
  isOrderCut: boolean;
  /** Entries of the order that it read. */
  position: number;
  isReading: boolean;
  /** How far its clock is before the time, in blocks. */
  skew: number;
  /** Commands that it was given and has not answered. */
  readonly owed: Set<string>;
}

interface Fate {
  readonly receivers: number;
  refusals: number;
  acknowledgedIn?: number;
}

export class ClusterSimulation {
  readonly #random: SeededRandom;
  readonly #planted: PlantedClusterFault | undefined;
  /** One fault at a time, or as they come. */
  readonly isGentle: boolean;
  readonly #events: { at: number; order: number; run: () => void }[] = [];
  #time = startBlock - limits.aheadBlocks;
  #eventCount = 0;
  readonly #machines: readonly [Machine, Machine];
  readonly #entries: OrderEntry[] = [];
  readonly #sealed = new Set<number>();
  #isSequencerUp = true;
  #orderDelay = 1;
  #peerLoss = 0;
  /** Share of messages that take much longer than others. */
  #peerLate = 0;
  readonly #sent: [Map<number, number>, Map<number, number>] = [new Map(), new Map()];
  readonly #heard = new Map<string, number>();
  readonly #fates = new Map<string, Fate>();
  readonly #problems: string[] = [];
  readonly #faults: Partial<Record<FaultKind, number>> = {};
  #commands = 0;
  #acknowledged = 0;
  #refused = 0;
  #bids = 0;
  #stops = 0;
  #end = Infinity;

  constructor(
    seed: number,
    options: { readonly isGentle?: boolean; readonly planted?: PlantedClusterFault } = {},
  ) {
    this.#random = new SeededRandom(seed);
    this.#planted = options.planted;
    this.isGentle = options.isGentle ?? this.#random.chance(0.5);
    this.#machines = [this.#machine(0), this.#machine(1)];
    this.#calmPeers();
  }

  run(): ClusterSimulationResult {
    for (const machine of this.#machines) {
      this.#begin(machine, { kind: "first", block: startBlock });
      this.#everyBlock(machine);
    }
    this.#clients();
    if (this.isGentle) this.#oneFaultAtATime();
    else this.#faultsAsTheyCome();
    const faultsEnd = startBlock + faultBlocks;
    this.#at(faultsEnd, () => this.#heal());
    this.#end = faultsEnd + quietBlocks;
    for (;;) {
      const event = this.#events.pop();
      if (event === undefined || event.at > this.#end || this.#problems.length > 0) break;
      this.#time = event.at;
      event.run();
    }
    return this.#judge();
  }

  #machine(number: MachineNumber): Machine {
    return {
      number,
      member: undefined,
      incarnation: 0,
      state: 1,
      outputs: new Map(),
      isPaused: false,
      inbox: [],
      isPeerCut: false,
      isOrderCut: false,
      position: 0,
      isReading: false,
      skew: this.#random.next() * 0.8 - 0.4,
      owed: new Set(),
    };
  }

  /** Starts a machine, or starts it again. */
  #begin(machine: Machine, start: ClusterStart): void {
    const Kind = this.#planted === undefined ? ClusterMember : plantedMembers[this.#planted] ?? ClusterMember;
    machine.member = new Kind({ machine: machine.number, limits, start });
    machine.outputs = new Map();
    machine.state = 1;
    if (start.kind === "join") {
      machine.position = this.#entries.length;
    }
    this.#carryOut(machine);
  }

  #everyBlock(machine: Machine): void {
    let next = Math.floor(this.#time);
    const step = () => {
      const due = next;
      this.#deliver(machine, machine.incarnation, () => {
        machine.member!.tick(due);
        this.#carryOut(machine);
        // what a paused machine would have sent comes too late
        if (due >= Math.floor(this.#time + machine.skew) - 1) this.#sendBlock(machine, due);
      });
      next++;
      if (next < this.#end + 2) this.#at(next - machine.skew, step);
    };
    this.#at(next - machine.skew, step);
  }

  #sendBlock(machine: Machine, block: number): void {
    if (block < startBlock) return;
    let output = machine.outputs.get(block);
    if (!machine.member!.maySend(block)) {
      if (this.#planted !== "a machine that sends what is not settled" || !machine.member!.isRestored) return;
      output = mix(machine.state, block);
    }
    if (output === undefined) return; // heard by its predecessor
    const other = this.#sent[1 - machine.number].get(block);
    if (other !== undefined && other !== output) {
      this.#problems.push(`block ${block}: the legs differ`);
    }
    const before = this.#sent[machine.number].get(block);
    if (before !== undefined && before !== output) {
      this.#problems.push(`block ${block}: machine ${machine.number} sends it twice, with other bytes`);
    }
    this.#sent[machine.number].set(block, output);
  }

  /** Does what a member wants done. */
  #carryOut(machine: Machine): void {
    for (const action of machine.member!.drain()) {
      switch (action.kind) {
        case "send":
          this.#toPeer(machine, action.message);
          break;
        case "publish":
          if (action.entry.kind === "seal" && machine.number === 1) this.#bids++;
          this.#toOrder(machine, action.entry);
          break;
        case "hear":
          this.#hear(machine, action.block, action.commands);
          break;
        case "acknowledge":
          machine.owed.delete(action.id);
          this.#acknowledged++;
          this.#fates.get(action.id)!.acknowledgedIn = action.block;
          break;
        case "refuse":
          machine.owed.delete(action.id);
          this.#refused++;
          this.#fates.get(action.id)!.refusals++;
          break;
        case "stopLeg":
          this.#stops++;
          break;
        case "offer":
          this.#toPeer(machine, { kind: "snapshot", snapshot: action.snapshot, state: machine.state });
      }
    }
  }

  #hear(machine: Machine, block: number, commands: readonly ClusterCommand[]): void {
    for (const { id, lastBlock } of commands) {
      machine.state = mix(machine.state, Number(id));
      const before = this.#heard.get(id);
      if (before !== undefined && before !== block) {
        this.#problems.push(`command ${id} is heard in block ${before} and in block ${block}`);
      }
      if (block > lastBlock) this.#problems.push(`command ${id} is heard in block ${block}, too late`);
      this.#heard.set(id, block);
    }
    if (this.#planted === "a leg that lies" && machine.number === 1 && block === startBlock + 50) {
      machine.state++;
    }
    machine.state = mix(machine.state, block);
    machine.outputs.set(block, machine.state);
    machine.outputs.delete(block - limits.keptBlocks);
    if (this.#planted !== "a leg that lies") machine.member!.rendered(block, machine.state);
  }

  /** Datagrams: each takes its own time, some are lost, some come twice. */
  #toPeer(from: Machine, message: Envelope): void {
    const to = this.#machines[1 - from.number];
    const copies = this.#random.chance(this.#peerLoss) ? 0 : this.#random.chance(0.02) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (from.isPeerCut || to.isPeerCut) continue;
      const delay = 0.05 + this.#random.next() * (this.#random.chance(this.#peerLate) ? 20 : 0.5);
      this.#after(delay, () => {
        if (!from.isPeerCut && !to.isPeerCut) {
          this.#deliver(to, undefined, () => {
            if (message.kind === "snapshot") this.#restore(to, message.snapshot, message.state);
            else to.member!.receive(message);
            this.#carryOut(to);
          });
        }
      });
    }
  }

  #restore(machine: Machine, snapshot: ClusterSnapshot, state: number): void {
    if (machine.member!.isRestored) return;
    if (snapshot.incarnation !== String(machine.incarnation)) return;
    machine.state = state;
    machine.member!.restore(snapshot);
  }

  #toOrder(from: Machine, entry: OrderEntry): void {
    if (from.isOrderCut) return;
    this.#after(this.#orderDelay * (0.2 + this.#random.next()), () => {
      // what was sent before a cut may still come
      if (!this.#isSequencerUp || (from.isOrderCut && this.#random.chance(0.5))) return;
      if (entry.kind === "seal") {
        if (this.#sealed.has(entry.block) && this.#planted !== "a seal taken twice") return;
        this.#sealed.add(entry.block);
      }
      this.#entries.push(entry);
      for (const machine of this.#machines) this.#readOn(machine);
    });
  }

  /** Each machine reads all entries in their order, some time later. */
  #readOn(machine: Machine): void {
    if (machine.isReading || machine.position >= this.#entries.length) return;
    if (machine.isOrderCut || !this.#isSequencerUp) return;
    machine.isReading = true;
    this.#after(this.#orderDelay * (0.2 + this.#random.next()), () => {
      machine.isReading = false;
      if (machine.isOrderCut || !this.#isSequencerUp) return;
      const entries = this.#entries.slice(machine.position);
      machine.position = this.#entries.length;
      this.#deliver(machine, machine.incarnation, () => {
        for (const entry of entries) machine.member!.read(entry);
        this.#carryOut(machine);
      });
    });
  }

  /** Lets something happen on a machine that may stand still, be gone, or be another process by then. */
  #deliver(machine: Machine, incarnation: number | undefined, run: () => void): void {
    const now = () => {
      if (machine.member !== undefined && (incarnation ?? machine.incarnation) === machine.incarnation) run();
    };
    if (machine.isPaused) machine.inbox.push(now);
    else now();
  }

  #clients(): void {
    const next = () => {
      if (this.#time > startBlock + faultBlocks + 20) return;
      const id = String(++this.#commands);
      const both = this.#random.chance(0.3);
      const receivers = both ? [...this.#machines] : [this.#random.pick(this.#machines)];
      const reached = receivers.filter(({ member, isPaused }) => member !== undefined && !isPaused);
      if (reached.length > 0) this.#fates.set(id, { receivers: reached.length, refusals: 0 });
      for (const machine of reached) {
        machine.owed.add(id);
        machine.member!.command(id, undefined);
        this.#carryOut(machine);
      }
      this.#after(this.#random.next() * 6, next);
    };
    this.#at(startBlock, next);
  }

  #oneFaultAtATime(): void {
    const next = () => {
      if (this.#time > startBlock + faultBlocks - 100) return;
      if (!this.#isWhole()) return this.#after(5, next);
      const lasts = 1 + this.#random.below(60);
      this.#fault(this.#random.pick(faultKinds), this.#random.pick(this.#machines), lasts);
      this.#after(lasts + 40, next);
    };
    this.#at(startBlock + 20, next);
  }

  #faultsAsTheyCome(): void {
    const next = () => {
      if (this.#time > startBlock + faultBlocks - 100) return;
      const lasts = 1 + this.#random.below(80);
      this.#fault(this.#random.pick(faultKinds), this.#random.pick(this.#machines), lasts);
      this.#after(this.#random.next() * 60, next);
    };
    this.#at(startBlock + 20, next);
  }

  /** Whether nothing is amiss any more: both have a say, and all that they said was answered. */
  #isWhole(): boolean {
    return this.#machines.every(({ member, isPaused }) =>
      member !== undefined && !isPaused && member.isRestored && member.votesFrom <= this.#time &&
      member.front > this.#time + limits.bidBlocks
    );
  }

  #fault(kind: FaultKind, machine: Machine, lasts: number): void {
    this.#faults[kind] = (this.#faults[kind] ?? 0) + 1;
    switch (kind) {
      case "kill":
        if (machine.member === undefined) return;
        machine.member = undefined;
        machine.incarnation++;
        machine.inbox = [];
        machine.owed.clear();
        return this.#after(lasts, () => this.#startAgain(machine));
      case "pause":
        machine.isPaused = true;
        return this.#after(lasts, () => this.#resume(machine));
      case "cut peer":
        machine.isPeerCut = true;
        return this.#after(lasts, () => machine.isPeerCut = false);
      case "cut order":
        machine.isOrderCut = true;
        return this.#after(lasts, () => this.#reconnect(machine));
      case "cut off":
        machine.isPeerCut = machine.isOrderCut = true;
        return this.#after(lasts, () => {
          machine.isPeerCut = false;
          this.#reconnect(machine);
        });
      case "sequencer gone":
        this.#isSequencerUp = false;
        return this.#after(lasts, () => this.#sequencerBack());
      case "sequencer slow":
        this.#orderDelay = 1 + this.#random.next() * 30;
        return this.#after(lasts, () => this.#orderDelay = 1);
      case "lossy":
        this.#peerLoss = this.#random.next();
        this.#peerLate = this.#random.next() / 2;
        return this.#after(lasts, () => this.#calmPeers());
      case "skewed":
        machine.skew = this.#random.next() * 2 - 1;
    }
  }

  #calmPeers(): void {
    this.#peerLoss = 0;
    this.#peerLate = this.isGentle ? 0 : 0.02;
  }

  #startAgain(machine: Machine): void {
    if (machine.member !== undefined) return;
    const forgets = this.#planted === "a machine that forgets and has a say at once";
    this.#begin(
      machine,
      { kind: "join", incarnation: String(machine.incarnation) },
    );
    if (forgets) {
      // its first start once more, from where the order stands
      const known = this.#machines[1 - machine.number];
      const front = known.member?.front ?? startBlock;
      machine.state = known.state;
      machine.member!.restore({
        incarnation: String(machine.incarnation),
        front,
        votesFrom: front,
        heard: [],
        settled: [],
      });
      this.#carryOut(machine);
    }
  }

  #resume(machine: Machine): void {
    machine.isPaused = false;
    for (const run of machine.inbox.splice(0)) run();
  }

  #reconnect(machine: Machine): void {
    machine.isOrderCut = false;
    this.#readOn(machine);
  }

  #sequencerBack(): void {
    this.#isSequencerUp = true;
    if (this.#planted === "a sequencer that lost its last entries") {
      for (const entry of this.#entries.splice(-12)) {
        if (entry.kind === "seal") this.#sealed.delete(entry.block);
      }
      for (const machine of this.#machines) {
        machine.position = Math.min(machine.position, this.#entries.length);
      }
    }
    for (const machine of this.#machines) this.#readOn(machine);
  }

  #heal(): void {
    this.#orderDelay = 1;
    this.#calmPeers();
    this.#sequencerBack();
    for (const machine of this.#machines) {
      machine.isPeerCut = false;
      this.#resume(machine);
      this.#startAgain(machine);
      this.#reconnect(machine);
    }
  }

  #judge(): ClusterSimulationResult {
    const problems = this.#problems;
    let alone = 0;
    let unsent = 0;
    const lastBlock = Math.floor(this.#end) - 2;
    for (let block = startBlock; block <= lastBlock; block++) {
      const legs = this.#sent.filter((sent) => sent.has(block)).length;
      if (legs === 1) alone++;
      if (legs === 0) unsent++;
      if (legs === 0 && this.isGentle && problems.length === 0) {
        problems.push(`block ${block}: no leg sends it`);
      }
    }
    if (problems.length === 0) this.#judgeCommands();
    if (problems.length === 0 && this.isGentle) {
      for (const { number } of this.#machines) {
        if (!this.#sent[number].has(lastBlock)) {
          problems.push(`machine ${number} sends nothing although the faults are over`);
        }
      }
    }
    return {
      problems,
      blocks: lastBlock - startBlock + 1,
      alone,
      unsent,
      faults: this.#faults,
      acknowledged: this.#acknowledged,
      refused: this.#refused,
      bids: this.#bids,
      stops: this.#stops,
    };
  }

  #judgeCommands(): void {
    for (const [id, { receivers, refusals, acknowledgedIn }] of this.#fates) {
      const heard = this.#heard.get(id);
      if (acknowledgedIn !== undefined && heard !== acknowledgedIn) {
        this.#problems.push(
          `command ${id} was acknowledged for block ${acknowledgedIn} and heard in ${heard}`,
        );
      }
      if (refusals === receivers && heard !== undefined) {
        this.#problems.push(`command ${id} was refused and heard in block ${heard}`);
      }
    }
    if (!this.isGentle) return;
    for (const { number, owed } of this.#machines) {
      for (const id of owed) this.#problems.push(`machine ${number} does not answer command ${id}`);
    }
  }

  #after(delay: number, run: () => void): void {
    this.#at(this.#time + delay, run);
  }

  /** Events lie with the next one at the end. */
  #at(at: number, run: () => void): void {
    const event = { at, order: this.#eventCount++, run };
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#events[middle].at > at) low = middle + 1;
      else high = middle;
    }
    this.#events.splice(low, 0, event);
  }
}

/** Members with a mistake in them. */
const plantedMembers: Partial<Record<PlantedClusterFault, typeof ClusterMember>> = {
  "a machine that accepts what it has bid against": class extends ClusterMember {
    override receive(message: PeerMessage): void {
      // takes a late proposal for settled although its own seal may be in the order
      if (message.kind === "proposal") super.receive({ ...message, kind: "settled" });
      super.receive(message);
    }
  },
  "a command heard twice": class extends ClusterMember {
    override restore(snapshot: ClusterSnapshot): void {
      super.restore({ ...snapshot, heard: [] });
    }
  },
};

/** The sound of a block as one number: it depends on all that was heard before, and on the order of it. */
function mix(state: number, value: number): number {
  let mixed = Math.imul(state ^ (state >>> 15), 0x2C1B3C6D) ^ Math.imul(value, 0x297A2D39);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x85EBCA6B);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

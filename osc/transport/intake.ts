/**
 * What all transports share: packets are decoded and handed over, whatever goes wrong is counted and told at most once a
 * second, and the isolate gets its turns, so that the supervisor looks at the renderers however much comes in.
 */
import { setImmediate } from "node:timers";
import { decodePacket, type OscBundle, OscMalformedError, type OscMessage } from "../packet/codec.ts";

/** Who sent a packet, and how to answer. */
export interface PacketSender {
  /** Tells senders apart: address and port, with the transport where it is not UDP. */
  readonly key: string;
  readonly hostname: string;
  /** Whether it is on this machine. */
  readonly isLocal: boolean;
  reply(message: OscMessage): void;
}

/** What is left to do of a long packet, a little at a time. */
export type Steps = Iterator<unknown, void>;

/** Where packets go; `AddressSpace` is one. */
export interface PacketTarget {
  /** Does what the packet asks for; returns what is left to do, if anything. */
  begin(packet: OscMessage | OscBundle, sender: PacketSender): Steps | void;
}

/** Reads a packet and begins with it, or does it altogether; the bytes are not looked at afterwards. Never throws. */
export type PacketHandler = (bytes: Uint8Array) => Steps | void;

/** What decides whether and when a packet is read; `AdmissionControl` is one. */
export interface PacketAdmission {
  /** @param handle reads the packet; its bytes are another's when it is called later */
  receive(bytes: Uint8Array, sender: PacketSender, handle: PacketHandler): void;
}

/** Told of what failed, at most once in `noticeMs` for each kind, with how many of all kinds there were. */
export type TroubleNotice = (text: string, count: number) => void;

const noticeMs = 1_000;

/** So long the isolate is worked in at most before others get their turn, in milliseconds. */
const maxTurnMs = 1;

/** The clock is looked at after so many packets, because reading it costs a tenth of what a packet does. */
const looksApart = 16;

/** One for all transports of an engine. Main isolate. */
export class PacketIntake {
  readonly #onTrouble: TroubleNotice;
  readonly #gate: PacketAdmission | undefined;
  readonly #lastNoticeMs = new Map<Trouble, number>();
  readonly #counts: Record<Trouble, number> = { malformed: 0, dropped: 0, replies: 0, failed: 0, refused: 0 };
  #packets = 0;
  #turnStartedMs = performance.now();
  #unlooked = 0;
  /** How packets of the sender before were handled: mostly the next one's too. */
  #last: { target: PacketTarget; sender: PacketSender; handle: PacketHandler } | undefined;

  /** @param gate omitted: everything is read at once */
  constructor(onTrouble: TroubleNotice, gate?: PacketAdmission) {
    this.#onTrouble = onTrouble;
    this.#gate = gate;
  }

  /** Packets that came in, malformed ones among them. */
  get packets(): number {
    return this.#packets;
  }

  /** What went wrong since the start, by kind. */
  get counts(): Readonly<Record<Trouble, number>> {
    return this.#counts;
  }

  /** All that went wrong since the start. */
  get troubles(): number {
    return Object.values(this.#counts).reduce((sum, count) => sum + count, 0);
  }

  /** Decodes and hands over, as soon as the gate lets it through. Never throws. */
  take(bytes: Uint8Array, target: PacketTarget, sender: PacketSender): void {
    this.#packets++;
    const handle = this.#handler(target, sender);
    if (this.#gate) return this.#gate.receive(bytes, sender, handle);
    const steps = handle(bytes);
    while (steps && !steps.next().done);
  }

  #handler(target: PacketTarget, sender: PacketSender): PacketHandler {
    if (this.#last?.target === target && this.#last.sender === sender) return this.#last.handle;
    const handle = (bytes: Uint8Array) => this.#handOver(bytes, target, sender);
    this.#last = { target, sender, handle };
    return handle;
  }

  #handOver(bytes: Uint8Array, target: PacketTarget, sender: PacketSender): Steps | void {
    try {
      const steps = target.begin(decodePacket(bytes, this.#discarded), sender);
      if (steps) return this.#watched(steps);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Steps that count their errors instead of throwing them. */
  #watched(steps: Steps): Steps {
    return {
      next: () => {
        try {
          return steps.next();
        } catch (error) {
          this.#fail(error);
          return { done: true, value: undefined };
        }
      },
    };
  }

  #fail(error: unknown): void {
    if (error instanceof OscMalformedError) this.#discarded(error);
    else this.trouble("failed", `OSC: ${String(error)}`);
  }

  readonly #discarded = (error: OscMalformedError) =>
    this.trouble("malformed", `malformed OSC packet: ${error.message}`);

  /** Counts, and tells where it is time. */
  trouble(kind: Trouble, text: string, count = 1): void {
    this.#counts[kind] += count;
    const nowMs = performance.now();
    if (nowMs - (this.#lastNoticeMs.get(kind) ?? -Infinity) < noticeMs) return;
    this.#lastNoticeMs.set(kind, nowMs);
    this.#onTrouble(text, this.troubles);
  }

  /** Whether the others should get their turn now: then await {@link PacketIntake.rest}. */
  get overdue(): boolean {
    if (++this.#unlooked < looksApart) return false;
    this.#unlooked = 0;
    return performance.now() - this.#turnStartedMs > maxTurnMs;
  }

  /** Resolves when everything else that is due has had its turn. */
  async rest(): Promise<void> {
    await new Promise<void>((done) => void setImmediate(done));
    this.#turnStartedMs = performance.now();
  }
}

/**
 * Kinds of trouble. `malformed`: packets that are none. `dropped`: lost before they were read. `replies`: answers that
 * could not be sent. `refused`: clients turned away. `failed`: defects of ours and errors of the network.
 */
export type Trouble = "malformed" | "dropped" | "replies" | "failed" | "refused";

/**
 * Who may say what. Networks are let in by an allow-list, some of them to read only; where a secret is set, a sender also
 * has to say it with `/login` before it may change the sound, from this machine too. Main isolate.
 *
 * UDP proves nothing about who sent a packet: see docs/security.md for what this protects from and what not.
 */
import { timingSafeEqual } from "node:crypto";
import { createHash } from "node:crypto";
import { MessageRefusedError } from "../packet/arguments.ts";
import { NetworkList } from "./network_list.ts";
import type { PacketSender } from "../packet/packet_sender.ts";
import { LruMap } from "../../foundation/lru_map.ts";

/** What the network part of an address is allowed: nothing, asking, or changing the sound. */
export type Verdict = "forbidden" | "read" | "change";

export interface AccessOptions {
  /** Networks that are let in. */
  readonly allow: NetworkList;
  /** Networks that are let in to read only, also when they are in `allow`. */
  readonly readOnly: NetworkList;
  readonly secret?: string;
  /** A monotonic clock in milliseconds. */
  readonly nowMs?: () => number;
}

/** A login ends so long after the sender's last message. */
export const loginSeconds = 3_600;

/** The first wrong secret costs its machine a second of waiting, each further one twice as much, up to this. */
const maxBackoffSeconds = 60;

/** Addresses, logins and failures that are remembered at once. */
const maxRemembered = 1_024;

/** This machine and nobody else. */
export const loopbackNetworks = "127.0.0.0/8, ::1";

interface Failures {
  readonly count: number;
  readonly untilMs: number;
}

export class AccessControl {
  readonly #allow: NetworkList;
  readonly #readOnly: NetworkList;
  readonly #secretDigest: Uint8Array | undefined;
  readonly #nowMs: () => number;
  readonly #verdicts = new LruMap<string, Verdict>(maxRemembered);
  /** Until when a sender, by its key, is logged in. */
  readonly #logins = new LruMap<string, number>(maxRemembered);
  /** By hostname: another port is no fresh start. */
  readonly #failures = new LruMap<string, Failures>(maxRemembered);

  constructor({ allow, readOnly, secret, nowMs = () => performance.now() }: AccessOptions) {
    this.#allow = allow;
    this.#readOnly = readOnly;
    this.#secretDigest = secret === undefined ? undefined : digest(secret);
    this.#nowMs = nowMs;
  }

  /** Lets this machine in, without a secret. */
  static local(): AccessControl {
    return new AccessControl({ allow: new NetworkList(loopbackNetworks), readOnly: new NetworkList("") });
  }

  /** What an address is allowed, whoever sends from it. Cheap: asked for every packet, before it is read. */
  verdict(hostname: string): Verdict {
    const known = this.#verdicts.get(hostname);
    if (known !== undefined) return known;
    const verdict = this.#readOnly.has(hostname)
      ? "read"
      : this.#allow.has(hostname)
      ? "change"
      : "forbidden";
    this.#verdicts.set(hostname, verdict);
    return verdict;
  }

  /** Throws {@link MessageRefusedError} when a sender may not use a method, with what it can do about it. */
  check(sender: PacketSender, access: MethodAccess): void {
    if (access === "read") return;
    if (access === "machine" && !sender.isLocal) {
      throw new MessageRefusedError("only senders on the engine's own machine may do this");
    }
    if (this.verdict(sender.hostname) !== "change") {
      throw new MessageRefusedError(`${sender.hostname} may only read`);
    }
    if (this.#secretDigest === undefined) return;
    const nowMs = this.#nowMs();
    if ((this.#logins.get(sender.key) ?? -Infinity) < nowMs) {
      throw new MessageRefusedError("log in first: /login with the shared secret");
    }
    this.#logins.set(sender.key, nowMs + loginSeconds * 1_000);
  }

  /** Throws {@link MessageRefusedError} when the secret is wrong, or while its sender has to wait after a wrong one. */
  login(sender: PacketSender, secret: string): void {
    if (this.#secretDigest === undefined) return;
    const nowMs = this.#nowMs();
    const failures = this.#failures.get(sender.hostname);
    if (failures && nowMs < failures.untilMs) {
      const seconds = Math.ceil((failures.untilMs - nowMs) / 1_000);
      throw new MessageRefusedError(`too many wrong secrets; try again in ${seconds} s`);
    }
    if (!timingSafeEqual(digest(secret), this.#secretDigest)) {
      const count = (failures?.count ?? 0) + 1;
      const waitSeconds = Math.min(maxBackoffSeconds, 2 ** (count - 1));
      this.#failures.set(sender.hostname, { count, untilMs: nowMs + waitSeconds * 1_000 });
      throw new MessageRefusedError(`this is not the secret; try again in ${waitSeconds} s`);
    }
    this.#failures.delete(sender.hostname);
    this.#logins.set(sender.key, nowMs + loginSeconds * 1_000);
  }
}

/** Of equal length for every secret, so that comparing them tells nothing. */
function digest(secret: string): Uint8Array {
  return createHash("sha256").update(secret).digest();
}

/**
 * Who may use a method: `read` everybody who is let in, `change` who may change the sound, `machine` only senders on this
 * machine who may change the sound.
 */
export type MethodAccess = "read" | "change" | "machine";

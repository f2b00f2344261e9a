/**
 * The access rights of senders. An allow-list lets networks in, some of them to read only; where a secret is set, a sender
 * must also send it with `/login` before it may change the sound, from this machine too. Main isolate.
 *
 * UDP does not prove the sender of a packet: docs/security.md states the limits of this protection.
 */
import process from "node:process";
import { MessageRefusedError } from "../packet/arguments.ts";
import { NetworkList } from "./network_list.ts";
import type { PacketSender } from "../packet/packet_sender.ts";
import { LruMap } from "../../foundation/lru_map.ts";
import { TokenBucket } from "../../foundation/token_bucket.ts";
import { senderHost } from "../packet/sender_host.ts";
import type { AnswerAllowance } from "./host_account.ts";

/** The right of an address: none, to ask, or to change the sound. */
export type Verdict = "forbidden" | "read" | "change";

export interface AccessOptions {
  /** Networks that are let in. */
  readonly allow: NetworkList;
  /** Networks that may only read, even if `allow` lists them. */
  readonly readOnly: NetworkList;
  readonly secret?: string;
  /** A monotonic clock in milliseconds. */
  readonly nowMs?: () => number;
}

/** A login ends this long after the last change by its sender. */
export const loginSeconds = 3_600;

/** After the first wrong secret its host waits one second, after each further one twice as long, up to this. */
const maxBackoffSeconds = 60;

/** Wrong secrets from all hosts together: this many at once, and then one in this many seconds. */
const maxFailuresAtOnce = 20;
const secondsPerFailure = 5;

/** Answers beyond the bytes received, for addresses that may be forged: where there is a secret that they have not stated. */
const strangerAllowance: AnswerAllowance = { burstBytes: 4_096, bytesPerSecond: 64 };

/** The same where no secret is set: enough for the meters and faders of a control surface. */
const openAllowance: AnswerAllowance = { burstBytes: 262_144, bytesPerSecond: 32_768 };

/** Addresses, logins and failures that are remembered at once. */
const maxRemembered = 1_024;

/** Only this machine. */
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
  /** The moment at which each login ends, by the key of its sender. */
  readonly #logins = new LruMap<string, number>(maxRemembered);
  /** By host, so that a sender cannot start again from another port, or from another address that its host has. */
  readonly #failures = new LruMap<string, Failures>(maxRemembered);
  /** What all hosts may fail together: addresses are free. */
  readonly #allFailures: TokenBucket;
  /** Hosts from which the right secret has come: failures of others do not keep them out. */
  readonly #knownHosts = new LruMap<string, true>(maxRemembered);

  constructor({ allow, readOnly, secret, nowMs = () => performance.now() }: AccessOptions) {
    this.#allow = allow;
    this.#readOnly = readOnly;
    this.#secretDigest = secret === undefined ? undefined : digest(secret);
    this.#nowMs = nowMs;
    this.#allFailures = new TokenBucket(1 / secondsPerFailure, maxFailuresAtOnce, nowMs());
  }

  /** Lets in this machine, without a secret. */
  static local(): AccessControl {
    return new AccessControl({ allow: new NetworkList(loopbackNetworks), readOnly: new NetworkList("") });
  }

  /** The right of an address, without regard to logins. Cheap: it is called for every packet, before the packet is read. */
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

  /** Throws {@link MessageRefusedError} with the remedy when a sender may not use a method. */
  check(sender: PacketSender, access: MethodAccess): void {
    if (access === "read") return;
    if (access === "machine" && !sender.isLocal) {
      throw new MessageRefusedError("only senders on the engine's own machine may do this");
    }
    if (sender.isReadOnly) throw new MessageRefusedError("this page may only read (UNDERSTUDY_PAGE=read)");
    if (this.verdict(sender.hostname) !== "change") {
      throw new MessageRefusedError(`${sender.hostname} may only read`);
    }
    if (this.#secretDigest === undefined) return;
    const nowMs = this.#nowMs();
    if (!this.#isLoggedIn(sender, nowMs)) {
      throw new MessageRefusedError("log in first: /login with the shared secret");
    }
    this.#logins.set(sender.key, nowMs + loginSeconds * 1_000);
  }

  /** The right that a sender has now; `login`: it may change the sound once it has logged in. */
  rightOf(sender: PacketSender): Verdict | "login" {
    const verdict = sender.isReadOnly && this.verdict(sender.hostname) === "change"
      ? "read"
      : this.verdict(sender.hostname);
    if (verdict !== "change" || this.#secretDigest === undefined) return verdict;
    return this.#isLoggedIn(sender, this.#nowMs()) ? "change" : "login";
  }

  /** Keys of the senders that are logged in. */
  get logins(): string[] {
    const nowMs = this.#nowMs();
    return [...this.#logins.entries()].filter(([, untilMs]) => untilMs >= nowMs).map(([key]) => key);
  }

  /** Lets a sender in that has logged in to the process before this one. */
  restoreLogin(key: string): void {
    if (this.#secretDigest !== undefined) this.#logins.set(key, this.#nowMs() + loginSeconds * 1_000);
  }

  /** Throws {@link MessageRefusedError} when a sender may not be sent more than it asks for each time. */
  checkSubscription(sender: PacketSender): void {
    if (this.#secretDigest === undefined || this.isTrusted(sender)) return;
    throw new MessageRefusedError("log in first, or ask over TCP: the address of UDP packets can be forged");
  }

  /**
   * Whether the address of a sender is known to be its own: by a handshake, by the secret, or, where there is none, because it is
   * this machine's: the system drops packets of others that pretend to come from there.
   */
  isTrusted(sender: PacketSender): boolean {
    if (sender.isProven) return true;
    return this.#secretDigest === undefined ? sender.isLocal : this.#isLoggedIn(sender, this.#nowMs());
  }

  /** Answers to hosts that are not trusted, beyond a few times the bytes that they send. */
  get answerAllowance(): AnswerAllowance {
    return this.#secretDigest === undefined ? openAllowance : strangerAllowance;
  }

  #isLoggedIn({ key }: PacketSender, nowMs: number): boolean {
    return (this.#logins.get(key) ?? -Infinity) >= nowMs;
  }

  /**
   * Throws {@link MessageRefusedError} when the secret is wrong, or while the host, or all of them, have to wait after wrong ones. A
   * sender that has logged in already waits for its own wrong secrets only.
   */
  login(sender: PacketSender, secret: string): void {
    if (this.#secretDigest === undefined) return;
    const nowMs = this.#nowMs();
    const host = senderHost(sender.hostname);
    const failing = this.#isLoggedIn(sender, nowMs) ? sender.key : host;
    const failures = this.#failures.get(failing);
    if (failures && nowMs < failures.untilMs) refuseUntil(failures.untilMs - nowMs);
    const isKnown = failing === sender.key || this.#knownHosts.get(host) === true;
    if (!isKnown && this.#allFailures.level(nowMs) < 1) {
      refuseUntil((1 - this.#allFailures.level(nowMs)) * secondsPerFailure * 1_000);
    }
    if (!hashes().timingSafeEqual(digest(secret), this.#secretDigest)) {
      this.#allFailures.charge(1, nowMs);
      const count = (failures?.count ?? 0) + 1;
      const waitSeconds = Math.min(maxBackoffSeconds, 2 ** (count - 1));
      this.#failures.set(failing, { count, untilMs: nowMs + waitSeconds * 1_000 });
      throw new MessageRefusedError(`this is not the secret; try again in ${waitSeconds} s`);
    }
    this.#failures.delete(failing);
    this.#knownHosts.set(host, true);
    this.#logins.set(sender.key, nowMs + loginSeconds * 1_000);
  }
}

function refuseUntil(ms: number): never {
  throw new MessageRefusedError(`too many wrong secrets; try again in ${Math.ceil(ms / 1_000)} s`);
}

/** Has the same length for every secret, so that the comparison takes the same time. */
function digest(secret: string): Uint8Array {
  return hashes().createHash("sha256").update(secret).digest();
}

/**
 * The right that a method requires: `read` every sender that is let in, `change` senders that may change the sound,
 * `machine` those of them that are on this machine.
 */
export type MethodAccess = "read" | "change" | "machine";

/** Loaded only where a secret is set: it takes 25 ms and more. */
function hashes(): typeof import("node:crypto") {
  return process.getBuiltinModule("node:crypto");
}

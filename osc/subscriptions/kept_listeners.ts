/**
 * Who listens and who has logged in, in a file: where the process may be lost and followed by another, that one goes on sending
 * to the same addresses. Only senders over UDP: a connection ends with the process, which its client sees. Main isolate.
 */
import { readIfThere } from "../../foundation/read_if_there.ts";
import { writeWhole } from "../../foundation/write_whole.ts";

/** Keys of senders, see `PacketSender.key`. */
export interface Listening {
  readonly notifications: readonly string[];
  /** With the rate in Hz. */
  readonly meters: readonly (readonly [string, number])[];
  readonly feedback: readonly string[];
  /** Those whose messages are not answered with `/done`. */
  readonly unanswered: readonly string[];
  readonly logins: readonly string[];
}

/** Time between two looks at whether somebody else listens. */
const pollMs = 100;

export class KeptListeners {
  readonly #file: string;
  readonly #listening: () => Listening;
  readonly #timer: ReturnType<typeof setInterval>;
  #written: string | undefined;

  /** Keeps the file up to date until {@link KeptListeners.stop}. */
  constructor(file: string, listening: () => Listening) {
    this.#file = file;
    this.#listening = listening;
    this.#written = readIfThere(file);
    this.#timer = setInterval(() => this.save(), pollMs);
  }

  /** What an earlier process kept; undefined where there was none. */
  static read(file: string): Listening | undefined {
    const text = readIfThere(file);
    return text === undefined ? undefined : JSON.parse(text) as Listening;
  }

  /** Writes the file where it has changed. Where that fails, e.g. because the folder was cleared, it is tried again. */
  save(): void {
    const { notifications, meters, feedback, unanswered, logins } = this.#listening();
    const overUdp = (keys: readonly string[]) => keys.filter(isUdpKey);
    const kept: Listening = {
      notifications: overUdp(notifications),
      meters: meters.filter(([key]) => isUdpKey(key)),
      feedback: overUdp(feedback),
      unanswered: overUdp(unanswered),
      logins: overUdp(logins),
    };
    const text = JSON.stringify(kept);
    if (text === this.#written) return;
    try {
      writeWhole(this.#file, text);
      this.#written = text;
    } catch {
      this.#written = undefined;
    }
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** Whether a key is the address of a sender over UDP; others have their transport in front. */
function isUdpKey(key: string): boolean {
  return /^(\[[^\]\s]+\]|[^:\s]+):\d+$/.test(key);
}

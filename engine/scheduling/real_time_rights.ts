/** The rights of the system on which real time rests, and the lines that grant them. Any thread. */

/**
 * The parts of real time that can be missing: a callback of the normal class, or a right that the process lacks. `rtprio`: real-time
 * priority; `nice`: a higher priority in the normal class; `memlock`: memory that is never swapped out.
 */
export type MissingRealTime = "callback" | "rtprio" | "nice" | "memlock";

/** A right with its line for each way to start the engine. */
export interface Remedy {
  readonly limits: string;
  readonly systemd: string;
  readonly container: string;
}

const remedies: Readonly<Record<Exclude<MissingRealTime, "callback">, Remedy>> = {
  rtprio: {
    limits: "@audio - rtprio 20",
    systemd: "LimitRTPRIO=20",
    container: "--cap-add SYS_NICE --ulimit rtprio=20",
  },
  nice: { limits: "@audio - nice -20", systemd: "LimitNICE=-20", container: "--cap-add SYS_NICE" },
  memlock: {
    limits: "@audio - memlock unlimited",
    systemd: "LimitMEMLOCK=infinity",
    container: "--ulimit memlock=-1",
  },
};

const callbackRemedy =
  "let the sound server run in real time: jackd -R (its default), or PipeWire with its module rt";

/** What is missing, for people. */
export const missingNames: Readonly<Record<MissingRealTime, string>> = {
  callback: "real-time priority of the callback",
  rtprio: "real-time priority (rtprio)",
  nice: "priority over other programs (nice)",
  memlock: "memory that is never swapped out (memlock)",
};

/** How to get what is missing, in one sentence; empty where nothing is. */
export function realTimeRemedy(missing: readonly MissingRealTime[]): string {
  const wanted = missing.filter((part) => part !== "callback").map((part) => remedies[part]);
  const words = (key: keyof Remedy) => [...new Set(wanted.flatMap((remedy) => remedy[key].split(/ (?=--)/)))];
  const sentences = wanted.length === 0 ? [] : [
    `add ${
      wanted.map(({ limits }) => `"${limits}"`).join(", ")
    } to /etc/security/limits.d/audio.conf, join the ` +
    `group audio and log in again; systemd: ${words("systemd").join(" ")}; container: ${
      words("container").join(" ")
    }`,
  ];
  // a callback of ours that may not have real time gets it with the right
  if (missing.includes("callback") && !missing.includes("rtprio")) sentences.push(callbackRemedy);
  return sentences.join("; ");
}

/**
 * What the process's descriptors allow: a start at all, and how many connections. The limit is known on Linux; elsewhere opening
 * files tells. Main isolate.
 */
import { ConfigError } from "../config/config_error.ts";
import { httpLimits, tcpLimits } from "../osc/transport/connection_table.ts";

/** Descriptors that stay free of connections: for files, devices, and renderers that take the place of lost ones. */
const reserved = 192;

/** Connections of each kind that are taken however few descriptors there are. */
const minConnections = 8;

export interface ConnectionShares {
  /** HTTP connections of OSCQuery, and TCP clients of OSC, at once. */
  readonly http: number;
  readonly tcp: number;
  /** A sentence for the log where the limit allows fewer than usual. */
  readonly warning?: string;
}

/** The limit of this process; undefined where it cannot be asked. A child tells it, which inherits it. */
export async function descriptorLimit(): Promise<number | undefined> {
  try {
    const { stdout } = await new Deno.Command("sh", { args: ["-c", "ulimit -n"], stderr: "null" }).output();
    const limit = Number(new TextDecoder().decode(stdout).trim());
    return Number.isInteger(limit) && limit > 0 ? limit : undefined;
  } catch {
    return undefined; // no right to start it, or there is none
  }
}

/** Shares the descriptors that are not reserved. */
export function connectionShares(limit: number | undefined): ConnectionShares {
  const [http, tcp] = [httpLimits.maxConnections, tcpLimits.maxConnections];
  const free = (limit ?? Infinity) - reserved;
  if (free >= http + tcp) return { http, tcp };
  const part = Math.max(0, free) / (http + tcp);
  const shares = [http, tcp].map((share) => Math.max(minConnections, Math.floor(share * part)));
  return {
    http: shares[0],
    tcp: shares[1],
    warning:
      `the system allows this process ${limit} open files, so only ${shares[0]} HTTP connections and ${
        shares[1]
      } ` +
      `TCP clients are admitted: raise it to ${
        reserved + http + tcp
      } (ulimit -n, or LimitNOFILE= in the service)`,
  };
}

/** Files that an engine opens while it starts; with fewer, the runtime ends in the middle of it without a reason. */
const minDescriptors = 64;

/** So many that all clients that are admitted at once leave enough for the engine and for renderers that are replaced. */
const enoughDescriptors = 256;

/**
 * Checks how many files and connections this process may still open, at the start.
 *
 * @param open opens one more, or throws
 * @param warn receives why clients or renderers may be refused later
 * @throws {ConfigError} when there are too few to start
 */
export function checkDescriptorRoom(
  warn: (problem: string) => void,
  open: () => { close(): void } = () => Deno.openSync("/dev/null"),
): void {
  const opened: { close(): void }[] = [];
  try {
    while (opened.length < enoughDescriptors) opened.push(open());
  } catch {
    // the limit is reached
  }
  for (const file of opened) file.close();
  if (opened.length === enoughDescriptors) return;
  const problem = `only ${opened.length} more files and connections may be opened; ` +
    "raise the limit: `ulimit -n 1024`, or LimitNOFILE= of the service";
  if (opened.length < minDescriptors) throw new ConfigError([problem]);
  warn(problem);
}

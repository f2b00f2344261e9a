/** An interface of this machine, as native code needs it. */
export interface FoundInterface {
  readonly name: string;
  /** IPv4, with dots. */
  readonly address: string;
  /** The kernel's index of it. */
  readonly index: number;
}

/**
 * Finds a network interface by its name or its IPv4 address.
 *
 * @returns undefined where there is none, or where it has no IPv4 address
 */
export function findInterface(named: string): FoundInterface | undefined {
  const found = Deno.networkInterfaces().find(({ name, address, family }) =>
    family === "IPv4" && (name === named || address === named)
  );
  if (found === undefined) return undefined;
  const { name, address } = found;
  return { name, address, index: indexOf(name) };
}

/** Names of the interfaces that have an IPv4 address, each with it. */
export function interfaceNames(): string[] {
  return Deno.networkInterfaces().filter(({ family }) => family === "IPv4").map(({ name, address }) =>
    `${name} (${address})`
  );
}

function indexOf(name: string): number {
  try {
    return Number(Deno.readTextFileSync(`/sys/class/net/${name}/ifindex`));
  } catch {
    return 0; // the address alone chooses it
  }
}

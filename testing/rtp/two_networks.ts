/** Two machines that two networks connect, as network namespaces of this one. Needs real time: packets are late by the clock. */

/** Two namespaces with two cables between them. */
export interface TwoNetworks {
  /** Addresses of the receiving machine, one on each network. */
  readonly addresses: readonly [string, string];
  /** Arguments that start a program on a machine. */
  readonly on: (machine: "sender" | "receiver", ...command: string[]) => readonly string[];
  /** Spoils what the sender sends over a network, as `tc netem` has it. */
  readonly spoil: (network: 0 | 1, ...how: string[]) => Promise<void>;
  /** Pulls the cable of a network. */
  readonly cut: (network: 0 | 1) => Promise<void>;
}

/** Whether this user may make namespaces here. */
export function mayMakeNetworks(): boolean {
  const name = nameOf("probe");
  const made = runNow("ip", "netns", "add", name);
  if (made) runNow("ip", "netns", "delete", name);
  return made;
}

/** Makes them for as long as the work lasts. */
export async function withTwoNetworks(work: (networks: TwoNetworks) => Promise<void>): Promise<void> {
  const machines = { sender: nameOf("sender"), receiver: nameOf("receiver") };
  const run = async (...command: string[]) => {
    const [program, ...args] = command;
    const { success, stderr } = await new Deno.Command(program, { args }).output();
    if (!success) throw new Error(`${command.join(" ")}: ${new TextDecoder().decode(stderr).trim()}`);
  };
  const on: TwoNetworks["on"] = (machine, ...command) => ["netns", "exec", machines[machine], ...command];
  try {
    for (const name of Object.values(machines)) {
      await run("ip", "netns", "add", name);
      await run("ip", "-n", name, "link", "set", "lo", "up");
    }
    for (const network of [0, 1]) {
      const [sender, receiver] = Object.values(machines);
      const cable = `us${network}`;
      await run(
        ...[
          "ip",
          "-n",
          sender,
          "link",
          "add",
          cable,
          "type",
          "veth",
          "peer",
          "name",
          cable,
          "netns",
          receiver,
        ],
      );
      for (const [name, host] of [[sender, 1], [receiver, 2]] as const) {
        await run("ip", "-n", name, "address", "add", `10.99.${network}.${host}/24`, "dev", cable);
        await run("ip", "-n", name, "link", "set", cable, "up");
      }
    }
    await work({
      addresses: ["10.99.0.2", "10.99.1.2"],
      on,
      spoil: (network, ...how) =>
        run("ip", ...on("sender", "tc", "qdisc", "add", "dev", `us${network}`, "root", "netem", ...how)),
      cut: (network) => run("ip", "-n", machines.sender, "link", "set", `us${network}`, "down"),
    });
  } finally {
    for (const name of Object.values(machines)) runNow("ip", "netns", "delete", name);
  }
}

const nameOf = (machine: string) => `understudy-${Deno.pid}-${machine}`;

function runNow(program: string, ...args: string[]): boolean {
  try {
    return new Deno.Command(program, { args, stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false; // it is not installed
  }
}

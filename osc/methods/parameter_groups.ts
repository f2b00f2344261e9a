/**
 * Several parameters in one message: `/keys ,sfsf cutoffHz 800 q 2`. Either all of them change in the same frame, or, when
 * one name or value is wrong, none of them does.
 */
import { type Command, type EngineControl, isInRange } from "../../engine/control/control.ts";
import { nearest } from "../../foundation/nearest.ts";
import { MessageRefusedError, numbers } from "../packet/arguments.ts";
import type { Method } from "./method.ts";
import type { OscArgument } from "../packet/packet.ts";

/** One method for each prefix that parameters share: instruments, effects, `master`. */
export function groupMethods({ parameters }: Pick<EngineControl, "parameters">): Method[] {
  const groups = new Map<string, Map<string, number>>();
  parameters.forEach(({ address }, index) => {
    const at = address.lastIndexOf("/");
    if (at < 0) return;
    const group = groups.get(address.slice(0, at)) ?? new Map<string, number>();
    groups.set(address.slice(0, at), group.set(address.slice(at + 1), index));
  });
  return [...groups].map(([prefix, members]): Method => ({
    address: `/${prefix}`,
    types: "sf...",
    access: "change",
    description: `sets several parameters at once, each by name and value: ${[...members.keys()].join(", ")}`,
    read: (args) => ({ commands: readPairs(args, members, parameters) }),
  }));
}

function readPairs(
  args: readonly OscArgument[],
  members: ReadonlyMap<string, number>,
  parameters: EngineControl["parameters"],
): Command[] {
  if (args.length === 0 || args.length % 2 !== 0) {
    throw new MessageRefusedError(`expected pairs of name and value, found ${args.length} arguments`);
  }
  const commands: Command[] = [];
  for (let at = 0; at < args.length; at += 2) {
    const name = args[at];
    if (name.type !== "s" && name.type !== "S") {
      throw new MessageRefusedError(`argument ${at + 1}: expected a name, found ,${name.type}`);
    }
    const parameter = members.get(name.value);
    if (parameter === undefined) {
      throw new MessageRefusedError(
        `there is no parameter ${name.value.slice(0, 64)}; the nearest is ${
          nearest(name.value, [...members.keys()])
        }`,
      );
    }
    const [value] = numbers(args.slice(at + 1, at + 2), "f");
    const { min, max, unit } = parameters[parameter];
    if (!isInRange({ min, max }, value)) {
      throw new MessageRefusedError(`${name.value}: expected ${min} to ${max} ${unit}, found ${value}`);
    }
    commands.push({ kind: "set", parameter, value });
  }
  return commands;
}

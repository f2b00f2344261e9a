import {
  type EngineControl,
  type FaultKind,
  faultKinds,
  type FaultTarget,
  faultTargets,
} from "../../engine/control/control.ts";
import { patchOfProgram } from "../../midi/messages.ts";
import { flag, numbers, oneOf, texts, trigger } from "../packet/arguments.ts";
import type { PacketSender } from "../packet/packet_sender.ts";
import { monitoredPerSecond } from "../subscriptions/monitors.ts";
import { subscriptionSeconds } from "../subscriptions/subscribers.ts";
import { type Method, withoutArguments } from "./method.ts";

/** Loads a patch by its name or file; without either, the one that was loaded last. Resolves with warnings, if it has any. */
export type LoadPatch = (nameOrFile: string | undefined) => Promise<readonly string[] | void>;

/** The parts that are operated. */
export interface OperatingParts {
  readonly engine: EngineControl;
  readonly loadPatch: LoadPatch;
  /** Patches by the number of a MIDI program. */
  readonly programs: readonly string[];
  readonly onQuit: () => void;
  /** Whether every message is written to the log. */
  readonly setDump: (on: boolean) => void;
  /** Whether a sender gets every message. */
  readonly setMonitor: (sender: PacketSender, on: boolean) => void;
}

/** Methods that operate the engine: its patch, its queue, its renderers, its log, and its end. */
export function operatingMethods(
  { engine, loadPatch, programs, onQuit, setDump, setMonitor }: OperatingParts,
): Method[] {
  return [
    {
      address: "/patch/load",
      types: "|s",
      access: "change",
      description:
        "exchanges the patch while the old one plays: its name or file, or nothing to load the last one again; " +
        "answered when the new one plays, with a string for each warning",
      read: (args) => {
        const isNamed = args.length === 1 && (args[0].type === "s" || args[0].type === "S");
        if (!isNamed && !trigger(args)) return { commands: [] };
        const [nameOrFile] = isNamed ? texts(args, 1) : [];
        return { act: () => loadPatch(nameOrFile) };
      },
    },
    {
      address: "/midi/program",
      types: "ii",
      access: "change",
      description:
        "MIDI program change: channel 1..16, which has no effect, and program 0..127: exchanges the patch for " +
        `the one of this number (${
          programs.map((name, number) => `${number} ${name}`).join(", ") || "there are none"
        })`,
      read: (args) => {
        const [, program] = numbers(args, "ii");
        const name = patchOfProgram(program, programs);
        return { act: () => loadPatch(name) };
      },
    },
    {
      address: "/clear",
      types: "",
      access: "change",
      description: "drops every command that still waits for its time",
      read: withoutArguments(() => ({ commands: [{ kind: "clear" }] })),
    },
    {
      address: "/dump",
      types: "i",
      access: "change",
      description: "1 writes every message that is received to the log, 0 ends that",
      read: (args) => {
        const on = flag(args);
        return { act: () => setDump(on) };
      },
    },
    {
      address: "/monitor",
      types: "i",
      access: "change",
      description:
        "1 sends every message that comes in or goes out as /monitor.reply with in or out, the peer, " +
        `address and arguments, at most ${monitoredPerSecond} a second, until ${subscriptionSeconds} s after the ` +
        "sender's last message; secrets are left out; 0 ends that",
      read: (args) => {
        const on = flag(args);
        return { act: (sender) => setMonitor(sender, on) };
      },
    },
    {
      address: "/engine/failover",
      types: "",
      access: "change",
      description: "exchanges primary and standby",
      read: withoutArguments(() => ({ act: () => engine.failover() })),
    },
    {
      address: "/engine/lookahead",
      types: "i",
      access: "change",
      description:
        "sets the blocks by which renderers run ahead of the device, and so the latency; 0: as few as the settings and the device allow",
      read: (args) => {
        const [blocks] = numbers(args, "i");
        return { act: () => engine.setLookahead(blocks) };
      },
    },
    {
      address: "/engine/fault",
      types: "ss",
      access: "machine",
      description: `breaks a renderer: kind (${faultKinds.join(", ")}) and role (${faultTargets.join(", ")})`,
      read: (args) => {
        const [kind, target] = texts(args, 2);
        const faultKind = oneOf(faultKinds, "kind", kind) as FaultKind;
        const role = oneOf(faultTargets, "role", target) as FaultTarget;
        return { act: () => engine.injectFault(faultKind, role) };
      },
    },
    {
      address: "/quit",
      types: "",
      access: "machine",
      description: "fades out and ends the engine",
      read: withoutArguments(() => ({ act: () => void onQuit() })),
    },
  ];
}

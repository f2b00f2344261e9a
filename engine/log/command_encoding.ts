import { expressions } from "../../compiler/graph/graph.ts";
import {
  type Command,
  CommandRefusedError,
  type EngineControl,
  expressionRanges,
  isInRange,
} from "../control/control.ts";
import { type LogEntry, Opcode } from "./command_log.ts";
import { decodePlayerCommand, encodePlayerCommand } from "./player_encoding.ts";

/** Ids that one command silences: whole numbers up to here are exact in 32-bit floats. */
const maxSilencedIds = 2 ** 24;

/**
 * Turns a command into a log entry. Checks only what could harm a renderer: the rest is the sender's music.
 *
 * @throws {CommandRefusedError} naming the expected range
 */
export function encodeCommand(
  command: Command,
  { parameters, instruments }: Pick<EngineControl, "parameters" | "instruments">,
  at: LogEntry["at"],
): LogEntry {
  if ("instrument" in command && instruments[command.instrument] === undefined) {
    throw new CommandRefusedError(`instrument ${command.instrument}: the patch has ${instruments.length}`);
  }
  switch (command.kind) {
    case "noteOn":
      checkFinite("number", command.number);
      checkFinite("velocity", command.velocity);
      return {
        opcode: Opcode.noteOn,
        instrument: command.instrument,
        target: command.id | 0,
        value: command.number,
        extra: command.velocity,
        at,
      };
    case "noteOff":
      return {
        opcode: Opcode.noteOff,
        instrument: command.instrument,
        target: command.id | 0,
        value: 0,
        extra: 0,
        at,
      };
    case "pedal":
      return {
        opcode: Opcode.pedal,
        instrument: command.instrument,
        target: command.down ? 1 : 0,
        value: 0,
        extra: 0,
        at,
      };
    case "express": {
      const { what, value, id } = command;
      checkFinite(what, value);
      const range = expressionRanges[what];
      if (!isInRange(range, value)) {
        throw new CommandRefusedError(`${what}: expected ${range.min} to ${range.max}, found ${value}`);
      }
      const kind = expressions.indexOf(what);
      return id === undefined
        ? { opcode: Opcode.expressAll, instrument: command.instrument, target: kind, value, extra: 0, at }
        : { opcode: Opcode.express, instrument: command.instrument, target: id | 0, value, extra: kind, at };
    }
    case "silence": {
      const { instrument, firstId, ids } = command;
      if (!Number.isInteger(ids) || ids < 1 || ids > maxSilencedIds) {
        throw new CommandRefusedError(`ids: expected 1 to ${maxSilencedIds}, found ${ids}`);
      }
      return { opcode: Opcode.silence, instrument, target: firstId | 0, value: ids, extra: 0, at };
    }
    case "clear":
      if (at) throw new CommandRefusedError("clear acts at once: expected no time");
      return { opcode: Opcode.clear, target: 0, value: 0, extra: 0 };
    case "panic":
      return { opcode: Opcode.panic, target: 0, value: 0, extra: 0, at };
    case "player":
      return encodePlayerCommand(command, at);
    case "set": {
      const parameter = parameters[command.parameter];
      if (!parameter) {
        throw new CommandRefusedError(
          `parameter ${command.parameter}: expected 0 to ${parameters.length - 1}`,
        );
      }
      checkFinite(parameter.address, command.value);
      if (!isInRange(parameter, command.value)) {
        throw new CommandRefusedError(
          `${parameter.address}: expected ${parameter.min} to ${parameter.max} ${parameter.unit}, found ${command.value}`,
        );
      }
      return { opcode: Opcode.set, target: command.parameter, value: command.value, extra: 0, at };
    }
  }
}

/** The command of an entry, for the same patch; undefined where the entry is none that a sender can give. */
export function decodeCommand(
  { opcode, instrument = 0, target, value, extra }: LogEntry,
): Command | undefined {
  switch (opcode) {
    case Opcode.noteOn:
      return { kind: "noteOn", instrument, id: target, number: value, velocity: extra };
    case Opcode.noteOff:
      return { kind: "noteOff", instrument, id: target };
    case Opcode.pedal:
      return { kind: "pedal", instrument, down: target !== 0 };
    case Opcode.express:
      return { kind: "express", instrument, id: target, what: expressions[extra], value };
    case Opcode.expressAll:
      return { kind: "express", instrument, what: expressions[target], value };
    case Opcode.silence:
      return { kind: "silence", instrument, firstId: target, ids: value };
    case Opcode.panic:
      return { kind: "panic" };
    case Opcode.set:
      return { kind: "set", parameter: target, value };
    default:
      return decodePlayerCommand({ opcode, instrument, target, value, extra });
  }
}

function checkFinite(name: string, value: number): void {
  if (!Number.isFinite(value)) {
    throw new CommandRefusedError(`${name}: expected a finite number, found ${value}`);
  }
}

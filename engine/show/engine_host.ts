/** The engine as a show sees it: frames for blocks, the log, the streams. Main isolate. */
import type { EngineControl, EngineEvent } from "../control/control.ts";
import { CommandRefusedError } from "../control/control.ts";
import { encodeCommand } from "../log/command_encoding.ts";
import { type CommandLog, type LogEntry, Opcode } from "../log/command_log.ts";
import type { ParameterValues } from "../log/parameter_values.ts";
import type { PendingLimit } from "../log/pending_limit.ts";
import { readEntries } from "../log/read_entries.ts";
import { frameNumber } from "../memory/frame_number.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import type { Streams } from "../streams/streams.ts";
import type { SavedShow } from "./saved_show.ts";
import type { HandedBefore, HandOver, ShowHost } from "./show_host.ts";

/** Blocks beyond what renderers can have sealed: the device moves on while a hand-over is computed. */
const marginBlocks = 1;

/** Numbers of events that an entry holds exactly. */
const maxSerial = 2 ** 24;

export interface EngineHostOptions {
  readonly memory: SharedMemory;
  readonly commands: CommandLog;
  readonly pending: PendingLimit;
  readonly values: ParameterValues;
  readonly streams: Streams;
  readonly control: Pick<EngineControl, "parameters" | "instruments" | "parameterValue" | "players">;
  /** Every block before it is sealed. */
  readonly sealedBlock: () => number;
  readonly hearsBuses: () => boolean;
  readonly keep: (saved: SavedShow) => void;
  readonly emit: (event: EngineEvent) => void;
  readonly warn: (text: string) => void;
}

export function engineHost(options: EngineHostOptions): ShowHost {
  const { memory, commands, pending, values, streams, control } = options;
  const { sampleRateHz, blockFrames, inputChannels } = memory.geometry;
  const freeBlock = () => (memory.consumed() + memory.lookaheadBlocks() + marginBlocks) | 0;
  /** From frames of this engine to those of the show, which may have begun before a restart. */
  let offset = 0;
  const frameOf = (block: number) => frameNumber(memory, block) + offset;
  const played = () => frameOf(memory.consumed());
  /** Far frames count from the block that the device takes next, which is exact where the number of a block wraps. */
  const placeOf = (frame: number): NonNullable<LogEntry["at"]> => {
    const blocks = Math.floor((frame - played()) / blockFrames);
    return {
      block: (memory.consumed() + blocks) | 0,
      frame: frame - Math.floor(frame / blockFrames) * blockFrames,
    };
  };
  return {
    ...{ sampleRateHz, blockFrames, inputChannels, control },
    playedFrame: played,
    frameOf: (engineFrame) => engineFrame + offset,
    freeFrame: () => frameOf(freeBlock()),
    place: () => ({ block: memory.consumed(), frame: played() }),
    goOnFrom: ({ block, frame }) => {
      const since = (memory.consumed() - block) | 0;
      offset += frame + since * blockFrames - played();
    },
    hand: ({ fromFrame, serial, commands: due }: HandOver) => {
      const { block } = placeOf(fromFrame);
      const entries: LogEntry[] = due.map(({ frame, command }) => ({
        ...encodeCommand(command, control, placeOf(frame)),
        isOfShow: true,
      }));
      const retract: LogEntry = {
        opcode: Opcode.retract,
        target: block,
        value: 0,
        extra: serial % maxSerial,
      };
      if (commands.room < entries.length + 1) {
        throw new CommandRefusedError("the command log is full; try again in a moment");
      }
      const first = commands.head + 1;
      const before = pending.ofShow(block);
      pending.retract(block);
      try {
        pending.acquireForShow(
          entries.map(({ at }, index) => ({ block: at!.block, position: (first + index) | 0 })),
          options.sealedBlock(),
        );
      } catch (error) {
        before.forEach((waiting) => pending.restore(waiting));
        throw error;
      }
      commands.append([retract, ...entries]);
      values.record([retract, ...entries]);
    },
    handedBefore: (): HandedBefore | undefined => {
      const last = readEntries(commands, memory.geometry.startLogPosition | 0)
        .findLast(({ opcode }) => opcode === Opcode.retract);
      return last && { fromFrame: frameOf(last.target), serial: last.extra };
    },
    arm: ({ name, path }, frame) => streams.arm(name, frame, path),
    disarm: (path) => {
      try {
        if (streams.files.some((file) => file.path === path)) streams.disarm(path, path);
        return true;
      } catch (error) {
        if (!(error instanceof CommandRefusedError)) throw error;
        return false; // it plays on
      }
    },
    get hearsBuses() {
      return options.hearsBuses();
    },
    keep: options.keep,
    emit: options.emit,
    warn: options.warn,
  };
}

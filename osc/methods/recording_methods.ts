import type { EngineControl } from "../../engine/control/control.ts";
import { MessageRefusedError, texts, trigger } from "../packet/arguments.ts";
import type { OscArgument } from "../packet/packet.ts";
import { scalar, text } from "../packet/reply.ts";
import { type Method, withoutArguments } from "./method.ts";

/** Methods of the recorder: what the device gets, as sound files. */
export function recordingMethods(engine: EngineControl): Method[] {
  return [
    {
      address: "/rec/start",
      types: "|s",
      access: "change",
      description:
        "records what the device gets to a file in the folder of the recordings: its name, or nothing to name it by " +
        "the time; answered when the first block is known, with the path",
      read: (args) => {
        if (args.length > 1) {
          throw new MessageRefusedError(`expected a name or nothing, found ${args.length} arguments`);
        }
        const isNamed = args.length === 1 && (args[0].type === "s" || args[0].type === "S");
        if (!isNamed && !trigger(args)) return { commands: [] };
        const [name] = isNamed ? texts(args, 1) : [];
        return { act: async () => [(await engine.startRecording(name)).path] };
      },
    },
    {
      address: "/rec/stop",
      types: "",
      access: "change",
      description:
        "ends the recording after the last block that the device has taken; answered when the file is closed, " +
        "with its path",
      read: withoutArguments(() => ({ act: async () => [(await engine.stopRecording()).path] })),
    },
    {
      address: "/rec/status",
      types: "",
      access: "read",
      description:
        "answers /rec/status.reply with pairs of name and value: state, file, seconds, bytes, lostFrames, waitingSeconds, problem",
      read: withoutArguments(() => ({
        act: (sender) => {
          const pairs = Object.entries(engine.status().rec);
          const args = pairs.flatMap(([name, value]): OscArgument[] => [text(name), scalar(value)]);
          sender.reply({ address: "/rec/status.reply", args });
        },
      })),
    },
  ];
}

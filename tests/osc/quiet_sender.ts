/**
 * A sender of few packets, in a thread of its own, so that the engine's main isolate does not hold it up: a note every few
 * milliseconds. At its end it posts the block that the device took when each was sent.
 */
import { encodePacket } from "../../osc/packet/codec.ts";
import { SharedMemory } from "../../engine/memory/shared_memory.ts";

/** The thread's task. */
export interface QuietSenderStart {
  readonly buffer: SharedArrayBuffer;
  readonly port: number;
  readonly notes: number;
  readonly everyMs: number;
}

/** The thread's own end; the project's types are those of the main thread. */
const thread = self as unknown as {
  onmessage: (event: MessageEvent<QuietSenderStart>) => void;
  postMessage(blocks: number[]): void;
};

thread.onmessage = ({ data }) => {
  const memory = SharedMemory.attach(data.buffer);
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const blocks: number[] = [];
  const timer = setInterval(async () => {
    const note = encodePacket({
      address: "/note",
      args: [{ type: "i", value: 10_000 + blocks.length }, { type: "i", value: 60 }, {
        type: "f",
        value: 0.5,
      }],
    });
    blocks.push(memory.consumed());
    const isLast = blocks.length === data.notes;
    if (isLast) clearInterval(timer);
    await socket.send(note, { transport: "udp", hostname: "127.0.0.1", port: data.port });
    if (!isLast) return;
    socket.close();
    thread.postMessage(blocks);
  }, data.everyMs);
};

/**
 * A sender with little to say, in a thread of its own, so that nothing of the engine's main isolate holds it up: a note every
 * few milliseconds, each with the block that the device took when it was sent. Posts those blocks when it is done.
 */
import { encodePacket } from "../../osc/packet/codec.ts";
import { SharedMemory } from "../../engine/memory/shared_memory.ts";

/** What the thread is given. */
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

thread.onmessage = async ({ data }) => {
  const memory = SharedMemory.attach(data.buffer);
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const blocks: number[] = [];
  for (let id = 0; id < data.notes; id++) {
    await new Promise((done) => setTimeout(done, data.everyMs));
    const note = encodePacket({
      address: "/note",
      args: [{ type: "i", value: 10_000 + id }, { type: "i", value: 60 }, { type: "f", value: 0.5 }],
    });
    blocks.push(memory.consumed());
    await socket.send(note, { transport: "udp", hostname: "127.0.0.1", port: data.port });
  }
  socket.close();
  thread.postMessage(blocks);
};

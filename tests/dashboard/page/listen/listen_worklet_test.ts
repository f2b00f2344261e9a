import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { listenProcessorName, type ListenReport } from "../../../../dashboard/page/listen/listen_messages.ts";

interface Processor {
  readonly port: MessagePort;
  process(inputs: unknown, outputs: Float32Array[][]): boolean;
}

type ProcessorClass = new (options: unknown) => Processor;

Deno.test("the worklet plays what the page posts, and reports how much it holds", async () => {
  const { port1, port2 } = new MessageChannel();
  const registered = new Map<string, ProcessorClass>();
  Object.assign(globalThis, {
    AudioWorkletProcessor: class {
      readonly port = port1;
    },
    registerProcessor: (name: string, processor: ProcessorClass) => registered.set(name, processor),
    sampleRate: 48_000,
  });
  await import("../../../../dashboard/page/listen/listen_worklet.ts");
  const processor = new (registered.get(listenProcessorName)!)({
    processorOptions: { channels: 2, targetFrames: 2 },
  });
  const reported = new Promise<ListenReport>((resolve) => port2.onmessage = ({ data }) => resolve(data));
  const taken = new Promise((resolve) => port1.addEventListener("message", resolve, { once: true }));
  port2.postMessage({ firstFrame: 0, samples: Float32Array.of(0.1, 0.2, 0.3, 0.4) });
  await taken;
  const output = [new Float32Array(2), new Float32Array(2)];
  strictEqual(processor.process([], [output]), true);
  deepStrictEqual(output, [Float32Array.of(0.1, 0.3), Float32Array.of(0.2, 0.4)]);
  deepStrictEqual(await reported, { heldFrames: 0, gaps: 0 });
  port1.close();
  port2.close();
});

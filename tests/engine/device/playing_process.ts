/** A process that plays by the clock and then ends as its argument says, without having stopped its engine. */
import { startTestEngine } from "../../../testing/engine/test_engine.ts";

const { blocksPass, stop } = await startTestEngine();
await blocksPass(20);
switch (Deno.args[0]) {
  case "throw":
    queueMicrotask(() => {
      throw new Error("no handler catches this");
    });
    break;
  case "reject":
    Promise.reject(new Error("no handler catches this"));
    break;
  case "exit":
    Deno.exit(3);
    break;
  case "forgiven": {
    const forgiven = Promise.withResolvers<void>();
    globalThis.addEventListener("error", (event) => {
      event.preventDefault();
      forgiven.resolve();
    });
    queueMicrotask(() => {
      throw new Error("this is forgiven");
    });
    await forgiven.promise;
    await blocksPass(20);
    console.log("it plays on");
    await stop();
  }
}

/** A process that plays by the clock and then ends as its argument says, without having stopped its engine. */
import { startTestEngine } from "../../../testing/engine/test_engine.ts";

const { engine } = await startTestEngine();
const later = (work: () => void) => setTimeout(work, 50);
switch (Deno.args[0]) {
  case "throw":
    later(() => {
      throw new Error("nobody catches this");
    });
    break;
  case "reject":
    later(() => void Promise.reject(new Error("nobody catches this")));
    break;
  case "exit":
    later(() => Deno.exit(3));
    break;
  case "forgiven": {
    globalThis.addEventListener("error", (event) => event.preventDefault());
    later(() => {
      throw new Error("this is forgiven");
    });
    await new Promise((done) => later(() => later(() => done(undefined))));
    const before = engine.memory.consumed();
    while (engine.memory.consumed() === before) await new Promise((done) => later(() => done(undefined)));
    console.log("it plays on");
    await engine.stop();
  }
}

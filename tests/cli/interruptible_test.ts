import assert from "node:assert/strict";
import { interruptible } from "../../cli/interruptible.ts";
import { exitCodes } from "../../foundation/exit_codes.ts";

const module = new URL("../../cli/interruptible.ts", import.meta.url).href;

interface Ended {
  readonly code: number;
  readonly printed: readonly string[];
}

/** Runs a program whose lines `onLine` answers, for instance by a signal; `through` are words before its command line. */
async function run(
  source: string,
  onLine: (line: string, process: Deno.ChildProcess) => void,
  through: readonly string[] = [],
): Promise<Ended> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, `import { interruptible } from "${module}";\n${source}`);
  const [command, ...args] = [...through, Deno.execPath(), "run", "-A", file];
  const process = new Deno.Command(command, {
    args,
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const printed: string[] = [];
  let rest = "";
  for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      printed.push(line);
      onLine(line, process);
    }
  }
  const { code } = await process.status;
  await Deno.remove(file);
  return { code, printed };
}

Deno.test("the work's result and its error reach the caller", async () => {
  assert.equal(await interruptible(() => Promise.resolve(7)), 7);
  await assert.rejects(interruptible(() => Promise.reject(new Error("broken"))), /broken/);
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.test(`a first ${signal} aborts the work, which ends in its own time`, async () => {
    const { code, printed } = await run(
      `await interruptible(async (signal) => {
        const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
        const alive = setInterval(() => {}, 1_000);
        console.log("working");
        await aborted;
        clearInterval(alive);
        console.log("reason", signal.reason.name, signal.reason.signal);
      });
      console.log("done");`,
      (line, process) => line === "working" && process.kill(signal),
    );
    assert.deepEqual(printed, ["working", `reason InterruptedError ${signal}`, "done"]);
    assert.equal(code, 0);
  });

  Deno.test(`a second signal after ${signal} ends the process, even when the work ignores the first`, async () => {
    const { code, printed } = await run(
      `await interruptible((signal) => {
        signal.addEventListener("abort", () => console.log("ignored"));
        setInterval(() => {}, 1_000);
        console.log("working");
        return new Promise(() => {});
      });`,
      (line, process) =>
        process.kill(line === "working" ? signal : signal === "SIGINT" ? "SIGTERM" : "SIGINT"),
    );
    assert.deepEqual(printed, ["working", "ignored"]);
    assert.equal(code, exitCodes.interrupted);
  });
}

Deno.test("a signal that comes twice, from the terminal and from what started the program, counts once", async () => {
  const { code, printed } = await run(
    `await interruptible((signal) => {
      signal.addEventListener("abort", () => {
        console.log("aborted");
        setInterval(() => console.log("still there"), 20);
      });
      setInterval(() => {}, 1_000);
      console.log("working");
      return new Promise(() => {});
    });`,
    (_, process) => {
      try {
        process.kill("SIGINT");
      } catch {
        // it has ended: the lines before are read late
      }
    },
  );
  assert.deepEqual(printed.slice(0, 4), ["working", "aborted", "still there", "still there"]);
  assert.equal(code, exitCodes.interrupted, "pressed again it ends the process");
});

Deno.test("a process that ignores SIGHUP from its start, as under nohup, goes on without its terminal", async () => {
  const { code, printed } = await run(
    `await interruptible(async (signal) => {
      const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
      const alive = setInterval(() => {}, 1_000);
      console.log("working");
      await aborted;
      clearInterval(alive);
      console.log("reason", signal.reason.signal);
    });`,
    (line, process) => {
      if (line !== "working") return;
      process.kill("SIGHUP");
      process.kill("SIGTERM");
    },
    ["sh", "-c", 'trap "" HUP; exec "$0" "$@"'],
  );
  assert.deepEqual(printed, ["working", "reason SIGTERM"]);
  assert.equal(code, 0);
});

Deno.test("after the work a signal ends the process as the system has it", async () => {
  const { code, printed } = await run(
    `await interruptible(() => Promise.resolve());
    setInterval(() => {}, 1_000);
    console.log("done");`,
    (_, process) => process.kill("SIGTERM"),
  );
  assert.deepEqual(printed, ["done"]);
  assert.equal(code, 128 + 15);
});

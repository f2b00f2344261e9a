import assert from "node:assert/strict";
import { LineWriter, maxQueuedBytes } from "../../foundation/line_writer.ts";
import { until } from "../../testing/until.ts";

/** A target that stands still until it is read. */
function pipe() {
  let text = "";
  let open = false;
  const waiting: (() => void)[] = [];
  return {
    target: {
      async write(bytes: Uint8Array): Promise<number> {
        if (!open) await new Promise<void>((resolve) => waiting.push(resolve));
        const part = bytes.subarray(0, 7);
        text += new TextDecoder().decode(part);
        return part.length;
      },
    },
    read: () => {
      open = true;
      waiting.splice(0).forEach((resolve) => resolve());
    },
    text: () => text,
  };
}

const lostLine = (count: number) => `${count} lines lost\n`;

Deno.test("lines are written whole and in order, however little a write takes", async () => {
  const { target, read, text } = pipe();
  const writer = new LineWriter({ target, lostLine });
  read();
  const lines = Array.from({ length: 20 }, (_, index) => `line number ${index}\n`);
  lines.forEach((line) => writer.write(line));
  await writer.flush(60_000);
  assert.equal(text(), lines.join(""));
});

Deno.test("while nothing is read, writing returns at once; what is too much is counted, and said in its place", async () => {
  const { target, read, text } = pipe();
  const writer = new LineWriter({ target, lostLine, maxBytes: 100 });
  for (let index = 0; index < 50; index++) writer.write("0123456789\n");
  await writer.flush(1);
  assert.equal(text(), "");
  read();
  await until("everything to be written", () => text().includes("lost"));
  writer.write("after\n");
  await writer.flush(60_000);
  assert.equal(text(), "0123456789\n".repeat(9) + "41 lines lost\nafter\n");
});

Deno.test("the queue holds as much as it declares, and not a line more", async () => {
  const { target, read, text } = pipe();
  const writer = new LineWriter({ target, lostLine });
  const line = "x".repeat(2 ** 16 - 1) + "\n";
  for (let index = 0; index < maxQueuedBytes / line.length + 3; index++) writer.write(line);
  read();
  await writer.flush(60_000);
  assert.ok(text().endsWith("\n3 lines lost\n"));
  assert.equal(text().length, maxQueuedBytes + lostLine(3).length);
});

Deno.test("a target that fails loses its lines and ends nothing", async () => {
  let fails = true;
  const taken: string[] = [];
  const writer = new LineWriter({
    lostLine,
    target: {
      write: (bytes) => {
        if (fails) return Promise.reject(new Error("broken pipe"));
        taken.push(new TextDecoder().decode(bytes));
        return Promise.resolve(bytes.length);
      },
    },
  });
  writer.write("one\n");
  await writer.flush(60_000);
  fails = false;
  writer.write("two\n");
  await writer.flush(60_000);
  assert.deepEqual(taken, ["two\n"]);
});

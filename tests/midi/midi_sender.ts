/** Plays MIDI into a JACK server at exact frames, by a small program that is built here. */
import assert from "node:assert/strict";

/** A message and the frame at which it is to be sent, counted from a cycle. */
export interface SentMessage {
  readonly frame: number;
  readonly bytes: readonly number[];
}

export interface SendOptions {
  readonly env: Readonly<Record<string, string>>;
  /** Name of the client; its port is called `out`. */
  readonly client?: string;
  /** The port that it connects itself to; omitted: it waits until somebody connects it. */
  readonly to?: string;
}

/**
 * Sends all messages and resolves a moment after the last, with the server's frame of each. Throws with the program's code
 * when that did not work.
 */
export async function sendMidi(messages: readonly SentMessage[], options: SendOptions): Promise<number[]> {
  const { env, client = "keyboard", to } = options;
  const process = new Deno.Command(await program(), {
    args: [client, ...(to === undefined ? [] : [to])],
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = process.stdin.getWriter();
  const lines = messages.map(({ frame, bytes }) => `${frame} ${bytes.join(" ")}\n`);
  await writer.write(new TextEncoder().encode(lines.join("")));
  await writer.close();
  const { code, stdout } = await process.output();
  assert.equal(code, 0, `the sender ended with ${code}; see tests/midi/midi_sender.c`);
  return new TextDecoder().decode(stdout).trim().split("\n").map(Number);
}

let built: Promise<string> | undefined;

function program(): Promise<string> {
  return built ??= (async () => {
    const folder = new URL("../../build/", import.meta.url).pathname;
    await Deno.mkdir(folder, { recursive: true });
    const source = new URL("./midi_sender.c", import.meta.url).pathname;
    const out = `${folder}midi_sender`;
    const args = ["-std=gnu11", "-O1", "-o", `${out}.${Deno.pid}`, source, "-l:libjack.so.0"];
    const { success, stderr } = await new Deno.Command("cc", { args }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    await Deno.rename(`${out}.${Deno.pid}`, out);
    return out;
  })();
}

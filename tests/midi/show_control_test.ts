import assert from "node:assert/strict";
import { isForDevice, readShowControl } from "../../midi/show_control.ts";

/** Bytes in hexadecimal, and text in quotes. */
function bytes(text: string): number[] {
  return text.split(" ").flatMap((word) =>
    word.startsWith("'") ? [...word.slice(1, -1)].map((char) => char.charCodeAt(0)) : [parseInt(word, 16)]
  );
}

Deno.test("messages of the document are read: commands, cues, lists and times", () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ["F0 7F 03 02 10 01 F7", { command: "GO" }],
    ["F0 7F 03 02 10 01 '12.5' F7", { command: "GO", cue: "12.5" }],
    ["F0 7F 03 02 10 01 '12.5' 00 '3' 00 '1' F7", { command: "GO", cue: "12.5", list: "3" }],
    ["F0 7F 03 02 10 02 F7", { command: "STOP" }],
    ["F0 7F 03 02 10 03 '7' F7", { command: "RESUME", cue: "7" }],
    // 00:00:02:12.50 at 25
    ["F0 7F 03 02 10 04 20 00 02 0C 32 '7' F7", { command: "TIMED_GO", seconds: 2.5, cue: "7" }],
    ["F0 7F 03 02 10 05 '7' F7", { command: "LOAD", cue: "7" }],
    ["F0 7F 03 02 10 08 F7", { command: "ALL_OFF" }],
    ["F0 7F 03 02 10 09 F7", { command: "RESTORE" }],
    ["F0 7F 03 02 10 0A F7", { command: "RESET" }],
    ["F0 7F 03 02 10 0B '7' F7", { command: "GO_OFF", cue: "7" }],
    ["F0 7F 03 02 10 11 F7", { command: "STANDBY_+" }],
    ["F0 7F 03 02 10 12 '2' F7", { command: "STANDBY_-", list: "2" }],
  ];
  for (const [text, expected] of cases) {
    const { seconds, ...found } = readShowControl(bytes(text))!;
    const rounded = seconds === undefined ? {} : { seconds: Math.round(seconds * 100) / 100 };
    assert.deepEqual({ ...found, ...rounded }, { device: 3, format: 0x10, ...expected as object }, text);
  }
});

Deno.test("what is no show control, or damaged, is none", () => {
  for (
    const text of [
      "F0 7F 03 01 10 01 F7", // timecode
      "F0 7E 03 02 10 01 F7", // not real time
      "F0 7F 03 02 10 01", // without its end
      "F0 7F 03 02 10 40 F7", // no command
      "F0 7F 03 02 10 04 00 00 F7", // without its time
      "F0 7F 03 02 10 01 'x' F7", // no cue
      "F0 7F 03 02 F7",
      "F0",
    ]
  ) assert.equal(readShowControl(bytes(text)), undefined, text);
});

Deno.test("a device hears its own id and all, and what is for sound or for all types", () => {
  const heard = (device: number, format: number) => isForDevice({ device, format, command: "GO" }, 5);
  assert.deepEqual([heard(5, 0x10), heard(127, 0x10), heard(5, 0x7F), heard(5, 0x13)], [
    true,
    true,
    true,
    true,
  ]);
  assert.deepEqual([heard(6, 0x10), heard(5, 0x01), heard(127, 0x30)], [false, false, false]);
});

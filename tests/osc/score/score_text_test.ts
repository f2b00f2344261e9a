import assert from "node:assert/strict";
import fc from "fast-check";
import { ScoreError } from "../../../osc/score/score_error.ts";
import { readScoreText } from "../../../osc/score/score_text.ts";

Deno.test("each line is one message with its time as an exact fraction and its place in the file", () => {
  assert.deepEqual(readScoreText('# a tune\r\n0.1 /a 1 .5 "two words" # loud\n\n 12. /b ,sT "1"', "tune"), [
    {
      time: { numerator: 1n, denominator: 10n },
      messages: [{
        address: "/a",
        args: [{ type: "i", value: 1 }, { type: "f", value: 0.5 }, { type: "s", value: "two words" }],
      }],
      where: "tune:2",
    },
    {
      time: { numerator: 12n, denominator: 1n },
      messages: [{ address: "/b", args: [{ type: "s", value: "1" }, { type: "T" }] }],
      where: "tune:4",
    },
  ]);
});

Deno.test("an error names the line, what was expected and what was found", () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ["one /a", /^tune:1: expected a time in seconds like 1\.5, found "one"$/],
    ["1", /^tune:1: expected an address like \/note after the time, found the end of the line$/],
    ["1 note", /expected an address like \/note after the time, found "note"/],
    ['1 /a "open', /expected a closing quote, found "open/],
    ["1 /a ,i 0.5", /expected a whole number of 32 bits for type i, found "0.5"/],
    ["1 /a ,i", /expected a whole number of 32 bits for type i, found the end of the line/],
    ["1 /a ,i 1 2", /expected 1 arguments for ,i, found 2/],
    ["1 /a ,b 1", /expected type tags of i f d s T F N I, found "b"/],
    ["1 /a word", /expected a number or a "text" in quotes, found "word"/],
  ];
  for (const [line, reason] of wrong) {
    assert.throws(
      () => readScoreText(line, "tune"),
      (error: Error) => error instanceof ScoreError && reason.test(error.message),
      line,
    );
  }
});

Deno.test("the time of any decimal is that decimal, to the last digit", () => {
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.nat(20), (digits, places) => {
    const padded = digits.toString().padStart(places + 1, "0");
    const text = `${padded.slice(0, padded.length - places)}.${padded.slice(padded.length - places)}`;
    const [{ time }] = readScoreText(`${text} /a`, "tune");
    assert.deepEqual(time, { numerator: digits, denominator: 10n ** BigInt(places) });
  }));
});

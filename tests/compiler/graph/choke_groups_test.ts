import assert from "node:assert/strict";
import { chokeProblem } from "../../../compiler/graph/choke_groups.ts";

Deno.test("lists of two whole notes or more, each note in one of them, are groups; anything else has a reason", () => {
  for (const groups of [[], [[42, 44, 46]], [[0, 127], [1, 2]]]) {
    assert.equal(chokeProblem(groups), undefined);
  }
  const wrong: readonly [unknown, RegExp][] = [
    ["42", /lists of notes/],
    [[42, 44], /lists of notes/],
    [[[42, 44.5]], /whole notes from 0 to 127, found 44.5/],
    [[[42, 128]], /found 128/],
    [[[-1, 42]], /found -1/],
    [[["42", 44]], /found 42/],
    [[[42, 44], [46, 42]], /each note once, found 42 again/],
    [[[42, 42]], /found 42 again/],
    [[[42]], /two notes or more/],
    [[[]], /two notes or more/],
  ];
  for (const [groups, reason] of wrong) assert.match(chokeProblem(groups) ?? "", reason);
});

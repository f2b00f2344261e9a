import assert from "node:assert/strict";
import { messageJson, messageLine, messageLines } from "../../cli/osc_text.ts";
import { messageOf } from "../../cli/osc_words.ts";

Deno.test("a message is its address and words that would be read as the same message", () => {
  const words = ["/x", "60", "0.5", "true", "N:", "a b", "7", "h:9"];
  const message = messageOf(["/x", "60", "0.5", "true", "N:", "s:a b", "s:7", "h:9"]);
  assert.equal(messageLine(message), '/x 60 0.5 true N: "a b" "7" 9');
  assert.equal(messageLine(messageOf([words[0], "0.1", "[", "1", "]", "b:00ff"])), "/x 0.1 [ 1 ] b:00ff");
});

Deno.test("what engines answer has a readable form, in which no text moves the cursor", () => {
  const s = (...texts: string[]) => texts.map((value) => ({ type: "s", value }) as const);
  const lines = (address: string, ...texts: string[]) => messageLines({ address, args: s(...texts) });
  assert.deepEqual(lines("/done", "/note", "louder"), ["/done /note", "  louder"]);
  assert.deepEqual(lines("/fail", "/x", "no\x1b[2J"), ["/fail /x: no\\u001b[2J"]);
  assert.deepEqual(lines("/help.reply", "/note", "if", "plays"), [`${"/note".padEnd(26)} if       plays`]);
  assert.deepEqual(
    messageLines({
      address: "/status.reply",
      args: [...s("state", "running", "voices"), { type: "i", value: 3 }],
    }),
    [`${"state".padEnd(24)} running`, `${"voices".padEnd(24)} 3`],
  );
});

Deno.test("as JSON every type has a value", () => {
  const message = messageOf(["/x", "1", "f:0.5", "b:00ff", "r:01020304", "h:9", "true", "N:", "[", "2", "]"]);
  assert.deepEqual(JSON.parse(messageJson(message)), {
    address: "/x",
    types: "ifbrhTN[i]",
    args: [1, 0.5, "00ff", "01020304", "9", true, null, [2]],
  });
});

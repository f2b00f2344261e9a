import assert from "node:assert/strict";
import { withoutAnswers } from "../../../osc/packet/engine_answer.ts";
import type { OscMessage } from "../../../osc/packet/packet.ts";
import { immediately } from "../../../osc/packet/time_tag.ts";

const message = (address: string, ...values: number[]): OscMessage => ({
  address,
  args: values.map((value) => ({ type: "f", value })),
});

Deno.test("what engines answer, notify and measure is left out; what they are asked is not", () => {
  const answers = [
    ...["/done", "/fail", "/late", "/dropped", "/synced", "/event", "/event/device", "/event/note/end"],
    ...["/status.reply", "/help.reply", "/any.reply", "/tree.patch", "/tree.instrument", "/tree.parameter"],
  ].map((address) => message(address));
  answers.push(message("/meters", 0.5, 0.5));
  let left = 0;
  for (const answer of answers) assert.equal(withoutAnswers(answer, () => left++), undefined);
  assert.equal(left, answers.length);
  const questions = ["/note", "/status", "/sync", "/tree", "/do", "/donee", "/events", "/done/x"];
  for (const question of [...questions.map((address) => message(address)), message("/meters", 10)]) {
    assert.equal(withoutAnswers(question, () => assert.fail()), question);
  }
});

Deno.test("a bundle loses its answers at any depth, and stays the same object without them", () => {
  const bundle = (...elements: (OscMessage | ReturnType<typeof Object>)[]) => ({
    timeTag: immediately,
    elements,
  });
  const pure = bundle(message("/note", 1, 2), bundle(message("/off", 1)));
  assert.equal(withoutAnswers(pure, () => assert.fail()), pure);
  let left = 0;
  const mixed = bundle(message("/done"), message("/note", 1, 2), bundle(message("/fail")));
  assert.deepEqual(withoutAnswers(mixed, () => left++), bundle(message("/note", 1, 2)));
  assert.equal(left, 2);
  assert.equal(withoutAnswers(bundle(message("/done"), bundle()), () => {})?.elements.length, 1);
  assert.equal(withoutAnswers(bundle(message("/done")), () => {}), undefined);
});

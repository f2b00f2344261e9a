import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import { html } from "../../../../dashboard/page/html.ts";
import {
  PageContext,
  useMayChange,
  usePage,
  useStore,
} from "../../../../dashboard/page/state/page_context.ts";
import { Store } from "../../../../dashboard/page/state/store.ts";
import type { PageMessage } from "../../../../dashboard/protocol.ts";
import { pageState } from "../../../../testing/page/page_state.ts";

Deno.test("a part reads what it selects, sends OSC, and may change something only with a seat and a connection", () => {
  const sent: PageMessage[] = [];
  const connection = {
    send: (message: PageMessage) => sent.push(message) > 0,
    want: () => {},
    login: () => true,
  };
  const seen: unknown[] = [];
  const part = () => {
    seen.push(useStore(({ patch }) => patch?.name), useMayChange());
    usePage().osc("/panic", { type: "i", value: 1 });
    return "";
  };
  for (const state of [pageState(), { ...pageState(), contact: { state: "lost", farewell: "" } as const }]) {
    const store = new Store({ nowMs: () => 0, soon: () => {} }, state);
    const drawn = html`
      <${PageContext.Provider} value=${{ store, connection }}>
        <${part} />
        <//>
    `;
    strictEqual(renderToString(drawn as VNode), "");
  }
  deepStrictEqual(seen, ["keys", true, "keys", false]);
  deepStrictEqual(sent[0], { type: "osc", address: "/panic", args: [{ type: "i", value: 1 }] });
});

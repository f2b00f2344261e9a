import type { VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import { html } from "../../dashboard/page/html.ts";
import { PageContext } from "../../dashboard/page/state/page_context.ts";
import { type PageState, Store } from "../../dashboard/page/state/store.ts";
import { pageState } from "./page_state.ts";

/** A part of the page as text, without a browser, in a page of this state. */
export function drawnPart(
  part: unknown,
  change: Partial<PageState> = {},
  props: Record<string, unknown> = {},
): string {
  const store = new Store({ nowMs: () => 0, soon: () => {} }, { ...pageState(), ...change });
  const connection = { send: () => true, want: () => {}, login: () => true };
  return renderToString(
    html`
      <${PageContext.Provider} value=${{ store, connection }}>
        <${part} ...${props} />
        <//>
    ` as VNode,
  );
}

/** Commands of this page that the engine has refused, with its reason, for a while. */
import type { VNode } from "preact";
import { html } from "../html.ts";
import { usePage, useStore } from "../state/page_context.ts";

/** Time for which a refusal is shown, in milliseconds. */
const shownMs = 12_000;

/** The newest refusals. */
export function Refusals(): VNode {
  const { store } = usePage();
  const refusals = useStore(({ refusals }) => refusals);
  const nowMs = useStore(({ nowMs }) => Math.floor(nowMs / 1_000) * 1_000);
  const shown = refusals.filter(({ atMs }) => nowMs - atMs < shownMs);
  return html`
    <div class="refusals" role="alert">
      ${shown.map(({ id, address, reason }) =>
        html`
          <p key=${id}><b>Refused: ${address}</b> ${reason}
            <button type="button" class="small" aria-label="Close this message" onClick=${() =>
              store.change({ refusals: refusals.filter((one) => one.id !== id) })}>Close</button></p>
        `
      )}
    </div>
  `;
}

/** What is always at hand: listen, record, panic, the seat, and the theme. */
import type { VNode } from "preact";
import { html } from "../html.ts";
import { useMayChange, usePage, useStore } from "../state/page_context.ts";
import { RecordButton } from "./files.ts";
import { Listen } from "./listen.ts";
import { Seat } from "./seat.ts";
import { ThemeChoice } from "./theme_choice.ts";

/**
 * The bar.
 *
 * @param hasPanic false where the view has one of its own
 */
export function TopBar({ hasPanic = true }: { readonly hasPanic?: boolean }): VNode {
  const { osc } = usePage();
  const mayChange = useMayChange();
  const hostname = useStore(({ hello }) => hello?.hostname ?? "");
  return html`
    <header class="top">
      <h1>Understudy <span class="host">${hostname}</span></h1>
      <${Seat} />
      <span class="space"></span>
      <${Listen} />
      <${RecordButton} />
      ${hasPanic && html`
        <button type="button" class="panic" disabled=${!mayChange} onClick=${() => osc("/panic")}
          title="Fades all notes out within 5 ms">Panic</button>
      `}
      <${ThemeChoice} />
    </header>
  `;
}

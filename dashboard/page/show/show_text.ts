/** The text of the show itself, for what has no form: with the engine's mistakes, each of which leads to its place. */
import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { html } from "../html.ts";
import { offsetOf, type ShowMistake } from "./show_mistake.ts";
import type { Draft } from "./use_draft.ts";

/** The text, which is sent when Apply is pressed. */
export function ShowTextEditor({ draft, isDisabled }: {
  readonly draft: Draft;
  readonly isDisabled: boolean;
}): VNode {
  const [typed, type] = useState<string | undefined>(undefined);
  const area = useRef<HTMLTextAreaElement>(null);
  const text = typed ?? draft.text ?? "";
  const apply = () => {
    draft.edit(text);
    type(undefined);
  };
  return html`
    <div class="show-text">
      <label for="show-json">The show as JSON, with comments. Control and Enter apply it.</label>
      <textarea id="show-json" class="mono" ref=${area} rows="18" spellcheck="false" autocomplete="off"
        disabled=${isDisabled} value=${text} onInput=${(event: Event) =>
          type((event.target as HTMLTextAreaElement).value)} onKeyDown=${(event: KeyboardEvent) =>
          event.key === "Enter" && (event.ctrlKey || event.metaKey) && apply()}></textarea>
      <div class="row">
        <button type="button" disabled=${isDisabled || typed === undefined ||
          typed === draft.text} onClick=${apply}>
          Apply
        </button>
        <button type="button" disabled=${typed === undefined} onClick=${() =>
          type(undefined)}>Undo typing</button>
      </div>
      <${Mistakes} mistakes=${draft.mistakes} show=${(mistake: ShowMistake) => {
        const at = offsetOf(text, mistake);
        area.current?.focus();
        area.current?.setSelectionRange(at, Math.min(text.length, at + 1));
        area.current?.scrollTo({ top: ((mistake.line ?? 1) - 4) * lineHeight(area.current) });
      }} />
    </div>
  `;
}

/** What the engine says is wrong; with `show`, each is a button that leads to its place. */
export function Mistakes({ mistakes, show }: {
  readonly mistakes: readonly ShowMistake[];
  readonly show?: (mistake: ShowMistake) => void;
}): VNode {
  return html`
    <div role="alert">
      ${mistakes.length > 0 && html`
        <ul class="mistakes">
          ${mistakes.map((mistake, index) => {
            const { line, column, text } = mistake;
            const place = line === undefined ? "" : `Line ${line}, column ${column}: `;
            return html`
              <li key=${index}>${show && line !== undefined
                ? html`<button type="button" class="small" onClick=${() =>
                  show(mistake)}>${place}${text}</button>`
                : html`<b>${place}</b>${text}`}</li>
            `;
          })}
        </ul>
      `}
    </div>
  `;
}

function lineHeight(area: HTMLElement): number {
  return parseFloat(getComputedStyle(area).lineHeight) || 18;
}

/**
 * The operator's seat of a show. In show mode nothing can be changed by accident: GO, panic, pause, stop and the playhead are all there
 * is. Edit mode changes the show while it plays. A page begins in show mode.
 */
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { html } from "../html.ts";
import { useMayChange, usePage, useStore, useWant } from "../state/page_context.ts";
import { CueRows } from "./cue_rows.ts";
import { GoPanel } from "./go_panel.ts";
import { NoShow } from "./no_show.ts";
import { RunningList } from "./running_list.ts";
import { ShowEditor } from "./show_editor.ts";
import { showKeyOf } from "./show_key.ts";

/** What the big state needs where no meter is drawn. */
const liveHz = 5;

/** The show, or how to load one. */
export function ShowView(): VNode {
  useWant("show", { liveHz });
  const isLoaded = useStore(({ showList }) => showList && true);
  if (isLoaded === undefined) {
    return html`<p class="empty">The engine has not said yet whether a show is loaded.</p>`;
  }
  return isLoaded ? html`<${Desk} />` : html`<${NoShow} />`;
}

function Desk(): VNode {
  const mayChange = useMayChange();
  const [wantsEdit, want] = useState(false);
  const [selected, select] = useState<string | undefined>(undefined);
  const playhead = useStore(({ showStatus }) => showStatus?.playhead ?? undefined);
  const isEditing = wantsEdit && mayChange;
  useShowKeys(mayChange);
  return html`
    <div class="desk ${isEditing ? "desk-editing" : ""}" data-mode=${isEditing ? "edit" : "show"}>
      <${GoPanel} />
      <${RunningList} isEditing=${isEditing} />
      <section class="card list" aria-labelledby="list-title">
        <header class="card-head">
          <${ListTitle} />
          <span class="space"></span>
          <div class="choice" role="group" aria-label="Mode">
            <button type="button" class="small" aria-pressed=${!isEditing} onClick=${() =>
              want(false)}>Show</button>
            <button type="button" class="small" aria-pressed=${isEditing} disabled=${!mayChange} onClick=${() => {
              want(true);
              select(selected ?? playhead);
            }}>Edit</button>
          </div>
        </header>
        <${CueRows} isEditing=${isEditing} selected=${selected} select=${select} />
        <p class="hint desk-keys">${isEditing
          ? "Click a cue to edit it; double click or Enter moves the playhead to it."
          : "Space: GO. Escape: panic, twice cuts. Arrows: playhead. [ and ]: pause and resume. Alt with a double click: jump."}</p>
      </section>
      ${isEditing && html`<${ShowEditor} selected=${selected} select=${select} />`}
    </div>
  `;
}

function ListTitle(): VNode {
  const title = useStore(({ showList }) => showList?.name || showList?.file.split("/").at(-1) || "Show");
  const notes = useStore(({ showList }) => showList?.notes ?? "");
  return html`<h2 id="list-title" title=${notes}>${title}</h2>`;
}

/** Keys count wherever the focus is, except where one types: on a button Enter presses it, and space is GO. */
function useShowKeys(mayChange: boolean): void {
  const { osc, store } = usePage();
  useEffect(() => {
    const act = {
      go: () => osc("/go"),
      panic: () => osc("/panic"),
      back: () => osc("/show/back"),
      next: () => osc("/show/next"),
      pause: () => osc("/pause"),
      resume: () => osc("/resume"),
    };
    const onDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      const isTyping = isField(event.target);
      const key = showKeyOf(event, isTyping);
      // held keys do nothing, and do not press the button that has the focus either
      if (event.key === " " && !isTyping) event.preventDefault();
      if (key === undefined) return;
      event.preventDefault();
      if (key === "leave") (event.target as HTMLElement).blur();
      else if (mayChange && store.state.showList) act[key]();
    };
    // some browsers press a button when the key comes up
    const onUp = (event: KeyboardEvent) => {
      if (event.key === " " && !isField(event.target)) event.preventDefault();
    };
    addEventListener("keydown", onDown);
    addEventListener("keyup", onUp);
    return () => {
      removeEventListener("keydown", onDown);
      removeEventListener("keyup", onUp);
    };
  });
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, select, textarea") !== null;
}

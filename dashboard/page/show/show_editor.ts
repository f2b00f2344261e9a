/** Edits the show: the fields of the chosen cue, its place in the list, new cues, and the text itself. */
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "../html.ts";
import { useMayChange, usePage, useStore } from "../state/page_context.ts";
import { cueFieldsOf, cueKindsOf, fieldValue, type ShowSchema } from "./cue_field.ts";
import { CueForm } from "./cue_form.ts";
import { type CuePath, movedCue, withCue, withField, withoutCue } from "./show_draft.ts";
import { Mistakes, ShowTextEditor } from "./show_text.ts";
import { type Draft, useDraft } from "./use_draft.ts";

export interface ShowEditorProps {
  /** Key of the chosen cue. */
  readonly selected: string | undefined;
  readonly select: (key: string | undefined) => void;
}

/** The editor beside the list. */
export function ShowEditor({ selected, select }: ShowEditorProps): VNode {
  const draft = useDraft();
  const isText = useState(false);
  const mayChange = useMayChange();
  const cues = useStore(({ showList }) => showList?.cues);
  const index = cues?.findIndex(({ key }) => key === selected) ?? -1;
  // the list and the text have the same cues in the same order, once the engine has taken the text
  const chosen = draft.cues.length === cues?.length ? draft.cues[index] : undefined;
  return html`
    <section class="card editor" aria-labelledby="editor-title">
      <header class="card-head">
        <h2 id="editor-title">Edit</h2>
        <div class="choice" role="group" aria-label="Form of the editor">
          <button type="button" class="small" aria-pressed=${!isText[0]} onClick=${() =>
            isText[1](false)}>Fields</button>
          <button type="button" class="small" aria-pressed=${isText[0]} onClick=${() =>
            isText[1](true)}>JSON</button>
        </div>
        <${FileButtons} draft=${draft} />
      </header>
      ${draft.problem !== "" && html`<p class="problem" role="alert">${draft.problem}</p>`}
      ${draft.text === undefined || !draft.tools
        ? html`<p class="empty">The text of the show comes from the engine.</p>`
        : isText[0]
        ? html`<${ShowTextEditor} draft=${draft} isDisabled=${!mayChange} />`
        : html`
          <${Mistakes} mistakes=${draft.mistakes} />
          <${PlaceButtons} draft=${draft} path=${chosen?.path} cue=${chosen
            ?.cue} select=${select} index=${index} />
          ${chosen
            ? html`
              <${CueForm} schema=${draft.tools.schema} cue=${chosen
                .cue} of=${selected} isDisabled=${!mayChange}
                set=${(name: string, value: unknown) =>
                  draft.edit(
                    withField(draft.tools!.json, draft.text!, { path: chosen.path, name, value }),
                  )} />
            `
            : html`<p class="hint">Choose a cue in the list to edit it.</p>`}
          <${NewCue} draft=${draft} schema=${draft.tools.schema} after=${chosen?.path} />
        `}
    </section>
  `;
}

function FileButtons({ draft }: { readonly draft: Draft }): VNode {
  const { osc } = usePage();
  const mayChange = useMayChange();
  return html`
    <span class="space"></span>
    <span class="muted" role="status">${draft.mistakes.length > 0
      ? "not played: see the mistakes"
      : draft.isUnsaved
      ? "plays, not saved"
      : ""}</span>
    <button type="button" class="small" disabled=${!mayChange || !draft.canUndo} onClick=${draft
      .undo}>Undo</button>
    ${draft.mistakes.length > 0 &&
      html`<button type="button" class="small" onClick=${draft.discard}>Discard</button>`}
    <button type="button" class="small" disabled=${!mayChange}
      title="Reads the file again; what was not saved is lost"
      onClick=${() => osc("/show/reload")}>Reload</button>
    <button type="button" class="small" disabled=${!mayChange ||
      draft.mistakes.length > 0} title="Writes the file"
      onClick=${draft.save}>Save</button>
  `;
}

interface PlaceButtonsProps {
  readonly draft: Draft;
  readonly path: CuePath | undefined;
  readonly cue: Readonly<Record<string, unknown>> | undefined;
  readonly index: number;
  readonly select: (key: string | undefined) => void;
}

function PlaceButtons({ draft, path, cue, index, select }: PlaceButtonsProps): VNode {
  const mayChange = useMayChange();
  const keys = useStore(({ showList }) => showList?.cues.map(({ key }) => key).join("\n") ?? "").split("\n");
  const { tools, text } = draft;
  const isReady = mayChange && path !== undefined;
  const move = (by: 1 | -1) => {
    const moved = path && movedCue(tools!.json, text!, path, by);
    if (moved !== undefined) draft.edit(moved);
  };
  return html`
    <div class="row" role="group" aria-label="Place of the cue">
      <button type="button" class="small" disabled=${!isReady} onClick=${() => move(-1)}>Move up</button>
      <button type="button" class="small" disabled=${!isReady} onClick=${() => move(1)}>Move down</button>
      <button type="button" class="small" disabled=${!isReady} onClick=${() => {
        const { number: _, ...copy } = cue!; // a number is unique
        draft.edit(withCue(tools!.json, text!, { after: path!, cue: copy }));
      }}>Duplicate</button>
      <button type="button" class="small" disabled=${!isReady} onClick=${() => {
        draft.edit(withoutCue(tools!.json, text!, path!));
        select(keys[index + 1] ?? keys[index - 1]);
      }}>Delete</button>
    </div>
  `;
}

function NewCue({ draft, schema, after }: {
  readonly draft: Draft;
  readonly schema: ShowSchema;
  readonly after: CuePath | undefined;
}): VNode {
  const mayChange = useMayChange();
  const [kind, choose] = useState("play");
  const [typed, type] = useState("");
  const [problem, refuse] = useState("");
  const field = cueFieldsOf(schema, kind).find(({ name }) => name === kind);
  const add = (event: Event) => {
    event.preventDefault();
    const read = field ? fieldValue(field, typed) : { value: [{ memo: "first cue of the group" }] };
    if ("problem" in read) return refuse(read.problem);
    refuse("");
    type("");
    draft.edit(withCue(draft.tools!.json, draft.text!, { after, cue: { [kind]: read.value } }));
  };
  return html`
    <form class="new-cue" onSubmit=${add} aria-label="New cue">
      <label>New cue <select value=${kind} disabled=${!mayChange} onChange=${(event: Event) =>
        choose((event.target as HTMLSelectElement).value)}>
        ${cueKindsOf(schema).map(({ kind, description }) =>
          html`<option value=${kind} title=${description}>${kind}</option>`
        )}
      </select></label>
      ${field && html`
        <input type="text" aria-label="${kind} of the new cue" placeholder=${field
          .description} disabled=${!mayChange}
          value=${typed} onInput=${(event: Event) => type((event.target as HTMLInputElement).value)} />
      `}
      <button type="submit" disabled=${!mayChange}>${after ? "Add below" : "Add at the end"}</button>
      <span class="problem" role="alert">${problem}</span>
    </form>
  `;
}

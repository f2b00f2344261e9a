/** The fields of one cue, made from the schema of shows. A field is sent when it is left or Enter is pressed. */
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "../html.ts";
import { type CueField, cueFieldsOf, fieldText, fieldValue, kindOf, type ShowSchema } from "./cue_field.ts";

export interface CueFormProps {
  readonly schema: ShowSchema;
  readonly cue: Readonly<Record<string, unknown>>;
  /** Tells the fields of two cues apart. */
  readonly of: string;
  readonly isDisabled: boolean;
  /** Undefined: the field goes. */
  readonly set: (name: string, value: unknown) => void;
}

/** The form. */
export function CueForm({ schema, cue, of, isDisabled, set }: CueFormProps): VNode {
  const kind = kindOf(schema, cue);
  if (kind === undefined) {
    return html`<p class="hint">This cue has no kind: add a field such as "play" in the JSON view.</p>`;
  }
  return html`
    <div class="cue-form">
      ${cueFieldsOf(schema, kind).map((field) =>
        html`
          <${Field} key=${`${of} ${field.name}`} field=${field} value=${cue[
            field.name
          ]} isDisabled=${isDisabled}
            set=${(value: unknown) => set(field.name, value)} />
        `
      )}
    </div>
  `;
}

interface FieldProps {
  readonly field: CueField;
  readonly value: unknown;
  readonly isDisabled: boolean;
  readonly set: (value: unknown) => void;
}

function Field({ field, value, isDisabled, set }: FieldProps): VNode {
  const [typed, type] = useState<string | undefined>(undefined);
  const [problem, refuse] = useState("");
  const id = `cue-${field.name}`;
  const text = fieldText(field, value);
  const commit = (text: string) => {
    const read = fieldValue(field, text);
    if ("problem" in read) return refuse(read.problem);
    refuse("");
    type(undefined);
    if (JSON.stringify(read.value) !== JSON.stringify(value)) set(read.value);
  };
  const onInput = (event: Event) => type((event.target as HTMLInputElement).value);
  const onBlur = () => typed !== undefined && commit(typed);
  const shared = {
    id,
    disabled: isDisabled,
    value: typed ?? text,
    "aria-describedby": `${id}-hint`,
    ...(problem !== "" && { "aria-invalid": true }),
  };
  const usual = field.default === undefined ? "" : fieldText(field, field.default);
  return html`
    <div class="cue-field cue-field-${field.kind}" data-field=${field.name}>
      <label for=${id}>${field.name}</label>
      ${field.kind === "choice" || field.kind === "flag"
        ? html`
          <select ...${shared} value=${text === "" ? usual : text} onChange=${(event: Event) => {
            const chosen = (event.target as HTMLSelectElement).value;
            commit(chosen === usual ? "" : chosen);
          }}>${choicesOf(field).map((choice) => html`<option value=${choice}>${choice}</option>`)}</select>
        `
        : field.kind === "lines"
        ? html`<textarea ...${shared} rows="2" onInput=${onInput} onBlur=${onBlur}></textarea>`
        : html`
          <input ...${shared} type="text" autocomplete="off" spellcheck="false" placeholder=${usual}
            inputmode=${field.kind === "number" ? "decimal" : "text"} onInput=${onInput} onBlur=${onBlur}
            onKeyDown=${(event: KeyboardEvent) =>
              event.key === "Enter" && typed !== undefined && commit(typed)} />
        `}
      <span class="hint" id="${id}-hint">${problem === ""
        ? field.description
        : html`<span class="problem" role="alert">${problem}</span>`}</span>
    </div>
  `;
}

function choicesOf({ kind, choices }: CueField): readonly string[] {
  return kind === "flag" ? ["true", "false"] : choices;
}

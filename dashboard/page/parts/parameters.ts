/** A control for each parameter of the patch, made from its declaration. */
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { PatchMessage } from "../../protocol.ts";
import { parameterGroups, sliderSteps, stepOf, typedValue, valueOfStep } from "../figures/control_scale.ts";
import { numberText, unitText, valueText } from "../figures/format.ts";
import { html } from "../html.ts";
import { useMayChange, usePage, useStore } from "../state/page_context.ts";

/** All parameters, in groups. */
export function Parameters(): VNode {
  const patch = useStore(({ patch }) => patch);
  if (!patch) return html`<p class="empty">The engine has not said yet which patch plays.</p>`;
  if (patch.parameters.length === 0) return html`<p class="empty">This patch has no parameters.</p>`;
  const groups = parameterGroups(patch.parameters);
  const outputs = groups.filter(({ name }) => outputOf(name) !== undefined);
  const own = groups.filter(({ name }) => outputOf(name) === undefined);
  return html`
    <div class="parameters">${own.map((group) => html`<${Group} patch=${patch.name} group=${group} />`)}</div>
    ${outputs.length > 0 &&
      html`
        <details class="outputs">
          <summary>Outputs</summary>
          <div class="parameters">
            ${outputs.map((group) => html`<${Group} patch=${patch.name} group=${group} />`)}
          </div>
        </details>
      `}
  `;
}

/** The output that a group of the stage belongs to, from 0 on; undefined: it is one of the patch. */
function outputOf(group: string): number | undefined {
  const [, number] = /^output(\d+)$/.exec(group) ?? [];
  return number === undefined ? undefined : Number(number) - 1;
}

interface GroupProps {
  readonly patch: string;
  readonly group: ReturnType<typeof parameterGroups<PatchMessage["parameters"][number]>>[number];
}

function Group({ patch, group: { name, members } }: GroupProps): VNode {
  const outputName = useStore(({ hello }) => hello?.outputNames[outputOf(name) ?? -1]);
  return html`
    <fieldset class="group" key=${`${patch} ${name}`}>
      <legend>${name}${outputName && `: ${outputName}`}</legend>
      ${members.map(({ index, label, parameter }) =>
        html`<${Control} key=${parameter.address} index=${index} label=${label} parameter=${parameter} />`
      )}
    </fieldset>
  `;
}

interface ControlProps {
  readonly index: number;
  readonly label: string;
  readonly parameter: PatchMessage["parameters"][number];
}

function Control({ index, label, parameter }: ControlProps): VNode {
  const { store, osc } = usePage();
  const mayChange = useMayChange();
  const value = useStore(({ values }) => values[index] ?? parameter.default);
  const [typed, type] = useState<string | undefined>(undefined);
  const id = `parameter-${index}`;
  const isDefault = Math.abs(value - parameter.default) <= 1e-6 * Math.max(1, Math.abs(parameter.default));
  const set = (to: number) => {
    if (!osc(`/${parameter.address}`, { type: "f", value: to })) return;
    // shown at once; what the engine made of it follows
    const values = [...store.state.values];
    values[index] = to;
    store.change({ values });
  };
  const reset = () => mayChange && set(parameter.default);
  const commit = () => {
    const to = typed === undefined ? undefined : typedValue(parameter, typed);
    if (to !== undefined) set(to);
    type(undefined);
  };
  const part = stepOf(parameter, value) / sliderSteps;
  return html`
    <div class="control ${isDefault ? "" : "control-moved"}" data-address=${parameter
      .address} title=${parameter.description}>
      <label for=${id}>${label}</label>
      <input id=${id} type="range" min="0" max=${sliderSteps} step="any" value=${stepOf(parameter, value)}
        style=${{ "--part": part, "--default": stepOf(parameter, parameter.default) / sliderSteps }}
        disabled=${!mayChange} aria-valuetext=${valueText(value, parameter.unit)}
        onInput=${(event: Event) =>
          set(valueOfStep(parameter, Number((event.target as HTMLInputElement).value)))}
        onKeyDown=${(event: KeyboardEvent) => {
          const by =
            { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 20, PageDown: -20 }[event.key];
          if (event.key === "Delete" || event.key === "Backspace") reset();
          else if (by !== undefined) {
            set(valueOfStep(parameter, stepOf(parameter, value) + by * (event.shiftKey ? 0.1 : 1)));
          } else return;
          event.preventDefault();
        }}
        onDblClick=${reset} />
      <span class="typed">
        <input type="text" inputmode="decimal" aria-label="${label}, ${unitText(parameter.unit) ||
          "number"}" disabled=${!mayChange}
          value=${typed ?? numberText(Number(value.toPrecision(4)))}
          onFocus=${(event: Event) => (event.target as HTMLInputElement).select()}
          onInput=${(event: Event) => type((event.target as HTMLInputElement).value)}
          onKeyDown=${(event: KeyboardEvent) =>
            event.key === "Enter" ? commit() : event.key === "Escape" ? type(undefined) : undefined}
          onBlur=${commit} />
        <span class="unit">${unitText(parameter.unit)}</span>
      </span>
    </div>
  `;
}

/** Chooses two neighbouring outputs, where there are more than two. */
import type { VNode } from "preact";
import { html } from "../html.ts";
import { useStore } from "../state/page_context.ts";

export interface PairChoiceProps {
  /** The first of the chosen two, from 0 on. */
  readonly firstChannel: number;
  readonly onChoose: (firstChannel: number) => void;
  /** What they are for, for screen readers. */
  readonly what: string;
}

/** A list of all pairs; nothing with two outputs or fewer. */
export function PairChoice({ firstChannel, onChoose, what }: PairChoiceProps): VNode | null {
  const hello = useStore(({ hello }) => hello);
  const { channels = 0, outputNames = [] } = hello ?? {};
  if (channels <= 2) return null;
  const firsts = Array.from({ length: Math.ceil(channels / 2) }, (_, pair) => pair * 2);
  return html`
    <select class="pair" aria-label=${what} value=${firstChannel} onChange=${(event: Event) =>
      onChoose(Number((event.target as HTMLSelectElement).value))}>
      ${firsts.map((first) =>
        html`<option value=${first}>${pairName(first, channels, outputNames)}</option>`
      )}
    </select>
  ` as VNode;
}

/** A pair by its numbers and, where it has them, its names. */
function pairName(first: number, channels: number, outputNames: readonly string[]): string {
  const both = first + 1 < channels ? [first, first + 1] : [first];
  const names = both.map((channel) => outputNames[channel] ?? "").filter((name) => name !== "");
  const numbers = both.map((channel) => channel + 1).join("–");
  return names.length === 0 ? numbers : `${numbers}: ${names.join(", ")}`;
}

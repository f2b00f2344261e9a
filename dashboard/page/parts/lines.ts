/** A list of lines that grows at its end and stays there, unless the reader has scrolled up. */
import type { ComponentChildren, VNode } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { html } from "../html.ts";

export interface LinesProps {
  readonly label: string;
  readonly children: ComponentChildren;
}

/** Distance from the end that counts as being there, in pixels. */
const nearEnd = 40;

/** The list, which can be scrolled by the keyboard. */
export function Lines({ label, children }: LinesProps): VNode {
  const list = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    if (list.current && isAtEnd.current) list.current.scrollTop = list.current.scrollHeight;
  });
  const onScroll = () => {
    const { scrollTop, clientHeight, scrollHeight } = list.current!;
    isAtEnd.current = scrollTop + clientHeight > scrollHeight - nearEnd;
  };
  return html`
    <div class="lines" role="region" aria-label=${label} tabindex="0" ref=${list}
      onScroll=${onScroll}>${children}</div>
  `;
}

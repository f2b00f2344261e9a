/** A chart of uPlot in the colours of the page, as wide as its place. The library is loaded when the first chart is shown. */
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type uPlot from "uplot";
import { html } from "../html.ts";
import type { PageState } from "../state/store.ts";
import { usePage } from "../state/page_context.ts";

export interface ChartProps {
  readonly title: string;
  /** What the chart shows in words, for those who do not see it. */
  readonly summary: string;
  readonly height: number;
  /** Options of uPlot without size and colours. */
  readonly options: (colours: ChartColours, charts: typeof uPlot) => Omit<uPlot.Options, "width" | "height">;
  /** The data of a state; undefined: as before. */
  readonly data: (state: PageState) => uPlot.AlignedData | undefined;
  /** Calls back when there is new data, beside changes of the state. */
  readonly follow?: (draw: () => void) => () => void;
}

/** Colours of the theme. */
export interface ChartColours {
  readonly line: string;
  readonly fill: string;
  readonly grid: string;
  readonly text: string;
  readonly second: string;
}

/** One chart with its title. */
export function Chart({ title, summary, height, options, data, follow }: ChartProps): VNode {
  const { store } = usePage();
  const place = useRef<HTMLDivElement>(null);
  const newest = useRef({ data, options });
  newest.current = { data, options };
  useEffect(() => {
    let plot: uPlot | undefined;
    let isGone = false;
    const ends: (() => void)[] = [];
    void (async () => {
      const { default: charts } = await import("uplot");
      const element = place.current;
      if (isGone || !element) return;
      const make = () => {
        plot?.destroy();
        const given = newest.current.options(coloursOf(element), charts);
        plot = new charts({ ...given, width: element.clientWidth, height }, undefined, element);
        draw();
      };
      const draw = () => {
        const next = newest.current.data(store.state);
        if (next && !document.hidden) plot?.setData(next);
      };
      make();
      const sizes = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height }));
      sizes.observe(element);
      addEventListener("themechange", make);
      ends.push(
        store.subscribe(draw),
        () => sizes.disconnect(),
        () => removeEventListener("themechange", make),
      );
      if (follow) ends.push(follow(draw));
    })();
    return () => {
      isGone = true;
      ends.forEach((end) => end());
      plot?.destroy();
    };
  }, []);
  return html`
    <figure class="card chart">
      <figcaption>${title}</figcaption>
      <div ref=${place} role="img" aria-label="${title}. ${summary}"></div>
    </figure>
  `;
}

function coloursOf(element: Element): ChartColours {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    line: colour("info"),
    fill: colour("info-soft"),
    grid: colour("line"),
    text: colour("muted"),
    second: colour("good"),
  };
}

/** The page: the overview, and below it one of several views. The view of the show needs the room, and stands without the overview. */
import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "../html.ts";
import { useStore } from "../state/page_context.ts";
import { staleness } from "../state/store.ts";
import { ShowView } from "../show/show_view.ts";
import { Announcer } from "./announcer.ts";
import { BigState } from "./big_state.ts";
import { Files } from "./files.ts";
import { Keyboard } from "./keyboard.ts";
import { LogView } from "./log_view.ts";
import { Operate } from "./operate.ts";
import { OscMonitor } from "./osc_monitor.ts";
import { OutputMeters } from "./output_meters.ts";
import { Parameters } from "./parameters.ts";
import { Refusals } from "./refusals.ts";
import { Signal } from "./signal.ts";
import { StagePicture } from "./stage_picture.ts";
import { Timeline } from "./timeline.ts";
import { TopBar } from "./top_bar.ts";

/** Views by their names in the address: `#signal`. */
const views = [
  { id: "show", name: "Show", show: () => html`<${ShowView} />` },
  {
    id: "play",
    name: "Play",
    show: () =>
      html`
        <${Keyboard} />
        <${Parameters} />
      `,
  },
  { id: "signal", name: "Signal", show: () => html`<${Signal} />` },
  { id: "operate", name: "Operate", show: () => html`<${Operate} />` },
  { id: "files", name: "Files", show: () => html`<${Files} />` },
  { id: "messages", name: "Messages", show: () => html`<${OscMonitor} />` },
  { id: "log", name: "Log", show: () => html`<${LogView} />` },
] as const;
type ViewId = typeof views[number]["id"];

/** All of it. */
export function App(): VNode {
  const isStale = useStore((state) => state.contact.heardMs !== undefined && staleness(state).isStale);
  const [view, choose] = useView();
  const isShow = view === "show";
  return html`
    <a class="skip" href="#views">Skip to the controls</a>
    <${TopBar} hasPanic=${!isShow} />
    <${Announcer} />
    <main class=${[isShow && "at-show", isStale && "stale"].filter(Boolean).join(" ")} data-stale=${isStale}>
      <${BigState} />
      ${!isShow && html`
        <div class="overview">
          <${OutputMeters} />
          <${StagePicture} />
          <${Timeline} />
        </div>
      `}
      <${Views} view=${view} choose=${choose} />
    </main>
    <${Refusals} />
  `;
}

/** The view that the address names; without one, that of the show where one is loaded. */
function useView(): [view: ViewId, choose: (view: ViewId) => void] {
  const [chosen, choose] = useState(() => views.find(({ id }) => `#${id}` === location.hash)?.id);
  const isLoaded = useStore(({ showList }) => showList && true);
  // what is shown at first stays: a show that is loaded later takes nothing out of the hand
  useEffect(() => {
    if (chosen === undefined && isLoaded !== undefined) choose(isLoaded ? "show" : "play");
  }, [chosen, isLoaded]);
  return [chosen ?? "play", choose];
}

function Views({ view, choose }: {
  readonly view: ViewId;
  readonly choose: (view: ViewId) => void;
}): VNode {
  const chosen = views.findIndex(({ id }) => id === view);
  const tabs = useRef<HTMLDivElement>(null);
  const go = (index: number) => {
    const next = (index + views.length) % views.length;
    choose(views[next].id);
    history.replaceState(null, "", `#${views[next].id}`);
    (tabs.current?.children[next] as HTMLElement | undefined)?.focus();
  };
  const onKey = (event: KeyboardEvent) => {
    const to = { ArrowRight: chosen + 1, ArrowLeft: chosen - 1, Home: 0, End: views.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    go(to);
  };
  const { id, show } = views[chosen];
  return html`
    <section id="views" aria-label="Controls" tabindex="-1">
      <div class="tabs" role="tablist" aria-label="Views" ref=${tabs} onKeyDown=${onKey}>
        ${views.map((view, index) =>
          html`
            <button type="button" role="tab" key=${view.id} id="tab-${view
              .id}" aria-selected=${index === chosen}
              aria-controls="view" tabindex=${index === chosen ? 0 : -1} onClick=${() => go(index)}>${view
                .name}</button>
          `
        )}
      </div>
      <div id="view" role="tabpanel" aria-labelledby="tab-${id}" key=${id}>${show()}</div>
    </section>
  `;
}

/** Who plays: the renderers by their roles, as they stand on the stage, and the processes behind them. */
import type { VNode } from "preact";
import type { ProcessState, RendererState } from "../../protocol.ts";
import { agoText, percentText } from "../figures/format.ts";
import { lastFaultOf } from "../figures/timeline_lanes.ts";
import { html } from "../html.ts";
import { useStore } from "../state/page_context.ts";
import type { PageState } from "../state/store.ts";

const roles = ["primary", "standby", "spare"] as const;

/** Pause between two pictures, in milliseconds, unless somebody comes, goes, or changes its role. */
const pictureMs = 200;

/** What the picture shows, chosen so that it is drawn anew when it reads differently. */
function pictureOf({ live, timeline, hello, nowMs, clockOffsetMs, status }: PageState): string {
  const engineMs = nowMs + clockOffsetMs;
  return JSON.stringify({
    heard: status?.status.state === "running" ? live?.output.heardRendererId ?? 0 : 0,
    renderers: (live?.renderers ?? []).map((renderer) => ({
      ...renderer,
      load: renderer.load === undefined ? undefined : Math.round(renderer.load * 1_000) / 1_000,
    })),
    processes: live?.processes ?? [],
    isolation: hello?.isolation,
    lookahead: status?.status.lookaheadBlocks ?? 0,
    faults: Object.fromEntries(roles.map((role) => {
      const fault = lastFaultOf(role, timeline);
      if (fault?.event?.event !== "fault") return [role, ""];
      return [role, `${fault.event.cause}, ${agoText((engineMs - fault.unixMs) / 1_000)}`];
    })),
  });
}

interface Picture {
  readonly heard: number;
  readonly renderers: readonly RendererState[];
  readonly processes: readonly ProcessState[];
  readonly isolation?: string;
  readonly lookahead: number;
  readonly faults: Readonly<Record<string, string>>;
}

/** The stage. */
export function StagePicture(): VNode {
  const picture = JSON.parse(useStore(slowly(pictureOf))) as Picture;
  const others = picture.renderers.filter(({ role, rendererId }) =>
    rendererId !== 0 && !(roles as readonly string[]).includes(role)
  );
  return html`
    <section class="card stage" aria-labelledby="stage-title">
      <header class="card-head">
        <h2 id="stage-title">Renderers</h2>
        <span class="unit">${picture.isolation === "processes" ? "in processes" : "in threads"}</span>
      </header>
      <div class="stage-roles">
        ${roles.map((role) =>
          html`
            <${RoleCard} key=${role} role=${role} renderer=${picture.renderers.find((one) =>
              one.role === role
            )} heard=${picture.heard} lookahead=${picture.lookahead}
              fault=${picture.faults[role]} />
          `
        )}
      </div>
      <ul class="stage-others" aria-label="Renderers without a role, and processes">
        ${others.map((renderer) =>
          html`<li key=${`r${renderer.rendererId}`}><b>${
            renderer.role === "none" ? "Joining" : "Reserve"
          }</b> #${renderer.rendererId} <span class="muted">${
            renderer.isAway ? "copies state" : renderer.state
          }</span></li>`
        )}
        ${picture.processes.map((process) =>
          html`<li key=${process.name + process.pid} class=${process.isAlive ? "" : "chip-bad"}><b>${
            nameOf(process)
          }</b> ${
            process.isAlive ? html`<span class="muted">alive</span>` : html`<strong>does not answer</strong>`
          }${
            process.restarts > 0 && html`
              <span class="muted">restarted ${process.restarts}×</span>
            `
          }</li>`
        )}
      </ul>
    </section>
  `;
}

function RoleCard(
  { role, renderer, heard, lookahead, fault }: {
    readonly role: string;
    readonly renderer?: RendererState;
    readonly heard: number;
    readonly lookahead: number;
    readonly fault: string;
  },
): VNode {
  if (!renderer) {
    return html`
      <article class="role role-empty" data-role=${role} aria-label="${role}: empty">
        <h3>${role}</h3>
        <p class="role-state"><span class="mark mark-bad" aria-hidden="true"></span>empty</p>
        <p class="role-note">The next renderer takes this role.</p>
        <p class="role-fault role-fault-on">Last fault: ${fault || "none in 10 min"}</p>
      </article>
    `;
  }
  const isHeard = renderer.rendererId === heard;
  const isRunning = renderer.state === "running" || renderer.state === "ready";
  const { load, blocksAhead } = renderer;
  const isTight = load !== undefined && load > 0.7;
  return html`
    <article class="role ${isHeard ? "role-heard" : ""}" data-role=${role} data-renderer=${renderer
      .rendererId}
      aria-label="${role}, renderer ${renderer.rendererId}">
      <h3>${role} <span class="role-id">#${renderer.rendererId}</span></h3>
      <p class="role-state">
        <span class="mark ${isRunning ? "mark-good" : "mark-warning"}" aria-hidden="true"></span>
        ${renderer.isAway ? "copies its state" : isRunning ? "in lockstep" : renderer.state}
        ${isHeard && html`<span class="heard">heard</span>`}
      </p>
      <div class="gauge ${isTight ? "gauge-tight" : ""}">
        <span class="gauge-name">Load</span>
        <span class="gauge-bar" role="img"
          aria-label="Load ${load === undefined ? "unknown" : percentText(load)} of the deadline"><i style=${{
            transform: `scaleX(${Math.min(1, load ?? 0)})`,
          }}></i></span>
        <span class="gauge-value">${load === undefined ? "…" : percentText(load)}</span>
      </div>
      <div class="gauge">
        <span class="gauge-name">Ahead</span>
        <span class="pips" role="img" aria-label="${blocksAhead} of ${lookahead} blocks ahead">
          ${Array.from(
            { length: Math.min(24, Math.max(lookahead, 1)) },
            (_, index) =>
              html`<i class=${
                index < blocksAhead * Math.min(24, lookahead) / Math.max(1, lookahead) ? "on" : ""
              }></i>`,
          )}
        </span>
        <span class="gauge-value">${blocksAhead}</span>
      </div>
      <p class="role-fault ${fault ? "role-fault-on" : ""}">Last fault: ${renderer.error || fault ||
        "none in 10 min"}</p>
    </article>
  `;
}

function nameOf({ name, rendererId }: ProcessState): string {
  return name === "renderer" && rendererId !== undefined ? `renderer ${rendererId}` : name;
}

/** The same picture again until some time has passed, or its cast is another one. */
function slowly(draw: (state: PageState) => string): (state: PageState) => string {
  return (state) => {
    const cast =
      state.live?.renderers.map(({ rendererId, role, state }) => `${rendererId}${role}${state}`).join() ?? "";
    const faults = state.timeline.length;
    const key = `${cast} ${faults} ${state.live?.output.heardRendererId}`;
    const nowMs = performance.now();
    if (kept && kept.key === key && kept.live && nowMs - kept.atMs < pictureMs) return kept.text;
    kept = { key, atMs: nowMs, text: draw(state), live: state.live !== undefined };
    return kept.text;
  };
}

let kept:
  | { readonly key: string; readonly atMs: number; readonly text: string; readonly live: boolean }
  | undefined;

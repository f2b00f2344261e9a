/** Keys to play by mouse, by touch with several fingers, and by the computer's keys. What is held is let go when the page loses focus. */
import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { drawnKeys, keyAction, letterOf, noteName, velocityAt } from "../figures/key_map.ts";
import { html } from "../html.ts";
import { useMayChange, usePage, useStore } from "../state/page_context.ts";

/** Velocity of the computer's keys, which do not tell how hard they are hit. */
const keyVelocity = 0.8;

/** The keyboard with its octave, instrument and pedal. */
export function Keyboard(): VNode {
  const { osc } = usePage();
  const mayChange = useMayChange();
  const instruments = useStore(({ patch }) => patch?.instruments ?? none);
  const [instrument, choose] = useState("");
  const [lowest, move] = useState(48);
  const [byKeys, playByKeys] = useState(true);
  const [isDown, press] = useState(false);
  const [held, show] = useState<readonly number[]>([]);
  /** What is held, by pointer or key: the note, and the address that it was played at. */
  const sounding = useRef(new Map<string, { readonly note: number; readonly at: string }>());
  const chosen = instruments.includes(instrument) ? instrument : instruments[0] ?? "";
  const octaves = matchMedia("(max-width: 700px)").matches ? 1 : 2;

  const release = (source: string) => {
    const sounded = sounding.current.get(source);
    if (!sounded) return;
    sounding.current.delete(source);
    const others = [...sounding.current.values()];
    if (!others.some(({ note, at }) => note === sounded.note && at === sounded.at)) {
      osc(`${sounded.at}/off`, { type: "i", value: sounded.note });
    }
    show(others.map(({ note }) => note));
  };
  const play = (source: string, note: number, velocity: number) => {
    if (!mayChange || chosen === "") return;
    release(source);
    const at = `/${chosen}`;
    sounding.current.set(source, { note, at });
    osc(`${at}/note`, { type: "i", value: note }, { type: "f", value: velocity });
    show([...sounding.current.values()].map(({ note }) => note));
  };
  const releaseAll = () => {
    if (sounding.current.size === 0 && !isDown) return;
    for (const source of [...sounding.current.keys()]) release(source);
    if (isDown) pedal(false);
  };
  const pedal = (down: boolean) => {
    press(down);
    if (chosen !== "") osc(`/${chosen}/pedal`, { type: "i", value: down ? 1 : 0 });
  };

  useEffect(() => {
    const onDown = (event: KeyboardEvent) => {
      if (
        !byKeys || event.repeat || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)
      ) return;
      const action = keyAction(event.code, lowest);
      if (!action) return;
      if (action.kind === "octave") move(Math.min(96, Math.max(0, lowest + 12 * action.by)));
      else play(`key ${event.code}`, action.note, keyVelocity);
    };
    const onUp = (event: KeyboardEvent) => release(`key ${event.code}`);
    addEventListener("keydown", onDown);
    addEventListener("keyup", onUp);
    addEventListener("blur", releaseAll);
    document.addEventListener("visibilitychange", releaseAll);
    return () => {
      removeEventListener("keydown", onDown);
      removeEventListener("keyup", onUp);
      removeEventListener("blur", releaseAll);
      document.removeEventListener("visibilitychange", releaseAll);
    };
  });
  // what is held when the keyboard leaves the page
  const last = useRef(releaseAll);
  last.current = releaseAll;
  useEffect(() => () => last.current(), []);

  const point = (event: PointerEvent) => {
    const key = document.elementFromPoint(event.clientX, event.clientY)?.closest<HTMLElement>("[data-note]");
    if (!key) return undefined;
    const { top, height } = key.getBoundingClientRect();
    return { note: Number(key.dataset.note), velocity: velocityAt((event.clientY - top) / height) };
  };
  const onPointer = (event: PointerEvent) => {
    const source = `pointer ${event.pointerId}`;
    if (event.type === "pointerup" || event.type === "pointercancel") return release(source);
    if (event.buttons === 0) return;
    const hit = point(event);
    if (event.type === "pointerdown") {
      event.preventDefault();
      (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
      if (hit) play(source, hit.note, hit.velocity);
      // a finger that slides plays the next key, and never the same one twice
    } else if (hit && sounding.current.get(source)?.note !== hit.note) play(source, hit.note, hit.velocity);
  };
  const onKey = (note: number) => (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    if (event.type === "keyup") release(`button ${note}`);
    else if (!event.repeat) play(`button ${note}`, note, keyVelocity);
  };
  return html`
    <section class="card keyboard" aria-labelledby="keyboard-title">
      <header class="card-head">
        <h2 id="keyboard-title">Keyboard</h2>
        ${instruments.length > 1 && html`
          <label>Instrument <select value=${chosen} onChange=${(event: Event) =>
            choose((event.target as HTMLSelectElement).value)}>
            ${instruments.map((name) => html`<option value=${name}>${name}</option>`)}
          </select></label>
        `}
        <span class="octave" role="group" aria-label="Octave">
          <button type="button" class="small" aria-label="Octave down" disabled=${lowest <= 0} onClick=${() =>
            move(Math.max(0, lowest - 12))}>−</button>
          <span>${noteName(lowest)}</span>
          <button type="button" class="small" aria-label="Octave up" disabled=${lowest >= 96} onClick=${() =>
            move(Math.min(96, lowest + 12))}>+</button>
        </span>
        <button type="button" class="small" aria-pressed=${isDown} disabled=${!mayChange} onClick=${() =>
          pedal(!isDown)}>Pedal</button>
        <label class="check"><input type="checkbox" checked=${byKeys} onChange=${(event: Event) =>
          playByKeys((event.target as HTMLInputElement).checked)} />Computer keys play</label>
      </header>
      <div class="keys ${mayChange
        ? ""
        : "keys-off"}" onPointerDown=${onPointer} onPointerMove=${onPointer} onPointerUp=${onPointer}
        onPointerCancel=${onPointer} onContextMenu=${(event: Event) => event.preventDefault()}>
        ${drawnKeys(lowest, octaves).map(({ note, isBlack, left, width }) =>
          html`
            <button type="button" key=${note} data-note=${note} disabled=${!mayChange}
              class="key ${isBlack ? "key-black" : "key-white"} ${held.includes(note) ? "key-held" : ""}"
              style=${{ left: `${left * 100}%`, width: `${width * 100}%` }} aria-label=${noteName(
                note,
              )} aria-pressed=${held.includes(note)}
              tabindex=${note === lowest ? 0 : -1}
              onKeyDown=${(event: KeyboardEvent) => step(event) || onKey(note)(event)} onKeyUp=${onKey(note)}>
              <span aria-hidden="true">${byKeys
                ? letterOf(note - lowest)
                : note % 12 === 0
                ? noteName(note)
                : ""}</span>
            </button>
          `
        )}
      </div>
      <p class="hint">Letters play, Z and X change the octave; lower on a key is louder. ${mayChange
        ? ""
        : "This seat may not play."}</p>
    </section>
  `;
}

const none: readonly string[] = [];

/** Whether letters go into a field. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement &&
    target.closest("input:not([type=range]):not([type=checkbox]), select, textarea") !== null;
}

/** Arrow keys go from key to key. */
function step(event: KeyboardEvent): boolean {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (by === undefined) return false;
  const note = Number((event.currentTarget as HTMLElement).dataset.note) + by;
  const next = (event.currentTarget as HTMLElement).parentElement?.querySelector<HTMLElement>(
    `[data-note="${note}"]`,
  );
  next?.focus();
  event.preventDefault();
  return true;
}

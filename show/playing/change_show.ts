import type { CueList } from "./cue_list.ts";
import { cueAfter } from "./cue_order.ts";
import type { ShowState } from "./show_state.ts";

/**
 * The state of a show that was edited while it plays: what runs goes on as it was started, and what follows it is that of the new
 * list. The playhead stays at its cue, or at the next one that is still there.
 */
export function changeShow(before: CueList, after: CueList, state: ShowState): ShowState {
  const isThere = (key: string) => Object.hasOwn(after.cues, key);
  const kept = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(record).filter(([key]) => isThere(key)));
  let playhead = state.playhead;
  while (playhead !== null && !isThere(playhead)) playhead = cueAfter(before, playhead);
  const changed = structuredClone(state);
  for (const cue of changed.running) cue.queue = cue.queue.filter(isThere);
  for (const [key, pool] of Object.entries(changed.pools)) changed.pools[key] = pool.filter(isThere);
  return {
    ...changed,
    playhead,
    armed: kept(changed.armed),
    loaded: kept(changed.loaded),
    pools: kept(changed.pools),
  };
}

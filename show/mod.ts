/**
 * What writes, reads and plays shows: `import { defineShow } from "understudy/show"`. Everything here is pure; it knows neither engine
 * nor clock.
 */
export { isBesideShow } from "./file/beside_show.ts";
export { defineShow } from "./file/define_show.ts";
export { maxShowBytes, type ReadShow, readShow } from "./file/read_show.ts";
export type { Cue, CueInput, Show, ShowInput } from "./file/show_file.ts";
export type { Place, ShowProblem } from "./file/show_problem.ts";
export { type Advance, advanceShow } from "./playing/advance_show.ts";
export { changeShow } from "./playing/change_show.ts";
export { checkShow, type FileFacts, mediaOf, type ShowFacts } from "./playing/check_show.ts";
export { type CompileOptions, compileShow, type Media } from "./playing/compile_show.ts";
export { cueSound } from "./playing/cue_sound.ts";
export { cueLength, cueText } from "./playing/cue_text.ts";
export type { CueList, ListedCue } from "./playing/cue_list.ts";
export { levelAt } from "./playing/level_ramp.ts";
export { nextDue } from "./playing/next_due.ts";
export { placeAt, planFrom, type PlanPart } from "./playing/playback_plan.ts";
export { runningCues, type RunningView } from "./playing/running_cues.ts";
export type { ShowAction } from "./playing/show_action.ts";
export type { ShowEvent } from "./playing/show_event.ts";
export { initialShowState, type ShowState } from "./playing/show_state.ts";

/** A show in the words in which QLab answers about cues: ids, types, and the values of one cue by their names. Pure. */
import type {
  CueView,
  RunningCueView,
  ShowListView,
  ShowStatusView,
} from "../../engine/control/show_view.ts";
import { qlabId } from "./qlab_id.ts";

/** Types of QLab's cues by our kinds. */
const types: Readonly<Record<string, string>> = {
  play: "Audio",
  note: "MIDI",
  patch: "Script",
  fade: "Fade",
  start: "Start",
  stop: "Stop",
  pause: "Pause",
  resume: "Start",
  wait: "Wait",
  goTo: "GoTo",
  group: "Group",
  osc: "Network",
  midi: "MIDI",
  timecode: "Timecode",
  devamp: "Devamp",
  arm: "Arm",
  disarm: "Disarm",
  memo: "Memo",
};

/** Modes of QLab's groups by the first word of ours; a timeline otherwise. */
const groupModes: Readonly<Record<string, number>> = { sequence: 1, simultaneous: 3, random: 4, playlist: 6 };

const continueModes = { none: 0, "auto-continue": 1, "auto-follow": 2 } as const;

/** What a question about one cue may ask for, in the order of its documentation. */
export const cueQuestions = [
  ...[
    "uniqueID",
    "number",
    "name",
    "listName",
    "displayName",
    "defaultName",
    "type",
    "notes",
    "colorName",
    "color",
  ],
  ...["armed", "flagged", "autoLoad", "continueMode", "mode", "parent", "fileTarget", "hasFileTargets"],
  ...[
    "hasCueTargets",
    "preWait",
    "postWait",
    "duration",
    "currentDuration",
    "isRunning",
    "isPaused",
    "isLoaded",
  ],
  ...[
    "isBroken",
    "isWarning",
    "isOverridden",
    "isAuditioning",
    "isActionRunning",
    "isPanicking",
    "actionElapsed",
  ],
  ...["percentActionElapsed", "preWaitElapsed", "percentPreWaitElapsed", "postWaitElapsed"],
  ...["percentPostWaitElapsed", "startTime", "infiniteLoop", "holdLastFrame", "allowsEditingDuration"],
  ...["cartPosition", "children", "children/shallow", "children/uniqueIDs", "children/uniqueIDs/shallow"],
  ...["playhead", "playheadID", "playheadId", "playbackPosition", "playbackPositionID", "playbackPositionId"],
] as const;
export type CueQuestion = typeof cueQuestions[number];

/** The form in which QLab lists a cue. */
export interface ListedQlabCue {
  readonly uniqueID: string;
  readonly number: string;
  readonly name: string;
  readonly listName: string;
  readonly type: string;
  readonly colorName: string;
  readonly flagged: boolean;
  readonly armed: boolean;
  readonly cues?: readonly ListedQlabCue[];
}

/** One cue of the list, or the list itself. */
export type QlabCue = CueView | "list";

export class QlabCues {
  readonly list: ShowListView;
  readonly workspaceId: string;
  readonly listId: string;
  readonly #byId = new Map<string, QlabCue>();
  readonly #children = new Map<string | undefined, CueView[]>();

  constructor(list: ShowListView) {
    this.list = list;
    this.workspaceId = qlabId(`workspace ${list.file}`);
    this.listId = qlabId(`list ${list.file}`);
    this.#byId.set(this.listId, "list");
    for (const cue of list.cues) {
      this.#byId.set(qlabId(cue.key), cue);
      const siblings = this.#children.get(cue.parentKey);
      if (siblings === undefined) this.#children.set(cue.parentKey, [cue]);
      else siblings.push(cue);
    }
  }

  idOf(cue: QlabCue): string {
    return cue === "list" ? this.listId : qlabId(cue.key);
  }

  byId(id: string): QlabCue | undefined {
    return this.#byId.get(id);
  }

  byKey(key: string): CueView | undefined {
    const found = this.#byId.get(qlabId(key));
    return found === "list" ? undefined : found;
  }

  childrenOf(cue: QlabCue): readonly CueView[] {
    return this.#children.get(cue === "list" ? undefined : cue.key) ?? [];
  }

  /** @param depth groups in which cues are listed as well; Infinity: all */
  listed(cue: QlabCue, status: ShowStatusView, depth: number): ListedQlabCue {
    const own = {
      uniqueID: this.idOf(cue),
      number: cue === "list" ? "" : cue.number ?? "",
      name: nameOf(cue, this.list),
      listName: nameOf(cue, this.list),
      type: cue === "list" ? "Cue List" : types[cue.kind] ?? "Memo",
      colorName: cue === "list" ? "none" : cue.colour,
      flagged: false,
      armed: isArmed(cue, status),
    };
    const isGroup = cue === "list" || cue.kind === "group";
    if (!isGroup || depth <= 0) return own;
    return { ...own, cues: this.childrenOf(cue).map((child) => this.listed(child, status, depth - 1)) };
  }

  /** The answer to one question about a cue. */
  valueOf(question: CueQuestion, cue: QlabCue, status: ShowStatusView): unknown {
    const listed = this.listed(cue, status, 0);
    const view = cue === "list" ? undefined : cue;
    const running = view === undefined ? undefined : status.running.find(({ key }) => key === view.key);
    const times = timesOf(view, running, status);
    switch (question) {
      case "uniqueID":
      case "number":
      case "name":
      case "listName":
      case "type":
      case "colorName":
      case "flagged":
      case "armed":
        return listed[question];
      case "displayName":
      case "defaultName":
        return listed.listName;
      case "color":
        return listed.colorName;
      case "notes":
        return view?.notes ?? this.list.notes;
      case "continueMode":
        return view === undefined ? 0 : continueModes[view.continue];
      case "mode":
        return view?.kind === "group" ? groupModes[view.text.split(" ")[0]] ?? 3 : 0;
      case "parent":
        return view === undefined ? "" : view.parentKey === undefined ? this.listId : qlabId(view.parentKey);
      case "fileTarget":
        return view?.file ?? "";
      case "hasFileTargets":
        return view?.file !== undefined;
      case "hasCueTargets":
        return ["fade", "start", "stop", "pause", "resume", "goTo", "devamp", "arm", "disarm"]
          .includes(view?.kind ?? "");
      case "preWait":
        return view?.preWaitSeconds ?? 0;
      case "postWait":
        return view?.postWaitSeconds ?? 0;
      case "duration":
      case "currentDuration":
        return view?.lengthSeconds ?? 0;
      case "infiniteLoop":
        return running?.loop?.of === null;
      case "isRunning":
        return view === undefined ? status.running.length > 0 : running !== undefined && !running.paused;
      case "isPaused":
        return view === undefined ? status.paused : running?.paused === true;
      case "isActionRunning":
        return running !== undefined && !running.paused && running.stage !== "preWait";
      case "isPanicking":
        return status.panicUntilFrame !== null && running !== undefined;
      case "actionElapsed":
      case "percentActionElapsed":
      case "preWaitElapsed":
      case "percentPreWaitElapsed":
      case "postWaitElapsed":
      case "percentPostWaitElapsed":
        return times[question];
      case "startTime":
        return 0;
      case "autoLoad":
      case "isLoaded":
      case "isBroken":
      case "isWarning":
      case "isOverridden":
      case "isAuditioning":
      case "holdLastFrame":
      case "allowsEditingDuration":
        return false;
      case "cartPosition":
        return [0, 0];
      case "children":
        return this.childrenOf(cue).map((child) => this.listed(child, status, Infinity));
      case "children/shallow":
        return this.childrenOf(cue).map((child) => this.listed(child, status, 0));
      case "children/uniqueIDs":
        return this.childrenOf(cue).map((child) => idsOf(this.listed(child, status, Infinity)));
      case "children/uniqueIDs/shallow":
        return this.childrenOf(cue).map((child) => ({ uniqueID: this.idOf(child) }));
      case "playhead":
      case "playbackPosition":
        return status.playhead === null ? "none" : this.byKey(status.playhead)?.number ?? "";
      case "playheadID":
      case "playheadId":
      case "playbackPositionID":
      case "playbackPositionId":
        return this.playheadId(status);
    }
  }

  /** Id of the cue that GO starts, or `none`. */
  playheadId({ playhead }: ShowStatusView): string {
    return playhead === null ? "none" : qlabId(playhead);
  }
}

/** Ids alone, in the shape of the list. */
export function idsOf({ uniqueID, cues }: ListedQlabCue): unknown {
  return cues === undefined ? { uniqueID } : { uniqueID, cues: cues.map(idsOf) };
}

function nameOf(cue: QlabCue, list: ShowListView): string {
  return cue === "list" ? list.name === "" ? "Main Cue List" : list.name : cue.name;
}

function isArmed(cue: QlabCue, { armed }: ShowStatusView): boolean {
  if (cue === "list") return true;
  return Object.hasOwn(armed, cue.key) ? armed[cue.key] : cue.armed;
}

/** Seconds and shares of the waits and the action of a running cue. */
function timesOf(cue: CueView | undefined, running: RunningCueView | undefined, status: ShowStatusView) {
  const share = (seconds: number, of: number | null) =>
    of === null || of === 0 ? 0 : Math.min(1, seconds / of);
  const since = (frame: number) => Math.max(0, (status.frame - frame) / status.sampleRateHz);
  const isIn = (stage: RunningCueView["stage"]) => running?.stage === stage;
  const preWait = running === undefined
    ? 0
    : Math.min(cue?.preWaitSeconds ?? 0, since(running.startedAtFrame));
  const action = running === undefined || isIn("preWait") ? 0 : since(running.deedAtFrame);
  const elapsed = Math.min(action, cue?.lengthSeconds ?? action);
  const postWait = running !== undefined && isIn("postWait") && running.endsAtFrame !== null
    ? Math.max(0, (cue?.postWaitSeconds ?? 0) - (running.endsAtFrame - status.frame) / status.sampleRateHz)
    : 0;
  return {
    preWaitElapsed: preWait,
    percentPreWaitElapsed: share(preWait, cue?.preWaitSeconds ?? null),
    actionElapsed: action,
    percentActionElapsed: share(elapsed, cue?.lengthSeconds ?? null),
    postWaitElapsed: postWait,
    percentPostWaitElapsed: share(postWait, cue?.postWaitSeconds ?? null),
  };
}

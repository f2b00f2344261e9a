/**
 * A show by the plainest means, for the comparison with `advanceShow`: it goes on frame by frame, and each cue counts down. It knows
 * files with an end, waits, stops, groups whose cues start together or one after the other, the waits and continuations of all of
 * them, GO, stop, pause, resume and panic. Nothing looks ahead, and nothing is computed from an absolute frame.
 */
import type { CueList, ListedCue } from "../../show/playing/cue_list.ts";

export type ModelEvent = "go" | "stop" | "pause" | "resume" | "panic";

/** What a show has to have done: begins, ends and stops of cues, by their keys. */
export interface ModelMark {
  readonly frame: number;
  readonly cue: string;
  readonly what: "cueBegins" | "cueEnds" | "cueStops";
}

interface Node {
  readonly cue: ListedCue;
  readonly group: Node | null;
  phase: "before" | "in" | "fading" | "after" | "gone";
  /** Frames that are left of the phase; Infinity: something else ends it. */
  left: number;
  /** Frames up to the next cue of an auto-continue; Infinity: none. */
  next: number;
  paused: boolean;
  queue: string[];
  wentOn: boolean;
}

export class ShowModel {
  readonly marks: ModelMark[] = [];
  #frame = 0;
  #nodes: Node[] = [];
  #playhead: number;
  #sinceGo = Infinity;
  #panicLeft = 0;

  constructor(readonly list: CueList) {
    this.#playhead = 0;
  }

  get playhead(): string | null {
    return this.list.order[this.#playhead] ?? null;
  }

  /** Cues that are before or in their deeds or fade, in the order of their starts. */
  get running(): readonly string[] {
    return this.#nodes.map(({ cue }) => cue.key);
  }

  /** Goes on by one frame. */
  tick(): void {
    this.#frame++;
    this.#sinceGo++;
    if (this.#panicLeft > 0) this.#panicLeft--;
    for (const node of this.#nodes) {
      if (node.paused) continue;
      node.left--;
      node.next--;
    }
    this.settle();
  }

  /** Does what is due: first ends, then continuations, then beginnings, one at a time. */
  settle(): void {
    for (;;) {
      const free = this.#nodes.filter(({ paused }) => !paused);
      const ended = free.find(({ phase, left }) => (phase === "in" || phase === "fading") && left <= 0);
      const goesOn = free.find(({ next }) => next <= 0);
      const begins = free.find(({ phase, left }) => phase === "before" && left <= 0);
      if (ended) this.#end(ended);
      else if (goesOn) this.#follow(goesOn);
      else if (begins) this.#begin(begins);
      else return;
    }
  }

  happen(event: ModelEvent): void {
    if (event === "go") this.#go();
    if (event === "pause") this.#nodes.forEach((node) => this.#pause(node));
    if (event === "resume") this.#nodes.forEach((node) => node.paused = false);
    if (event === "stop") this.#tops().forEach((node) => this.#stop(node, undefined));
    if (event === "panic") {
      const fade = this.#panicLeft > 0 ? 0 : this.list.panic;
      this.#panicLeft = this.#panicLeft > 0 ? 0 : this.list.panic;
      this.#tops().forEach((node) => this.#stop(node, fade));
    }
    this.settle();
  }

  #go(): void {
    if (this.#sinceGo < this.list.goGuard || this.playhead === null) return;
    this.#sinceGo = 0;
    this.#start(this.playhead, null);
    while (this.playhead !== null && this.list.cues[this.playhead].continuation !== "none") this.#playhead++;
    this.#playhead++;
  }

  #start(key: string, group: Node | null): boolean {
    const same = this.#nodes.find(({ cue, phase }) =>
      cue.key === key && (phase === "before" || phase === "in")
    );
    if (same) {
      this.#family(same).forEach((node) => node.paused = false);
      return false;
    }
    const cue = this.list.cues[key];
    this.#nodes.push({
      ...{ cue, group, phase: "before", left: cue.preWait, next: Infinity, paused: false },
      ...{ queue: [], wentOn: false },
    });
    return true;
  }

  #begin(node: Node): void {
    const { cue } = node;
    node.phase = "in";
    node.left = 0;
    if (cue.continuation === "auto-continue" && this.#mayFollow(node)) node.next = cue.postWait;
    if (!cue.armed) return;
    this.#mark(node, "cueBegins");
    const { deed } = cue;
    if (deed.kind === "play") node.left = deed.parts[0].to! - deed.parts[0].from;
    if (deed.kind === "wait") node.left = deed.frames;
    if (deed.kind === "stop") {
      this.#nodes.filter((each) => each.cue.key === deed.target && each !== node)
        .forEach((each) => this.#stop(each, deed.fade ?? undefined));
    }
    if (deed.kind === "group") {
      node.left = Infinity;
      if (deed.mode === "simultaneous") deed.children.forEach((key) => this.#start(key, node));
      else {
        node.queue = [...deed.children];
        this.#nextOf(node);
      }
      if (!this.#nodes.some(({ group }) => group === node)) node.left = 0;
    }
  }

  #nextOf(group: Node): void {
    while (group.phase === "in" && group.queue.length > 0) {
      if (this.#start(group.queue.shift()!, group)) return;
    }
  }

  #end(node: Node): void {
    if (node.phase === "fading") return this.#drop(node);
    const { cue } = node;
    if (cue.armed) this.#mark(node, "cueEnds");
    node.phase = "after";
    node.left = Infinity;
    if (node.next !== Infinity) return;
    const goesOn = !node.wentOn && this.#mayFollow(node) &&
      (cue.continuation === "auto-follow" || node.group !== null);
    if (!goesOn) this.#drop(node);
    else if (cue.postWait > 0) node.next = cue.postWait;
    else this.#follow(node);
  }

  #mayFollow({ group }: Node): boolean {
    return group === null || (group.cue.deed.kind === "group" && group.cue.deed.mode === "sequence");
  }

  #follow(node: Node): void {
    node.next = Infinity;
    node.wentOn = true;
    if (node.group !== null) this.#nextOf(node.group);
    else {
      const { order } = this.list;
      const at = order.indexOf(node.cue.key);
      if (at >= 0 && at + 1 < order.length) this.#start(order[at + 1], null);
    }
    if (node.phase === "after") this.#drop(node);
  }

  #drop(node: Node): void {
    this.#nodes = this.#nodes.filter((each) => each !== node);
    const { group } = node;
    if (group === null || this.#nodes.some((each) => each.group === group)) return;
    if (group.phase === "fading") this.#drop(group);
    else if (group.phase === "in") group.left = 0;
  }

  #stop(node: Node, fade: number | undefined): void {
    const { deed } = node.cue;
    const isGroup = deed.kind === "group";
    if (node.phase === "fading" && !isGroup) {
      if (fade !== undefined && fade < node.left) node.left = fade;
      if (node.left <= 0) this.#drop(node);
      return;
    }
    if (node.phase !== "fading") {
      this.#mark(node, "cueStops");
      const { group } = node;
      if (group !== null && group.phase === "in" && this.#mayFollow(node)) {
        Object.assign(group, { phase: "fading", left: Infinity, next: Infinity, queue: [] });
      }
    }
    if (isGroup) {
      Object.assign(node, { phase: "fading", left: Infinity, next: Infinity, queue: [], paused: false });
      const children = this.#nodes.filter(({ group }) => group === node);
      children.forEach((child) => this.#stop(child, fade));
      if (children.length === 0) this.#drop(node);
      return;
    }
    node.next = Infinity;
    if (deed.kind !== "play" || node.phase !== "in") return this.#drop(node);
    const frames = node.paused ? 0 : Math.min(fade ?? deed.fadeOut, node.left);
    if (frames === 0) return this.#drop(node);
    node.phase = "fading";
    node.left = frames;
  }

  #pause(node: Node): void {
    if (node.phase !== "fading") node.paused = true;
  }

  #tops(): Node[] {
    return this.#nodes.filter(({ group }) => group === null);
  }

  #family(node: Node): Node[] {
    return [
      node,
      ...this.#nodes.filter(({ group }) => group === node).flatMap((child) => this.#family(child)),
    ];
  }

  #mark({ cue }: Node, what: ModelMark["what"]): void {
    this.marks.push({ frame: this.#frame, cue: cue.key, what });
  }
}

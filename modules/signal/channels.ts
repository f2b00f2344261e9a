import { floatSource, Signal, type Unit } from "./signal.ts";
import { constantNode, makeNode } from "./source.ts";

/** One channel in all channels. Main mix only. */
export function channel<U extends Unit>(signal: Signal<U>, index: number): Signal<U> {
  return new Signal(makeNode({ op: "lane", type: "f32", args: [signal.source], attribute: index }));
}

/** Puts the first channel of each signal side by side. Main mix only. */
export function channels(...signals: readonly (Signal<"1"> | number)[]): Signal<"1"> {
  if (signals.length < 1 || signals.length > 4) {
    throw new RangeError(`channels: expected 1 to 4 signals, found ${signals.length}`);
  }
  const sources = signals.map((signal, index) =>
    // the node takes lane `index` of each source, so the first channel must be there
    index === 0 ? floatSource(signal) : makeNode({ op: "lane", type: "f32", args: [floatSource(signal)] })
  );
  while (sources.length < 4) sources.push(constantNode("f32", 0));
  return new Signal(makeNode({ op: "lanes", type: "f32", args: sources }));
}

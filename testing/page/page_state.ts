import type { ChannelMeter, RendererState } from "../../dashboard/protocol.ts";
import { emptyState, type PageState } from "../../dashboard/page/state/store.ts";

/** A page that was told a moment ago, at 0 ms, of an engine that plays through JACK and in which everything is well. */
export function pageState(): PageState {
  const moment = { unixMs: 1_800_000_000_000, frame: 480_000 };
  const meter: ChannelMeter = { peakDb: -6, rmsDb: -18, holdDb: -5, maxDb: -3, overs: 0 };
  const roles = ["primary", "standby", "spare", "reserve"] as const;
  const renderers = roles.map((role, index): RendererState => ({
    ...{
      seat: index,
      rendererId: index + 1,
      role,
      state: "running",
      isAway: false,
      blocksAhead: 4,
      load: 0.2,
    },
    ...{ voices: 1, threadId: 1, realTimePriority: 70, error: "" },
  }));
  return {
    ...emptyState,
    contact: { state: "open", heardMs: 0, farewell: "" },
    access: { seat: "change", reason: "", problem: "" },
    clockOffsetMs: moment.unixMs,
    hello: {
      ...{
        type: "hello",
        ...moment,
        protocol: 1,
        version: "test",
        hostname: "stage",
        runId: "one",
        outputNames: [],
      },
      ...{ sampleRateHz: 48_000, blockFrames: 128, channels: 2, isolation: "threads" },
      access: { seat: "change", reason: "" },
      faults: { kinds: ["kill"], targets: ["primary"] },
    },
    patch: {
      type: "patch",
      name: "keys",
      parameters: [{
        ...{ address: "master/gainDb", unit: "dB", min: -60, max: 6, default: 0, curve: "linear" },
        ...{ smoothingSeconds: 0.02, description: "level of the output", value: -6 },
      }],
      instruments: ["keys"],
      patches: ["keys", "piano"],
    },
    values: [-6],
    status: {
      ...{ type: "status", ...moment, voices: [1], problems: [], session: "" },
      status: {
        ...{
          state: "running",
          unheard: "",
          driver: "jack",
          device: "system",
          latencyMs: 10.7,
          patch: "keys",
        },
        ...{ sampleRateHz: 48_000, blockFrames: 128, lookaheadBlocks: 4, block: 3_750, agreeingRenderers: 3 },
        rendererIds: { primary: 1, standby: 2, spare: 3 },
      } as NonNullable<PageState["status"]>["status"],
    },
    live: {
      ...{ type: "live", ...moment, meters: [meter, meter], renderers, callbackLoad: 0.01 },
      output: { isStreaming: true, isRendered: true, silentSeconds: 0, heardRendererId: 1 },
      processes: [{ name: "control", pid: 1, isAlive: true, restarts: 0 }],
      counters: {} as NonNullable<PageState["live"]>["counters"],
    },
  };
}

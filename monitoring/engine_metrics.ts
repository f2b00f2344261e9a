/**
 * What Prometheus reads of an engine. Names follow its conventions (https://prometheus.io/docs/practices/naming/): base units,
 * `_total` for counters. No label has values that come from outside, so the number of series is bounded.
 */
import type {
  DegradedPart,
  Distribution,
  EngineMeasures,
  EngineStatus,
  FaultCause,
  JournalState,
  RecorderStatus,
  RecordingState,
  SilenceKind,
} from "../engine/control/control.ts";
import type { MetricFamily, MetricSample } from "./metric_family.ts";
import { readiness } from "./readiness.ts";

export interface MetricSources {
  readonly status: EngineStatus;
  readonly measures: EngineMeasures;
  /** Counts of packets and losses, and those of the MIDI input, as `/status` has them. */
  readonly osc: Readonly<Record<string, number>>;
  readonly midi: Readonly<Record<string, number>>;
  readonly version: string;
  readonly process: {
    readonly startSeconds: number;
    readonly cpuSeconds: number;
    readonly residentBytes: number;
  };
}

type Values<T extends string> = Readonly<Record<T, true>>;

/** Complete by their types. */
const states: Values<EngineStatus["state"]> = {
  starting: true,
  running: true,
  silent: true,
  unheard: true,
  "waiting for device": true,
  stopping: true,
  stopped: true,
};
const drivers: Values<EngineStatus["driver"]> = { jack: true, portaudio: true, rtp: true, clock: true };
const parts: Values<DegradedPart> = {
  recording: true,
  recorder: true,
  state: true,
  device: true,
  realTime: true,
  watchdog: true,
  isolation: true,
  clients: true,
  standstill: true,
  streams: true,
  output: true,
};
const causes: Values<FaultCause> = {
  exit: true,
  throw: true,
  trap: true,
  oom: true,
  hang: true,
  late: true,
  divergence: true,
  stale: true,
  start: true,
};
const kinds: Values<SilenceKind> = { digital: true, dc: true, level: true };
const recorders: Values<RecorderStatus["state"]> = { off: true, recording: true, failed: true };
const journals: Values<JournalState> = { off: true, starting: true, current: true, failed: true };
const recordings: Values<RecordingState> = { off: true, current: true, ended: true };

/** Counters of the callback: name in the shared memory, metric, meaning. */
const callbackCounters: readonly (readonly [string, string, string])[] = [
  ["callbacks", "callbacks_total", "Calls of the audio callback."],
  ["frames", "frames_total", "Frames handed to the device, or to the clock in its place."],
  ["rescuedBlocks", "rescued_blocks_total", "Blocks taken from another renderer than the primary, in time."],
  [
    "concealedBlocks",
    "concealed_blocks_total",
    "Blocks that no renderer had in time: what was heard was faded.",
  ],
  ["concealedFrames", "concealed_frames_total", "Frames of concealed blocks."],
  ["nonFiniteSamples", "non_finite_samples_total", "Samples that were no numbers, replaced by zero."],
  [
    "tornBlocks",
    "torn_blocks_total",
    "Blocks whose samples did not match their checksum; another one was taken.",
  ],
  ["outvotedBlocks", "outvoted_blocks_total", "Blocks in which the primary lost the vote."],
  ["undecidedBlocks", "undecided_blocks_total", "Blocks in which renderers differed without a majority."],
  ["overSamples", "over_samples_total", "Samples that the patch made beyond full scale, before the ceiling."],
  ["limitedSamples", "limited_samples_total", "Samples that the ceiling made smaller."],
  ["refusedInputSamples", "refused_input_samples_total", "Captured samples that were taken as silence."],
];

const hostXruns: readonly (readonly [string, string, string])[] = [
  ["outputUnderflows", "output", "underflow"],
  ["outputOverflows", "output", "overflow"],
  ["inputUnderflows", "input", "underflow"],
  ["inputOverflows", "input", "overflow"],
];

/** Everything that a scrape answers. */
export function engineMetrics(sources: MetricSources): MetricFamily[] {
  return [
    ...stateMetrics(sources),
    ...callbackMetrics(sources.measures),
    ...rendererMetrics(sources),
    ...commandMetrics(sources),
    ...outputMetrics(sources.status),
    ...deviceMetrics(sources.status),
    ...rtpMetrics(sources.status),
    ...processMetrics(sources),
  ];
}

function stateMetrics({ status, version }: MetricSources): MetricFamily[] {
  const degraded = status.degraded.split(" ");
  return [
    gauge("build_info", "Constant 1; the labels say what runs.", [{
      labels: { version, runtime: `deno ${Deno.version.deno}`, isolation: status.isolation },
      value: 1,
    }]),
    gauge("ready", "1 while sound goes out, as /readyz judges it.", [{
      value: Number(readiness(status).ok),
    }]),
    gauge("state", "1 for the state that the engine is in.", oneOf("state", states, status.state)),
    gauge(
      "degraded",
      "1 for each part that is worse than it should be; /status and the log say why.",
      Object.keys(parts).map((part) => ({ labels: { part }, value: Number(degraded.includes(part)) })),
    ),
    gauge(
      "journal",
      "1 for what is kept on the disk for the next start.",
      oneOf("state", journals, status.journal),
    ),
    gauge("recording", "1 for what the session file is.", oneOf("state", recordings, status.recording)),
    gauge("recorder", "1 for what the recorder of sound does.", oneOf("state", recorders, status.rec.state)),
    gauge("recorder_seconds", "Sound in the file of the recording.", [{ value: status.rec.seconds }]),
    gauge("recorder_waiting_seconds", "Recorded sound that waits for the disk.", [
      { value: status.rec.waitingSeconds },
    ]),
    gauge("recorder_lost_frames", "Frames of the recording that are silence because the disk was too slow.", [
      { value: status.rec.lostFrames },
    ]),
  ];
}

function callbackMetrics({ counters, ...measures }: EngineMeasures): MetricFamily[] {
  return [
    ...callbackCounters.map(([name, metric, help]) => counter(metric, help, [{ value: counters[name] }])),
    counter(
      "host_xruns_total",
      "Blocks that the sound system itself says it lost.",
      hostXruns.map(([name, stream, kind]) => ({ labels: { stream, kind }, value: counters[name] })),
    ),
    histogram(
      "callback_duration_seconds",
      "Time in a call of the audio callback.",
      measures.callbackDuration,
    ),
    histogram(
      "callback_interval_seconds",
      "Time from one call of the audio callback to the next; its spread is the jitter of the sound system.",
      measures.callbackInterval,
    ),
    gauge(
      "callback_duration_max_seconds",
      "The longest call since the start.",
      some(measures.longestCallbackSeconds),
    ),
    gauge(
      "callback_interval_max_seconds",
      "The longest time between two calls since the start.",
      some(measures.longestIntervalSeconds),
    ),
    histogram(
      "render_seconds",
      "Processor time that a renderer takes for a block, as a mean over a tenth of a second.",
      measures.renderTime,
    ),
  ];
}

function rendererMetrics({ status }: MetricSources): MetricFamily[] {
  return [
    gauge("renderers_in_lockstep", "Renderers that could play the next block.", [
      { value: status.renderersInLockstep },
    ]),
    gauge("renderers_agreeing", "Renderers whose last block was compared and is that of another.", [
      { value: status.agreeingRenderers },
    ]),
    counter("renderer_replacements_total", "Renderers that were started in place of others.", [
      { value: status.replacements },
    ]),
    counter(
      "renderer_faults_total",
      "Renderers lost, by cause.",
      Object.keys(causes).map((cause) => ({ labels: { cause }, value: status.faults[cause] ?? 0 })),
    ),
    counter("wrong_blocks_total", "Blocks that were heard as a broken renderer had made them.", [
      { value: status.wrongBlocks },
    ]),
    gauge(
      "poisoned_voices",
      "Voices that the present renderers have silenced because they gave no numbers.",
      [
        { value: status.poisonedVoices },
      ],
    ),
    gauge("voices", "Voices that sound.", [{ value: status.voices }]),
    gauge("voice_limit", "Voices that may sound; 0: all of the patch.", [{ value: status.voiceLimit }]),
    gauge("lookahead_blocks", "Blocks that renderers run ahead of the device.", [
      { value: status.lookaheadBlocks },
    ]),
    counter("watchdog_demotions_total", "Renderers that lost their real-time priority to the watchdog.", [
      { value: status.realTime.demotions },
    ]),
  ];
}

function commandMetrics({ status, osc, midi }: MetricSources): MetricFamily[] {
  const { packets, waiting, senders, refusedMessages, ...losses } = osc;
  return [
    counter("late_commands_total", "Commands that came too late for their time and sounded at once.", [
      { value: status.lateCommands },
    ]),
    counter("refused_commands_total", "Commands that were refused because there was no room for them.", [
      { value: status.refusedCommands },
    ]),
    counter("quarantined_commands_total", "Commands that broke every renderer and are skipped permanently.", [
      { value: status.quarantinedCommands },
    ]),
    gauge("waiting_commands", "Commands that wait for their time.", [{ value: status.waitingCommands }]),
    counter("osc_packets_total", "Packets of OSC received.", [{ value: packets }]),
    counter("osc_refused_messages_total", "Messages of OSC that were refused; the log says why.", [
      { value: refusedMessages },
    ]),
    counter(
      "osc_lost_total",
      "Packets, answers and clients of OSC that were lost, by reason.",
      Object.entries(losses).map(([reason, value]) => ({ labels: { reason }, value })),
    ),
    gauge("osc_waiting_packets", "Packets that wait for their turn.", [{ value: waiting }]),
    gauge("osc_senders", "Senders that are remembered.", [{ value: senders }]),
    counter(
      "midi_messages_total",
      "MIDI messages, by what became of them.",
      ["messages", "refused", "lost", "ignored", "late"].filter((name) => name in midi)
        .map((name) => ({ labels: { result: name === "messages" ? "played" : name }, value: midi[name] })),
    ),
  ];
}

function outputMetrics({ outputs, silentSeconds, unpatched }: EngineStatus): MetricFamily[] {
  const nowhere = unpatched.split(" ");
  return [
    gauge(
      "output_unpatched",
      "1 for an output that leads nowhere, because no cable or no channel of the device is there.",
      Object.keys(outputs).map((output) => ({ labels: { output }, value: Number(nowhere.includes(output)) })),
    ),
    gauge(
      "output_silence_seconds",
      "Time since the last sound of an output, measured in frames that were handed to the device.",
      Object.entries(silentSeconds).map(([output, value]) => ({ labels: { output }, value })),
    ),
    gauge(
      "output_silent",
      "1 for an output that was silent for UNDERSTUDY_SILENCE_SECONDS, by what it gives instead of sound.",
      Object.entries(outputs).filter(([, state]) => state !== "off").flatMap(([output, state]) =>
        Object.keys(kinds).map((kind) => ({ labels: { output, kind }, value: Number(kind === state) }))
      ),
    ),
  ];
}

function deviceMetrics(status: EngineStatus): MetricFamily[] {
  return [
    gauge("driver", "1 for what calls for sound.", oneOf("driver", drivers, status.driver)),
    gauge("callback_age_seconds", "Time since the device has asked for sound.", [
      { value: status.callbackAgeMs / 1_000 },
    ]),
    counter("device_losses_total", "Times that the device was lost.", [{ value: status.deviceLosses }]),
    gauge("device_attempts", "Attempts to open the lost device again; 0 while it plays.", [
      { value: status.deviceAttempts },
    ]),
    counter("unheard_frames_total", "Frames that the clock took because the device was lost.", [
      { value: status.unheardFrames },
    ]),
    gauge("latency_seconds", "From a command to the output of the device, as the device states it.", [
      { value: status.latencyMs / 1_000 },
    ]),
    gauge("sample_rate_hertz", "Frames in a second.", [{ value: status.sampleRateHz }]),
    gauge("block_frames", "Frames of a block.", [{ value: status.blockFrames }]),
    gauge("period_frames", "Frames that the device takes at once; 0: not known.", [
      { value: status.periodFrames },
    ]),
  ];
}

function rtpMetrics({ rtp }: EngineStatus): MetricFamily[] {
  if (rtp === undefined) return [];
  return [
    counter("rtp_packets_total", "Packets of RTP that were sent, of all streams and legs.", [{
      value: rtp.packets,
    }]),
    counter("rtp_failed_packets_total", "Packets of RTP that the system refused.", [{
      value: rtp.failedPackets,
    }]),
    counter("rtp_late_packets_total", "Packets of RTP that left later than the time that one holds.", [{
      value: rtp.latePackets,
    }]),
    counter(
      "rtp_skipped_frames_total",
      "Frames that were due longer ago than half the lookahead, and not sent.",
      [
        {
          value: rtp.skippedFrames,
        },
      ],
    ),
    gauge("rtp_clock_error_seconds", "The common clock less the times that packets are sent by.", [{
      value: rtp.clockErrorMs / 1_000,
    }]),
    counter("rtp_clock_steps_total", "Steps of the common clock that were seen.", [{
      value: rtp.clockSteps,
    }]),
  ];
}

function processMetrics({ status, process }: MetricSources): MetricFamily[] {
  return [
    counter("lost_frames_total", "Frames that passed while no stage process played.", [
      { value: status.lostFrames },
    ]),
    counter("stage_restarts_total", "Stage processes that were started in place of a lost one.", [
      { value: status.stageRestarts },
    ]),
    counter("control_restarts_total", "Control processes that were started in place of a lost one.", [
      { value: status.controlRestarts },
    ]),
    gauge("stream_players", "Players of streams that have a file.", [{ value: status.players }]),
    counter(
      "stream_late_blocks_total",
      "Blocks in which a player was silent because its file was not read in time.",
      [{ value: status.lateStreamBlocks }],
    ),
    counter("standstills_total", "Times that the process did not run for a second or more.", [
      { value: status.standstills },
    ]),
    counter("standstill_seconds_total", "Time that the process did not run, in all of them.", [
      { value: status.standstillMs / 1_000 },
    ]),
    gauge("real_time_priority", "Real-time priority of the threads; 0: the normal class.", [
      { labels: { thread: "callback" }, value: status.realTime.callback },
      { labels: { thread: "renderer" }, value: status.realTime.renderers },
    ]),
    gauge("memory_locked", "1 where the memory of the sound cannot be paged out.", [
      { value: Number(status.realTime.memoryLocked) },
    ]),
    // the names that every client of Prometheus gives
    {
      name: "process_start_time_seconds",
      help: "Start of the process since 1970.",
      type: "gauge",
      samples: [{ value: process.startSeconds }],
    },
    {
      name: "process_cpu_seconds_total",
      help: "Processor time of the process.",
      type: "counter",
      samples: [{ value: process.cpuSeconds }],
    },
    {
      name: "process_resident_memory_bytes",
      help: "Memory of the process that is not paged out.",
      type: "gauge",
      samples: [{ value: process.residentBytes }],
    },
  ];
}

const counter = (name: string, help: string, samples: readonly MetricSample[]) =>
  family("counter", name, help, samples);
const gauge = (name: string, help: string, samples: readonly MetricSample[]) =>
  family("gauge", name, help, samples);

function family(
  type: MetricFamily["type"],
  name: string,
  help: string,
  samples: readonly MetricSample[],
): MetricFamily {
  return { name: `understudy_${name}`, help, type, samples };
}

/** A value that may not be known. */
function some(value: number | undefined): MetricSample[] {
  return value === undefined ? [] : [{ value }];
}

/** A series for each value that there may be, 1 for the present one. */
function oneOf<T extends string>(label: string, values: Values<T>, present: T): MetricSample[] {
  return Object.keys(values).map((value) => ({
    labels: { [label]: value },
    value: Number(value === present),
  }));
}

function histogram(name: string, help: string, distribution: Distribution | undefined): MetricFamily {
  if (distribution === undefined) return family("histogram", name, help, []);
  const { boundsSeconds, counts, sumSeconds } = distribution;
  let total = 0;
  const buckets = counts.map((count, index): MetricSample => ({
    suffix: "_bucket",
    labels: { le: index < boundsSeconds.length ? String(boundsSeconds[index]) : "+Inf" },
    value: total += count,
  }));
  return family("histogram", name, help, [
    ...buckets,
    { suffix: "_sum", value: sumSeconds },
    { suffix: "_count", value: total },
  ]);
}

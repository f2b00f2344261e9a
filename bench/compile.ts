/**
 * How much processor time it takes from a patch of sixty modules to a module that plays, step by step: the first time in a
 * process, in a new process for each sample, and warm, many times in one. `deno task bench:compile [ROUNDS]`
 */
import { developmentCommand } from "../testing/development_command.ts";
import { adsr } from "../modules/envelopes/adsr.ts";
import { dcBlocker } from "../modules/filters/dc_blocker.ts";
import { stateVariable } from "../modules/filters/state_variable.ts";
import { noise } from "../modules/oscillators/noise.ts";
import { pulse, saw } from "../modules/oscillators/saw.ts";
import { sine } from "../modules/oscillators/sine.ts";
import { definePatch, instrument, type Note, type Voice } from "../modules/patch.ts";
import { assemble } from "../compiler/wasm/assemble.ts";
import { patchText } from "../compiler/compile.ts";
import { constant } from "../modules/signal/signal.ts";
import { delay } from "../modules/time/delay.ts";
import { faderDb, gain } from "../modules/utility/gain.ts";
import { mixer } from "../modules/utility/mixer.ts";
import { pan } from "../modules/utility/pan.ts";
import type { ParameterSignals } from "../modules/signal/module.ts";
import { median } from "./median.ts";
import { threadSeconds } from "../testing/measure/processor_time.ts";
import { report } from "./report.ts";

const { numberAt, options } = developmentCommand(import.meta.url, {
  maxWords: 1,
  options: { once: { usual: false, about: "compile once in this process and print the figures as JSON" } },
});
const rounds = numberAt(0, 40);
const coldProcesses = 15;
const format = { sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 128 };
let modules = 0;
const used = <T>(made: T): T => (modules++, made);

const parameters = {
  cutoffHz: stateVariable.parameters.cutoffHz,
  q: stateVariable.parameters.q,
  width: pulse.parameters.width,
  gainDb: faderDb,
};

/** Ten modules a voice. */
function voice(note: Note, p: ParameterSignals<typeof parameters>): Voice {
  const { frequencyHz, gate, trigger } = note;
  const vibrato = used(sine({ frequencyHz: constant<"Hz">(5) })).times(0.003).plus(1);
  const bent = frequencyHz.times(vibrato);
  const tones = [
    used(saw({ frequencyHz: bent })),
    used(pulse({ frequencyHz: bent, width: p.width })),
    used(noise({})),
  ];
  const sum = tones.reduce((all, one) => all.plus(one));
  const opening = used(adsr({ gate, trigger, decaySeconds: 0.1 }));
  const low = used(stateVariable({ input: sum, cutoffHz: p.cutoffHz, q: p.q })).low;
  const band = used(stateVariable({ input: low.times(opening), cutoffHz: 3_000, q: 2 })).band;
  const loud = used(gain({ input: band, gainDb: p.gainDb }));
  return {
    output: used(pan({ input: loud, position: note.spread })),
    envelope: used(adsr({ gate, trigger, releaseSeconds: 0.5 })),
  };
}

const patch = definePatch({
  name: "sixty",
  instruments: {
    first: instrument({ parameters, voice }),
    second: instrument({ parameters, voice, unison: 2, detuneCents: 10 }),
    third: instrument({ parameters, voice, mode: "mono" }),
    fourth: instrument({ parameters, voice, mode: "legato" }),
  },
  parameters: { master: { gainDb: faderDb, sendDb: faderDb, cutoffHz: parameters.cutoffHz } },
  output: ({ first, second, third, fourth }, { master }) => {
    let echoes = used(mixer({
      ...{ input1: first, input2: second, input3: third, input4: fourth },
      ...{ send1Db: master.sendDb, send2Db: master.sendDb },
    }));
    let sound = echoes.output;
    for (let index = 0; index < 6; index++) {
      const echo = used(delay({ input: echoes.send, timeSeconds: 0.1 + index / 20, maximumSeconds: 1 }));
      const bright = used(stateVariable({ input: echo, cutoffHz: master.cutoffHz })).low;
      sound = sound.plus(used(dcBlocker({ input: bright })));
      echoes = { ...echoes, send: bright };
    }
    return used(gain({ input: sound, gainDb: master.gainDb }));
  },
});

/** A moment between two steps. Reading the processor time takes time itself, which belongs to neither. */
function moment() {
  const endedMs = performance.now();
  const processorMs = threadSeconds() * 1e3;
  return { endedMs, processorMs, beginsMs: performance.now() };
}

/** Milliseconds of processor time of each step, and of all by the clock. */
function compile(): Record<string, number> {
  modules = 0;
  const at = [moment()];
  const graph = patch.build(format);
  at.push(moment());
  const { wat } = patchText(graph, format);
  at.push(moment());
  const wasm = assemble(wat, patch.name);
  at.push(moment());
  const module = new WebAssembly.Module(wasm);
  at.push(moment());
  new WebAssembly.Instance(module);
  const steps = at.slice(1);
  const [graphMs, textMs, assembleMs, moduleMs] = steps.map(({ processorMs }, step) =>
    processorMs - at[step].processorMs
  );
  return {
    loadMs: at[0].processorMs,
    graphMs,
    textMs,
    assembleMs,
    moduleMs,
    allMs: steps.at(-1)!.processorMs - at[0].processorMs,
    clockMs: steps.reduce((sum, { endedMs }, step) => sum + endedMs - at[step].beginsMs, 0),
    lines: wat.split("\n").length,
    bytes: wasm.length,
  };
}

if (options.once) {
  console.log(JSON.stringify(compile()));
  Deno.exit();
}

const first: Record<string, number>[] = [];
for (let process = 0; process < coldProcesses; process++) {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", import.meta.filename!, "--once"],
    stderr: "inherit",
  }).output();
  first.push(JSON.parse(new TextDecoder().decode(stdout)));
}
compile();
const warm: Record<string, number>[] = [];
for (let round = 0; round < rounds; round++) warm.push(compile());
const steps = {
  graphMs: "graph, from the patch's functions",
  textMs: "WebAssembly text",
  assembleMs: "assembler",
  moduleMs: "WebAssembly.Module",
  allMs: "all four",
  clockMs: "all four, by the clock",
  loadMs: "before: the process and its modules",
};
console.log(`${modules} modules, ${first[0].lines} lines of text, ${first[0].bytes} bytes`);
const figures = (times: readonly Record<string, number>[], key: string) => {
  const values = times.map((one) => one[key]);
  return [median(values), Math.min(...values)].map((ms) => Number(ms.toFixed(1)));
};
await report(
  "compile",
  Object.entries(steps).map(([key, step]) => {
    const [coldMedianMs, coldBestMs] = figures(first, key);
    const [warmMedianMs, warmBestMs] = key === "loadMs" ? ["", ""] : figures(warm, key);
    return {
      step,
      "first, median ms": coldMedianMs,
      "first, best ms": coldBestMs,
      "warm, median ms": warmMedianMs,
      "warm, best ms": warmBestMs,
    };
  }),
);

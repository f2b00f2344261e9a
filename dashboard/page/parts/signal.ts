/** The output as a wave and as a spectrum, and how regular the device and the renderers are. Sent by the engine only while it is shown. */
import type { VNode } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type uPlot from "uplot";
import { type Histogram, sampleKinds } from "../../protocol.ts";
import { decadeMark } from "../figures/format.ts";
import { quantileMs, recentHistogram } from "../figures/recent_histogram.ts";
import { Spectrum } from "../figures/spectrum.ts";
import { html } from "../html.ts";
import { decodeSamples, kindOfSamples, type SampleMessage } from "../listen/sample_message.ts";
import { useStore, useWant } from "../state/page_context.ts";
import { Chart, type ChartColours } from "./chart.ts";
import { PairChoice } from "./pair_choice.ts";
import { samplesArrived } from "./samples_arrived.ts";

const scopeFrames = 4_096;
const scopeHz = 15;
const chartHeight = 190;

/** Frames of the oscilloscope, behind the point where it triggers. */
const waveFrames = 1_024;

/** The four charts. */
export function Signal(): VNode {
  const [firstChannel, choose] = useState(0);
  const pair = firstChannel > 0 ? { firstChannel } : {};
  useWant("signal", { scope: { frames: scopeFrames, hz: scopeHz, ...pair }, histograms: true });
  const window = useMemo(() => new SampleWindow(), []);
  useEffect(() => samplesArrived.add((data) => window.take(data)), []);
  const histograms = useStore(({ histograms }) => histograms);
  const jitter = histograms && quantileMs(histograms.callbackInterval, 0.99);
  const render = histograms && quantileMs(histograms.renderTime, 0.99);
  const blockMs = histograms?.blockMs;
  const ms = (value: number | undefined) => value === undefined ? "not known yet" : `${value.toFixed(2)} ms`;
  return html`
    <${PairChoice} firstChannel=${firstChannel} onChoose=${choose} what="Channels of the charts" />
    <div class="charts">
      <${Chart} title="Oscilloscope" summary="The wave of two channels of the output." height=${chartHeight}
        options=${waveOptions} data=${() => window.wave()} follow=${window.follow} />
      <${Chart} title="Spectrum" summary="Levels of the first of them by frequency." height=${chartHeight}
        options=${spectrumOptions} data=${() => window.spectrum()} follow=${window.follow} />
      <${Chart} title="Time between device calls" summary="99 of 100 calls come within ${ms(jitter)}."
        height=${chartHeight} options=${histogramOptions("calls")}
        data=${({ histograms, earlierHistograms }: HistogramState) =>
          histograms && bars(histograms.callbackInterval, earlierHistograms?.callbackInterval)} />
      <${Chart} title="Render time of a block${blockMs
        ? `, deadline ${blockMs.toFixed(2)} ms`
        : ""}" summary="99 of 100 blocks take at most ${ms(render)}."
        height=${chartHeight} options=${histogramOptions("blocks")}
        data=${({ histograms, earlierHistograms }: HistogramState) =>
          histograms && bars(histograms.renderTime, earlierHistograms?.renderTime)} />
    </div>
  `;
}

interface HistogramState {
  readonly histograms?: { readonly callbackInterval: Histogram; readonly renderTime: Histogram };
  readonly earlierHistograms?: { readonly callbackInterval: Histogram; readonly renderTime: Histogram };
}

/** The last window of the output. */
class SampleWindow {
  readonly #spectrum = new Spectrum(scopeFrames);
  readonly #draws = new Set<() => void>();
  #message: SampleMessage | undefined;

  readonly follow = (draw: () => void): () => void => {
    this.#draws.add(draw);
    return () => this.#draws.delete(draw);
  };

  take(data: ArrayBuffer): void {
    if (kindOfSamples(data) !== sampleKinds.scope) return;
    this.#message = decodeSamples(data);
    for (const draw of this.#draws) draw();
  }

  /** A stretch that begins where the first channel rises through zero, so that a steady tone stands still. */
  wave(): uPlot.AlignedData | undefined {
    if (!this.#message) return undefined;
    const { channels, frames, samples, sampleRateHz } = this.#message;
    const left = (frame: number) => samples[frame * channels];
    let start = 0;
    while (start < frames - waveFrames - 1 && !(left(start) <= 0 && left(start + 1) > 0)) start++;
    if (start >= frames - waveFrames - 1) start = 0;
    const count = Math.min(waveFrames, frames - start);
    const column = (channel: number) =>
      Float32Array.from({ length: count }, (_, frame) => samples[(start + frame) * channels + channel]);
    const times = Float32Array.from({ length: count }, (_, frame) => frame / sampleRateHz * 1_000);
    return [times, column(0), column(Math.min(1, channels - 1))] as unknown as uPlot.AlignedData;
  }

  spectrum(): uPlot.AlignedData | undefined {
    if (!this.#message || this.#message.frames < scopeFrames) return undefined;
    const { channels, samples, sampleRateHz } = this.#message;
    const first = Float32Array.from({ length: scopeFrames }, (_, frame) => samples[frame * channels]);
    const levels = this.#spectrum.levels(first).subarray(1).map((level) => Math.max(-120, level));
    const frequencies = Float32Array.from(levels, (_, index) => (index + 1) * sampleRateHz / scopeFrames);
    return [frequencies, levels] as unknown as uPlot.AlignedData;
  }
}

function bars(now: Histogram, before: Histogram | undefined): uPlot.AlignedData {
  const { edgesMs, counts } = recentHistogram(now, before);
  return [[...edgesMs], counts.map((count) => count === 0 ? null : count)] as uPlot.AlignedData;
}

const axisFont = "12px ui-sans-serif, system-ui, sans-serif";

function axes({ grid, text }: ChartColours, x: string, y: string): uPlot.Axis[] {
  const shared = {
    stroke: text,
    font: axisFont,
    labelFont: axisFont,
    grid: { stroke: grid, width: 1 },
    ticks: { stroke: grid, width: 1 },
  };
  return [{ ...shared, label: x, labelSize: 18, size: 30 }, { ...shared, label: y, labelSize: 18, size: 44 }];
}

/** The library itself marks powers of ten alone on an axis that lies. */
function logarithmicAxes(colours: ChartColours, x: string, y: string): uPlot.Axis[] {
  const [lying, standing] = axes(colours, x, y);
  const filter = (_plot: uPlot, splits: number[]) => splits;
  return [{ ...lying, filter, values: (_plot, splits) => splits.map(decadeMark) }, standing];
}

const still = { legend: { show: false }, cursor: { show: false } } as const;

function waveOptions(colours: ChartColours): Omit<uPlot.Options, "width" | "height"> {
  return {
    ...still,
    scales: { x: { time: false }, y: { range: (_plot, low, high) => (span(Math.max(0.05, -low, high))) } },
    axes: axes(colours, "ms", ""),
    series: [{}, { stroke: colours.line, width: 1.5, points: { show: false } }, {
      stroke: colours.second,
      width: 1,
      points: { show: false },
      dash: [4, 2],
    }],
  };
}

/** The same up and down, in steps of two, so that the scale stands still. */
function span(size: number): [number, number] {
  const most = 2 ** Math.ceil(Math.log2(size));
  return [-most, most];
}

function spectrumOptions(colours: ChartColours): Omit<uPlot.Options, "width" | "height"> {
  return {
    ...still,
    scales: { x: { time: false, distr: 3, range: () => [20, 20_000] }, y: { range: () => [-120, 0] } },
    axes: logarithmicAxes(colours, "Hz", "dB"),
    series: [{}, {
      stroke: colours.line,
      fill: colours.fill,
      fillTo: -120,
      width: 1,
      points: { show: false },
    }],
  };
}

function histogramOptions(y: string) {
  return (colours: ChartColours, charts: typeof uPlot): Omit<uPlot.Options, "width" | "height"> => ({
    ...still,
    scales: {
      x: { time: false, distr: 3 },
      y: { range: (_plot, _low, high) => [0, Math.max(1, high) * 1.1] },
    },
    axes: logarithmicAxes(colours, "ms", y),
    series: [{}, {
      stroke: colours.line,
      fill: colours.fill,
      width: 1,
      points: { show: false },
      paths: charts.paths.bars!({ size: [0.9, 24] }),
    }],
  });
}

/** Charts as SVG text, drawn without a browser. */
import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

/** One axis. */
export interface Axis {
  readonly title: string;
  readonly from: number;
  readonly to: number;
  readonly log?: true;
  readonly ticks?: readonly number[];
}

/** One line with its name; of panels with one line the name is left out. */
export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** One frame with lines in it. */
export interface Panel {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly Line[];
  /** `stem` draws a bar up from the lowest y to each point, `step` holds each value until the next. */
  readonly mark?: "line" | "stem" | "step";
}

const colours = ["#0b62a4", "#d1600f", "#2c8a3c", "#8b3fa8", "#b8961c", "#c2326b"];
const thousands = "datum.value < 1000 ? datum.value : datum.value / 1000 + 'k'";
const [panelWidth, panelHeight] = [300, 170];

/** A picture of one or several panels side by side. */
export async function chart(panels: readonly Panel[]): Promise<string> {
  const { spec } = compile({
    background: "white",
    padding: 8,
    hconcat: panels.map(panelSpec),
    resolve: { scale: { color: "independent" } },
    config: {
      font: "sans-serif",
      axis: {
        labelFontSize: 10,
        labelFlush: false,
        titleFontSize: 11,
        titleFontWeight: "normal",
        gridColor: "#e4e4e4",
      },
      title: { fontSize: 12, fontWeight: "bold", anchor: "start" },
      legend: { labelFontSize: 10, labelLimit: 240, symbolStrokeWidth: 2 },
      view: { stroke: "#bbb" },
    },
  } as unknown as TopLevelSpec);
  const svg = await new vega.View(vega.parse(spec), { renderer: "none" }).toSVG();
  return shortened(svg) + "\n";
}

function panelSpec({ title, x, y, lines, mark = "line" }: Panel): object {
  const named = lines.length > 1 || lines[0].name !== "";
  return {
    title,
    width: panelWidth,
    height: panelHeight,
    data: {
      values: lines.flatMap(({ name, points }) =>
        points.map(([x, y], order) => ({ name, x: figure(x), y: figure(y), order }))
      ),
    },
    mark: mark === "stem" ? { type: "rule", strokeWidth: 1.6, clip: true } : {
      type: "line",
      strokeWidth: 1.4,
      clip: true,
      interpolate: mark === "step" ? "step-after" : "linear",
    },
    encoding: {
      // a bar at 0 beside the axis, not on it
      x: { field: "x", type: "quantitative", ...axis(mark === "stem" ? { ...x, from: -x.to / 60 } : x) },
      y: { field: "y", type: "quantitative", ...axis(y) },
      ...mark === "stem" ? { y2: { datum: y.from } } : { order: { field: "order" } },
      color: {
        field: "name",
        type: "nominal",
        scale: { domain: lines.map(({ name }) => name), range: colours },
        legend: named ? { title: null, orient: "bottom", columns: 3 } : null,
      },
    },
  };
}

function axis({ title, from, to, log, ticks }: Axis): object {
  return {
    scale: { type: log ? "log" : "linear", domain: [from, to], nice: false, ...log ? {} : { zero: false } },
    axis: {
      title,
      ...ticks ? { values: ticks } : { tickCount: 6 },
      ...title === "Hz" ? { labelExpr: thousands } : {},
    },
  };
}

/** As many digits as a picture shows. */
function figure(value: number): number {
  return Number(value.toPrecision(5));
}

/** Without the roles for screen readers of every part, and lines by their steps of a tenth of a point: half the size. */
function shortened(svg: string): string {
  return svg
    .replace(/ (?:aria|role|pointer-events)[-\w]*="[^"]*"/g, "")
    .replace(/ d="M([-\d.,L]+)"/g, (_path, points: string) => ` d="M${steps(points)}"`);
}

/** `x,y L x,y ...` as the first point and the way to each next. */
function steps(points: string): string {
  const all = points.split("L").map((point) => point.split(",").map((part) => Math.round(Number(part) * 10)));
  const bends = withoutStraight(all);
  return bends.map(([x, y], index) => {
    const [lastX, lastY] = index === 0 ? [0, 0] : bends[index - 1];
    return `${index === 0 ? "" : "l"}${(x - lastX) / 10},${(y - lastY) / 10}`;
  }).join("").replace(/,-/g, "-").replace(/\b0\./g, ".");
}

/** Leaves out points within a twentieth of a point of the line without them (Douglas and Peucker, 1973). */
function withoutStraight(points: readonly (readonly number[])[]): readonly (readonly number[])[] {
  if (points.length < 3) return points;
  const [first, last] = [points[0], points[points.length - 1]];
  const [wayX, wayY] = [last[0] - first[0], last[1] - first[1]];
  const length = Math.hypot(wayX, wayY);
  const distances = points.map(([x, y]) =>
    length === 0
      ? Math.hypot(x - first[0], y - first[1])
      : Math.abs((x - first[0]) * wayY - (y - first[1]) * wayX) / length
  );
  const furthest = distances.indexOf(Math.max(...distances));
  if (distances[furthest] < 0.5) return [first, last];
  return [
    ...withoutStraight(points.slice(0, furthest + 1)).slice(0, -1),
    ...withoutStraight(points.slice(furthest)),
  ];
}

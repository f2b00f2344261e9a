/**
 * Prometheus' text format, version 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).
 */
import { invariant } from "../foundation/invariant.ts";
import type { MetricFamily, MetricSample } from "./metric_family.ts";

export const prometheusContentType = "text/plain; version=0.0.4; charset=utf-8";

/** The families as a scrape reads them; those without a sample are left out. */
export function prometheusText(families: readonly MetricFamily[]): string {
  return families.filter(({ samples }) => samples.length > 0).map(familyText).join("");
}

function familyText({ name, help, type, samples }: MetricFamily): string {
  invariant(/^[a-z][a-z0-9_]*$/.test(name), `metric: expected a name in small letters, found ${name}`);
  return `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n${
    samples.map((sample) => sampleText(name, sample)).join("")
  }`;
}

function sampleText(name: string, { suffix, labels = {}, value }: MetricSample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${quoted(text)}"`);
  return `${name}${suffix ?? ""}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${numberText(value)}\n`;
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  return Number.isFinite(value) ? String(value) : value > 0 ? "+Inf" : "-Inf";
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function quoted(text: string): string {
  return escaped(text).replaceAll('"', '\\"');
}

/**
 * What a monitor asks over HTTP: `/metrics`, `/healthz`, `/readyz`, `/status.json`, `/rtp.sdp`. Each answer is made at once, from memory. Main isolate.
 */
import process from "node:process";
import type { EngineControl } from "../engine/control/control.ts";
import type { HttpAnswer, HttpQuestion } from "../osc/oscquery/http_listener.ts";
import type { HttpRoute } from "../osc/oscquery/route_table.ts";
import { engineMetrics } from "./engine_metrics.ts";
import { prometheusContentType, prometheusText } from "./prometheus_text.ts";
import { health, readiness, type Verdict } from "./readiness.ts";

export interface MonitoringSources {
  readonly engine: Pick<EngineControl, "status" | "measures" | "sessionDescriptions">;
  /** Counts of packets and losses, and those of the MIDI input. */
  readonly traffic: () => Readonly<Record<string, number>>;
  readonly midi: () => Readonly<Record<string, number>>;
  readonly version: string;
}

/** The routes, for the server of OSCQuery. */
export function monitoringRoutes(sources: MonitoringSources): HttpRoute[] {
  const { engine, traffic, midi } = sources;
  return [
    { path: "/metrics", respond: () => metrics(sources) },
    { path: "/healthz", respond: (question) => probe(question, health(engine.status())) },
    { path: "/readyz", respond: (question) => probe(question, readiness(engine.status())) },
    {
      path: "/status.json",
      respond: () => json(200, { ...engine.status(), osc: traffic(), midi: midi() }),
    },
    { path: "/rtp.sdp", respond: (_question, { searchParams }) => description(engine, searchParams) },
  ];
}

function metrics({ engine, traffic, midi, version }: MonitoringSources): HttpAnswer {
  const { user, system } = process.cpuUsage();
  const families = engineMetrics({
    status: engine.status(),
    measures: engine.measures(),
    osc: traffic(),
    midi: midi(),
    version,
    process: {
      startSeconds: performance.timeOrigin / 1_000,
      cpuSeconds: (user + system) / 1e6,
      residentBytes: Deno.memoryUsage().rss,
    },
  });
  return { status: 200, headers: { "content-type": prometheusContentType }, body: prometheusText(families) };
}

/** The description of a stream, by its number from 1 on. */
function description(
  engine: Pick<EngineControl, "sessionDescriptions">,
  asked: URLSearchParams,
): HttpAnswer {
  const texts = engine.sessionDescriptions();
  const text = texts[Number(asked.get("stream") ?? "1") - 1];
  if (text !== undefined) return { status: 200, headers: { "content-type": "application/sdp" }, body: text };
  const found = texts.length === 0 ? "UNDERSTUDY_DRIVER=rtp sends some" : `there are ${texts.length}`;
  return {
    status: 404,
    headers: { "content-type": "text/plain; charset=utf-8" },
    body: `no such stream of RTP: ${found}\n`,
  };
}

/** One line, or JSON where that is asked for. */
function probe({ accept }: HttpQuestion, { ok, reason }: Verdict): HttpAnswer {
  const status = ok ? 200 : 503;
  if (accept?.includes("application/json")) return json(status, { ok, reason });
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body: `${reason}\n` };
}

function json(status: number, value: unknown): HttpAnswer {
  return { status, headers: { "content-type": "application/json" }, body: `${JSON.stringify(value)}\n` };
}

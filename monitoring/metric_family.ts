/** A metric of Prometheus with all its series. */
export interface MetricFamily {
  /** With its unit last; a counter ends in `_total`. */
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly samples: readonly MetricSample[];
}

export interface MetricSample {
  /** What follows the name of the family, e.g. `_bucket`; omitted: nothing. */
  readonly suffix?: "_bucket" | "_sum" | "_count";
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

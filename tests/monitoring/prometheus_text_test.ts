import assert from "node:assert/strict";
import { prometheusText } from "../../monitoring/prometheus_text.ts";

Deno.test("help and labels are escaped, numbers are written as Prometheus reads them", () => {
  const text = prometheusText([
    {
      name: "understudy_odd",
      help: "One\\two\nthree",
      type: "gauge",
      samples: [
        { labels: { a: 'x"\\\ny', b: "" }, value: Infinity },
        { value: -Infinity },
        { value: NaN },
        { value: 1e21 },
      ],
    },
    { name: "understudy_none", help: "Left out.", type: "counter", samples: [] },
    {
      name: "understudy_time_seconds",
      help: "Time.",
      type: "histogram",
      samples: [
        { suffix: "_bucket", labels: { le: "+Inf" }, value: 3 },
        { suffix: "_sum", value: 0.25 },
        { suffix: "_count", value: 3 },
      ],
    },
  ]);
  assert.equal(
    text,
    [
      "# HELP understudy_odd One\\\\two\\nthree",
      "# TYPE understudy_odd gauge",
      'understudy_odd{a="x\\"\\\\\\ny",b=""} +Inf',
      "understudy_odd -Inf",
      "understudy_odd NaN",
      "understudy_odd 1e+21",
      "# HELP understudy_time_seconds Time.",
      "# TYPE understudy_time_seconds histogram",
      'understudy_time_seconds_bucket{le="+Inf"} 3',
      "understudy_time_seconds_sum 0.25",
      "understudy_time_seconds_count 3",
      "",
    ].join("\n"),
  );
});

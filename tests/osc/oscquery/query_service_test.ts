import assert from "node:assert/strict";
import { AddressSpace } from "../../../osc/methods/address_space.ts";
import { QueryService, type QueryServiceOptions } from "../../../osc/oscquery/query_service.ts";
import { TestAdmission } from "../../../testing/osc/test_admission.ts";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";

const noPatch = () => Promise.reject(new Error("no patch is exchanged here"));

async function withServices(
  variants: readonly Partial<QueryServiceOptions>[],
  work: (services: readonly QueryService[], lines: readonly string[]) => Promise<void> | void,
): Promise<void> {
  const { engine } = await startTestEngine();
  const lines: string[] = [];
  const services: QueryService[] = [];
  const space = new AddressSpace({ engine, version: "test", loadPatch: noPatch, onQuit: () => {} });
  const admission = new TestAdmission(space);
  for (const variant of variants) {
    services.push(
      new QueryService({
        hostname: "127.0.0.1",
        port: 0,
        allowedOrigins: [],
        advertise: false,
        oscAddress: "127.0.0.1:57130",
        engine,
        space,
        admission,
        log: {
          info: (text) => lines.push(`info ${text}`),
          warning: (text) => lines.push(`warning ${text}`),
        },
        ...variant,
      }),
    );
  }
  try {
    await work(services, lines);
  } finally {
    for (const service of services) await service.stop();
    await services[0].stop();
    space.stop();
    await engine.stop();
  }
}

Deno.test("it says where it is, and knows where OSC is", () =>
  withServices([{ oscAddress: "0.0.0.0:5000" }], async ([service], lines) => {
    assert.deepEqual(lines, [`info OSCQuery on ${service.url}`]);
    const info = await (await fetch(`${service.url}/?HOST_INFO`)).json();
    assert.deepEqual([info.OSC_IP, info.OSC_PORT], [undefined, 5_000]);
  }));

Deno.test("a taken port is a warning with the remedy, and nothing else ends", async () => {
  const holder = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await withServices([{ port: holder.addr.port, advertise: true }, {}], async (services, lines) => {
    assert.match(
      lines[0],
      /^warning no OSCQuery: TCP port \d+ on 127\.0\.0\.1 is taken.*UNDERSTUDY_OSCQUERY_PORT/,
    );
    assert.equal(services[0].url, undefined);
    const answer = await fetch(services[1].url!);
    assert.equal(answer.status, 200);
    await answer.body?.cancel();
  });
  holder.close();
});

Deno.test("an address that is not this machine's is a warning, off is silent, off with mDNS is told", () =>
  withServices(
    [{ hostname: "203.0.113.9", port: 1 }, { port: "off" }, { port: "off", advertise: true }],
    (_, lines) => {
      assert.equal(lines.length, 2);
      assert.match(lines[0], /^warning .*UNDERSTUDY_OSCQUERY_HOST/);
      assert.match(lines[1], /^warning mDNS: nothing is advertised/);
    },
  ));

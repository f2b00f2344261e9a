/** The values of a scrape of `/metrics`, by series as it is written there. */
export async function scrape(url: string): Promise<ReadonlyMap<string, number>> {
  const response = await fetch(`${url}/metrics`);
  const type = response.headers.get("content-type");
  const text = await response.text();
  if (type !== "text/plain; version=0.0.4; charset=utf-8") {
    throw new Error(`${response.status} ${type}: ${text}`);
  }
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => {
    const [, series, value] = /^(\S+|\S+\{.*\}) (\S+)$/.exec(line)!;
    return [series, Number(value.replace("+Inf", "Infinity"))];
  }));
}

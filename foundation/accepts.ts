/**
 * Whether a header of HTTP that lists what a client takes (`Accept`, `Accept-Encoding`) names something and does not exclude it by
 * `q=0`. What stands for anything (`*`) names nothing.
 */
export function accepts(header: string | null, name: string): boolean {
  return (header ?? "").split(",").some((item) => {
    const [named, ...parameters] = item.split(";").map((part) => part.trim().toLowerCase());
    return named === name && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}

/** The text of a patch file that brings each bus to the output of its number, and makes no sound of its own. */
export function hallText(outputs: number): string {
  const buses = Array.from({ length: outputs }, (_, index) => `channel(bus({ number: ${index + 1} }), 0)`);
  return `import { bus, channel, definePatch } from "understudy";
export default definePatch({ name: "hall", channels: ${outputs}, instruments: {}, parameters: {},
  output: () => [${buses.join(", ")}] });
`;
}

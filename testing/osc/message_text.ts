import type { OscMessage } from "../../osc/packet/packet.ts";

/** Address and values with spaces between; an argument without a value is its type tag. */
export function messageText({ address, args }: OscMessage): string {
  return [address, ...args.map((arg) => "value" in arg ? String(arg.value) : arg.type)].join(" ");
}

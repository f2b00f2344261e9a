import { type Graph, noteFields } from "../graph/graph.ts";

/** A higher power is no loudness any more, and powers of velocities must stay finite. */
const maxPower = 3;

/**
 * The power of the velocity by which a voice's output is scaled: 1 for a tone times the velocity, 2 for its square, 0 if the
 * velocity does something else or nothing. A voice that is taken while it sounds must go on at its loudness, and this power
 * gives the jump that its new velocity would cause. Values in states were scaled earlier and do not jump.
 */
export function velocityPower({ nodes, outputs }: Graph): number {
  const powers: number[] = [];
  for (const { op, args, attribute } of nodes) {
    const [first, second, third] = args.map((arg) => powers[arg]);
    switch (op) {
      case "note":
        powers.push(noteFields[attribute] === "velocity" ? 1 : 0);
        break;
      case "multiply":
        powers.push(first + second);
        break;
      case "divide":
        powers.push(first - second);
        break;
      case "negate":
      case "abs":
      case "copySign":
      case "flipSign":
      case "keep":
        powers.push(first);
        break;
      case "add":
      case "subtract":
      case "minimum":
      case "maximum":
        powers.push(first === second ? first : 0);
        break;
      case "selectFloat":
        powers.push(second === third ? second : 0);
        break;
      default:
        powers.push(0);
    }
  }
  const [left, right] = outputs;
  return powers[left] === powers[right] ? Math.max(0, Math.min(maxPower, powers[left])) : 0;
}

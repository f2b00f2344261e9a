import { type Graph, noteFields } from "../graph/graph.ts";

/** More would be no loudness, and the powers of velocities have to stay finite. */
const highestPower = 3;

/**
 * How often the velocity stands as a factor before everything that a voice gives: 1 for a tone times the velocity, 2 for
 * its square, 0 where it does something else or nothing. A voice that is taken while it sounds has to go on as loud as it
 * is, and this says what its new velocity will do at once. What a state holds was scaled before and does not jump.
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
  return powers[left] === powers[right] ? Math.max(0, Math.min(highestPower, powers[left])) : 0;
}

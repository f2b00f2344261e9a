/**
 * Prints the plan of the house: rooms, arrows between them, floors, arrows that run back up, and circles, for the whole
 * house and for each folder; and the circles of files. A revision is read out of git, without a checkout, so that before
 * and after can be compared.
 *
 *     deno task rooms [FOLDER…] [--at REVISION] [--json]
 *
 * With folders, "." for the house, it prints their rooms from the top floor down, and what each imports.
 */
import { developmentCommand } from "../testing/development_command.ts";
import { circlesOf, foldersOf, type Plan, planOf } from "./tidy/rooms.ts";
import { type Source, sourcesOf } from "./tidy/sources.ts";
import { readRevision, readTree } from "./tidy/tree.ts";

/** Plans of `folders`, and files that import each other. */
export interface House {
  readonly plans: readonly Plan[];
  readonly circlesOfFiles: readonly (readonly string[])[];
}

/** The house, and each folder in it between whose rooms an arrow runs; or the folders that are named. */
export function houseOf(sources: readonly Source[], folders?: readonly string[]): House {
  const plans = (folders ?? foldersOf(sources)).map((folder) => planOf(sources, folder))
    .filter(({ arrows }) => folders !== undefined || arrows.length > 0);
  const arrows = sources.flatMap(({ path, imports }) =>
    imports.map((used) => ({ from: path, to: used.path }))
  );
  return { plans, circlesOfFiles: circlesOf(sources.map(({ path }) => path), arrows) };
}

/** One line for each plan, then every circle. */
export function tableText({ plans, circlesOfFiles }: House): string {
  const rows = plans.map(({ folder, rooms, arrows, floors, arrowsBack, circles }) => [
    folder || "the house",
    ...[rooms.length, arrows.length, floors, arrowsBack.length, circles.length].map(String),
  ]);
  const head = ["", "rooms", "arrows", "floors", "back up", "circles"];
  const widths = head.map((title, column) =>
    Math.max(...[head, ...rows].map((row) => row[column].length), title.length)
  );
  const table = [head, ...rows].map((row) =>
    row.map((cell, column) => column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])).join(
      "  ",
    )
  );
  const circles = [
    ...plans.flatMap(({ folder, circles }) =>
      circles.map((circle) => `circle in ${folder || "the house"}: ${circle.join(", ")}`)
    ),
    ...circlesOfFiles.map((circle) => `circle of files: ${circle.join(", ")}`),
  ];
  return [...table, ...(circles.length > 0 ? ["", ...circles] : [])].join("\n");
}

/** The rooms of one plan from the top floor down, with what each imports. */
export function planText({ folder, rooms, arrows, arrowsBack }: Plan): string {
  const short = (name: string) => folder === "" ? name : name.slice(folder.length + 1);
  return [
    `${folder || "the house"}, from the top floor down (lines):`,
    ...rooms.map(({ name, floor, lines }) => {
      const targets = arrows.filter(({ from }) => from === name).map((arrow) =>
        `${short(arrow.to)}${arrow.typesOnly ? " (types)" : ""}${
          arrowsBack.includes(arrow) ? " (back up)" : ""
        }`
      );
      return `${String(floor).padStart(3)}  ${short(name)} ${lines}${
        targets.length > 0 ? ` -> ${targets.sort().join(", ")}` : ""
      }`;
    }),
  ].join("\n");
}

if (import.meta.main) {
  const root = new URL("../", import.meta.url);
  const { words, options: { json, at: revision } } = developmentCommand(import.meta.url, {
    maxWords: Infinity,
    options: {
      at: { usual: undefined, about: "a revision of git" },
      json: { usual: false, about: "print JSON" },
    },
  });
  const sources = sourcesOf(
    revision === undefined ? await readTree(root) : await readRevision(root, revision),
  );
  const folders = words.map((name) => name === "." ? "" : name.replace(/\/$/, ""));
  const house = houseOf(sources, folders.length > 0 ? folders : undefined);
  if (json) console.log(JSON.stringify(house, undefined, 2));
  else {
    console.log(tableText(house));
    if (folders.length > 0) { for (const plan of house.plans) console.log(`\n${planText(plan)}`); }
  }
}

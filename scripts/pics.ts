import { pictured, pictureOf } from "./reference/pictures.ts";
await Deno.mkdir("docs/pictures/modules", { recursive: true });
for (const name of Deno.args.length ? Deno.args : pictured) {
  const svg = await pictureOf(name);
  await Deno.writeTextFile(`docs/pictures/modules/${name}.svg`, svg);
  console.log(name, svg.length);
}

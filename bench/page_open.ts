/// <reference lib="dom" />
/**
 * How long the operator's page takes in a real browser, from the navigation: the first content on the screen, the state of the sound, and
 * the stage that shows which renderer plays. First after the program's start, with the browser's cache empty, then again.
 *
 *     deno task bench:page_open [ROUNDS]
 */
import { developmentCommand } from "../testing/development_command.ts";
import { freeTcpPort, startPageProgram } from "../testing/page/page_program.ts";
import { startBrowser } from "../testing/page/page_browser.ts";
import { median } from "./median.ts";
import { report } from "./report.ts";

const rounds = developmentCommand(import.meta.url, { maxWords: 1 }).numberAt(0, 5);

/** In milliseconds from the navigation, by the browser's own clock. */
interface Opening {
  readonly content: number;
  readonly state: number;
  readonly stage: number;
}

const first: Opening[] = [];
const again: Opening[] = [];
const browser = await startBrowser();
for (let round = 0; round < rounds; round++) {
  const program = await startPageProgram({ patch: "keys", port: freeTcpPort() });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    for (const openings of [first, again]) {
      const page = await context.newPage();
      await page.goto(program.url, { waitUntil: "commit" });
      const state = await page.waitForFunction(() =>
        document.querySelector(".state-word") && performance.now()
      );
      const stage = await page.waitForFunction(() =>
        document.querySelectorAll(".role[data-renderer]").length === 3 && performance.now()
      );
      const content = await page.waitForFunction(() =>
        performance.getEntriesByName("first-contentful-paint")[0]?.startTime
      );
      const [contentMs, stateMs, stageMs] = await Promise.all(
        [content, state, stage].map(async (seen) => Number(await seen.jsonValue())),
      );
      openings.push({ content: contentMs, state: stateMs, stage: stageMs });
      await page.close();
    }
  } finally {
    await context.close();
    await program.stop();
  }
}
await browser.close();
await report(
  "page_open",
  [{ opened: "first after the start", openings: first }, { opened: "again", openings: again }].map((
    { opened, openings },
  ) => ({
    opened,
    ...Object.fromEntries((["content", "state", "stage"] as const).map((name) => {
      const times = openings.map((opening) => opening[name]);
      return [`${name}, ms: median, worst`, `${median(times).toFixed(0)}, ${Math.max(...times).toFixed(0)}`];
    })),
  })),
);

/**
 * The show page in a real browser, on the real program: GO, running cues, panic, edits, a phone.
 *
 * Takes turns: `tests/dashboard/` shows each part of the page without a browser.
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { browserNeeds, startBrowser, troubleOf } from "../../../testing/page/page_browser.ts";
import { freeTcpPort, startPageProgram } from "../../../testing/page/page_program.ts";
import { writePageShow } from "../../../testing/page/page_show.ts";
import { requirement } from "../../../testing/requirement.ts";

/** Patience of the browser: many times what a busy machine needs. */
const patienceMs = 60_000;

requirement({
  name: "an operator calls a show by the keyboard, panics, edits it, and calls it from a phone",
  fn: async (t) => {
    const folder = await Deno.makeTempDir({ prefix: "understudy-show-page-" });
    const file = await writePageShow(folder);
    const program = await startPageProgram({ port: freeTcpPort(), environment: { UNDERSTUDY_SHOW: file } });
    const browser = await startBrowser();
    try {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
      context.setDefaultTimeout(patienceMs);
      const page = await context.newPage();
      const trouble = troubleOf(page);
      /** A step that fails ends the test: the next ones go on from where it ends. */
      const step = async (name: string, fn: () => Promise<void>) => {
        if (!await t.step(name, fn)) throw new Error(`it ends at the step: ${name}`);
      };
      const nextIs = (name: string) => page.locator(".next-name", { hasText: name }).waitFor();

      await step("where a show is loaded the page opens it, in show mode", async () => {
        await page.goto(program.url);
        await nextIs("preset");
        strictEqual(await page.getByRole("tab", { name: "Show" }).getAttribute("aria-selected"), "true");
        strictEqual(await page.locator(".desk").getAttribute("data-mode"), "show");
        strictEqual(await page.locator(".cues li").count(), 11);
        deepStrictEqual(await violations(page), []);
      });

      await step("space is GO wherever the focus is, arrows move the playhead, Alt jumps", async () => {
        await page.keyboard.press("ArrowDown");
        await nextIs("wind on the ramparts");
        await page.keyboard.press("ArrowUp");
        await nextIs("preset");
        await page.locator('[data-row="3"] .cue').dblclick({ modifiers: ["Alt"] });
        await nextIs("bell");
        // the button that has the focus is not pressed by it
        await page.getByRole("button", { name: "Back" }).focus();
        await page.keyboard.press("Space");
        await page.locator('.running-cue[data-key="3"]').waitFor();
        await nextIs("the ghost");
      });

      await step("what is left of a running cue goes down, and its row is marked", async () => {
        await page.locator('[data-row="3"] .cue-running').waitFor();
        const times = await page.locator('.running-cue[data-key="3"] .running-time').evaluate(countdown);
        ok(times.length > 1);
        deepStrictEqual(times, times.toSorted((one, other) => other - one));
      });

      await step("panic fades, and its button says that a second one cuts", async () => {
        await page.keyboard.press("Escape");
        await page.getByRole("button", { name: /^Cut now/ }).click();
        await page.locator(".running-cue").waitFor({ state: "detached" });
      });

      await step(
        "in edit mode a field changes the cue that plays, and a mistake is told with its place",
        async () => {
          await page.getByRole("button", { name: "Edit", exact: true }).click();
          await page.locator('[data-row="6"] button').click();
          await page.locator("#cue-name").fill("cock crows twice");
          await page.keyboard.press("Enter");
          await page.locator('[data-row="6"]', { hasText: "cock crows twice" }).waitFor();
          await page.locator("#cue-fade, #cue-rate").fill("two");
          await page.keyboard.press("Tab");
          await page.locator(".cue-field .problem", { hasText: "expected a number" }).waitFor();
          await page.keyboard.press("Shift+Tab");
          await page.keyboard.press("Escape");
          deepStrictEqual(await violations(page), []);
          await page.getByRole("button", { name: "JSON" }).click();
          const text = await page.locator("#show-json").inputValue();
          await page.locator("#show-json").fill(text.replace('"rate": 2', '"rat": 2'));
          await page.keyboard.press("Control+Enter");
          await page.locator(".mistakes button", { hasText: /Line \d+, column \d+: .*"rate"/ }).click();
          match(await page.locator("#show-json").evaluate(lineOfCursor), /"rat": 2/);
          await page.getByRole("button", { name: "Undo", exact: true }).click();
          await page.locator(".mistakes button").waitFor({ state: "detached" });
          await page.getByRole("button", { name: "Save" }).click();
          await page.locator(".editor", { hasText: "not saved" }).waitFor({ state: "detached" });
          match(await Deno.readTextFile(file), /"name": "cock crows twice"/);
        },
      );

      await step("a phone is a second remote: GO lies under the thumb", async () => {
        const phone = await browser.newPage({ viewport: { width: 390, height: 844 }, hasTouch: true });
        phone.setDefaultTimeout(patienceMs);
        await phone.goto(program.url);
        await phone.locator(".next-name", { hasText: "the ghost" }).waitFor();
        const { y, width, height } = (await phone.locator(".go").boundingBox())!;
        ok(width > 350 && y > 844 / 2 && y + height <= 844, "GO is large and in the lower half");
        await phone.locator(".go").tap();
        await page.locator('.running-cue[data-key="5.1"]').waitFor();
        deepStrictEqual(await violations(phone), []);
        ok(
          await phone.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
          "nothing is beside it",
        );
      });

      deepStrictEqual(trouble, []);
    } finally {
      await browser.close();
      await program.stop("SIGKILL");
      await Deno.remove(folder, { recursive: true });
    }
  },
  sanitizeResources: false,
  sanitizeOps: false,
}, browserNeeds);

/** In the page: the seconds that a cue has left, each time they change, until they have three times. */
function countdown(element: Element): Promise<number[]> {
  const seconds = () => Number((element as HTMLElement).dataset.remaining);
  const seen = [seconds()];
  return new Promise((resolve) => {
    new MutationObserver((_changes, observer) => {
      if (seconds() !== seen.at(-1)) seen.push(seconds());
      if (seen.length < 4) return;
      observer.disconnect();
      resolve(seen);
    }).observe(element, { attributes: true });
  });
}

/** In the page: the line in which the selection of a text begins. */
function lineOfCursor(element: Element): string {
  const { value, selectionStart } = element as HTMLTextAreaElement;
  const start = value.lastIndexOf("\n", selectionStart - 1) + 1;
  const end = value.indexOf("\n", selectionStart);
  return value.slice(start, end < 0 ? undefined : end);
}

/** What axe finds, in one line each. */
async function violations(page: Page): Promise<string[]> {
  if (!await page.evaluate(() => "axe" in globalThis)) await page.evaluate(axe.source);
  return await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run("body");
    return violations.map(({ id, nodes }) =>
      `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`
    );
  });
}

/**
 * The operator's page in a real browser, on the real program: what an operator does, and sees.
 *
 * Takes turns: `tests/dashboard/` shows each part of the page without a browser.
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { renderAgain } from "../../../testing/engine/render_again.ts";
import { browserNeeds, startBrowser, troubleOf } from "../../../testing/page/page_browser.ts";
import { freeTcpPort, startPageProgram } from "../../../testing/page/page_program.ts";
import { requirement } from "../../../testing/requirement.ts";
import { readFloatWav } from "../../../testing/sound/read_float_wav.ts";

const secret = "a secret of the stage";

/** Patience of the browser: many times what a busy machine needs. */
const patienceMs = 60_000;

requirement({
  name:
    "an operator plays, turns, breaks, and sees it, by mouse, touch and keyboard, over the end of the engine",
  fn: async (t) => {
    const port = freeTcpPort();
    const folder = await Deno.makeTempDir({ prefix: "understudy-page-" });
    const session = `${folder}/show.session`;
    const recordings = { UNDERSTUDY_RECORDINGS: folder, UNDERSTUDY_RECORD_FORMAT: "wav32f" };
    let program = await startPageProgram({
      patch: "keys",
      port,
      environment: { ...recordings, UNDERSTUDY_SESSION: session },
    });
    const browser = await startBrowser();
    try {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, hasTouch: true });
      context.setDefaultTimeout(patienceMs);
      const page = await context.newPage();
      const trouble = troubleOf(page);
      /** A step that fails ends the test: the next ones go on from where it ends. */
      const step = async (name: string, fn: () => Promise<void>) => {
        if (!await t.step(name, fn)) throw new Error(`it ends at the step: ${name}`);
      };

      await step("the page is there, and says whether sound goes out", async () => {
        const begun = performance.now();
        await page.goto(program.url);
        await page.locator(".state-word").waitFor();
        console.log(`page visible after ${Math.round(performance.now() - begun)} ms`);
        // the clock driver has no loudspeaker, and the page does not pretend that it has one
        await page.locator('.state[data-level="warning"]', { hasText: "Not heard" }).waitFor();
        strictEqual(await page.locator(".role[data-renderer]").count(), 3);
        match(await page.locator(".facts").innerText(), /keys/);
      });

      await step("a note of the computer's keys moves the meter, and ends with the key", async () => {
        await page.keyboard.down("a");
        await page.waitForFunction(() => document.querySelector(".meter-number")!.textContent !== "−∞");
        strictEqual(await page.locator('[data-note="48"]').getAttribute("aria-pressed"), "true");
        await page.keyboard.up("a");
        strictEqual(await page.locator(".key-held").count(), 0);
      });

      await step("two fingers hold two keys, and losing the focus lets both go", async () => {
        await page.locator(".keys").scrollIntoViewIfNeeded();
        const session = await context.newCDPSession(page);
        const points = await Promise.all([52, 55].map(async (note, id) => {
          const box = (await page.locator(`[data-note="${note}"]`).boundingBox())!;
          return { x: box.x + box.width / 2, y: box.y + box.height - 10, id };
        }));
        await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: points });
        await page.waitForFunction(() => document.querySelectorAll(".key-held").length === 2);
        await page.evaluate(() => dispatchEvent(new Event("blur")));
        await page.waitForFunction(() => document.querySelectorAll(".key-held").length === 0);
        await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
      });

      await step("a parameter is turned by arrow keys, typed, and set back by a double click", async () => {
        const control = page.locator('.control[data-address="master/gainDb"]');
        const slider = control.locator("input[type=range]");
        const before = await valueAt(program.url, "master/gainDb");
        await slider.focus();
        await page.keyboard.press("ArrowLeft");
        await untilValue(program.url, "master/gainDb", (value) => value < before);
        await control.locator("input[type=text]").fill("-12");
        await page.keyboard.press("Enter");
        await untilValue(program.url, "master/gainDb", (value) => value === -12);
        match((await slider.getAttribute("aria-valuetext"))!, /^−12.0 dB$/);
        await slider.dblclick();
        await untilValue(program.url, "master/gainDb", (value) => value === before);
      });

      await step("a refused command is told with its reason", async () => {
        await page.getByRole("tab", { name: "Messages" }).click();
        await page.getByLabel("Send", { exact: true }).fill("/nothing 1");
        await page.keyboard.press("Enter");
        await page.locator(".refusals p", { hasText: "/nothing" }).waitFor();
        await page.locator(".lines .osc-in", { hasText: "/nothing" }).waitFor();
      });

      await step("a renderer that is killed is told, and replaced", async () => {
        await page.getByRole("tab", { name: "Operate" }).click();
        await page.evaluate(watchForFault);
        const primary = await page.locator('[data-role="primary"]').getAttribute("data-renderer");
        await page.getByRole("button", { name: "Kill" }).click();
        const toldMs = await page.evaluate(() => (globalThis as unknown as FaultWatch).faultTold);
        console.log(`a fault is on the page ${Math.round(toldMs)} ms after the click`);
        ok(toldMs > 0);
        await page.waitForFunction(
          (gone) => {
            const now = document.querySelector<HTMLElement>('[data-role="primary"]')?.dataset.renderer;
            return now !== undefined && now !== gone &&
              document.querySelectorAll(".role[data-renderer]").length === 3;
          },
          primary,
        );
      });

      await step(
        "by the keyboard alone one gets from view to view, and axe finds nothing in any",
        async () => {
          await page.getByRole("tab", { name: "Operate" }).focus();
          await page.keyboard.press("Home");
          for (const name of ["Show", "Play", "Signal", "Operate", "Files", "Messages", "Log"]) {
            const tab = page.getByRole("tab", { name });
            strictEqual(await tab.getAttribute("aria-selected"), "true", name);
            ok(await tab.evaluate((element) => element === document.activeElement), `${name} has the focus`);
            if (name === "Signal") await page.locator(".chart canvas").nth(3).waitFor();
            if (name === "Log") await page.locator(".lines .line").first().waitFor();
            deepStrictEqual(await violations(page, name === "Play" ? "body" : "#view"), [], name);
            await page.keyboard.press("ArrowRight");
          }
          // the show has the room of the overview, and the page opens where it was
          await page.getByRole("tab", { name: "Play" }).click();
          await page.reload();
          await page.locator(".role[data-renderer]").nth(2).waitFor();
          const reached = await tabStops(page, 12);
          deepStrictEqual(reached.slice(0, 5), [
            "Skip to the controls",
            "Listen",
            "Record",
            "Panic",
            "Theme",
          ]);
        },
      );

      await step("one listens, and sees how far behind", async () => {
        await page.getByRole("button", { name: "Listen" }).click();
        await page.locator(".monitor-note", { hasText: /monitor, [1-9]\d* ms behind/ }).waitFor();
        await page.getByRole("button", { name: "Stop listening" }).click();
      });

      const downloaded = `${folder}/downloaded.wav`;
      await step("what the device gets is recorded, and the file is downloaded", async () => {
        await page.getByRole("tab", { name: "Files" }).click();
        const button = page.locator(".top").getByRole("button", { name: /^Record/ });
        await button.click();
        await page.locator('.top button[aria-pressed="true"]', { hasText: "Recording" }).waitFor();
        await page.keyboard.press("d");
        await page.getByRole("tab", { name: "Play" }).click();
        await page.keyboard.down("g");
        await page.waitForFunction(() =>
          /Recording [1-9]/.test(document.querySelector(".top")!.textContent!)
        );
        await page.keyboard.up("g");
        await button.click();
        await page.getByRole("tab", { name: "Files" }).click();
        const link = page.getByRole("link", { name: /^Download/ });
        await link.waitFor();
        const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
        await download.saveAs(downloaded);
      });

      await step("an engine that is killed is missed, and found again when it is back", async () => {
        await program.stop("SIGKILL");
        await page.locator(".state-word", { hasText: "No contact" }).waitFor();
        await page.locator('main[data-stale="true"]').waitFor();
        program = await startPageProgram({
          patch: "keys",
          port,
          environment: { UNDERSTUDY_OSC_SECRET: secret },
        });
        await page.locator('main[data-stale="false"]').waitFor();
        await page.locator(".state-word", { hasText: "Not heard" }).waitFor();
      });

      await step("where a secret is asked for, nothing can be changed before it is given", async () => {
        await page.getByRole("tab", { name: "Play" }).click();
        await page.locator('[data-note="48"]:disabled').waitFor();
        ok(await page.getByRole("button", { name: "Panic" }).isDisabled());
        await page.getByLabel("Secret").fill(secret);
        await page.getByRole("button", { name: "Log in" }).click();
        await page.locator('[data-note="48"]:enabled').waitFor();
        ok(
          !(await page.evaluate(() =>
            location.href + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)
          ))
            .includes(secret),
        );
      });

      await step("the bytes of the downloaded recording are those of the session's render", async () => {
        const recorded = await readFloatWav(downloaded);
        const { samples } = await renderAgain(session);
        ok(recorded.samples.length > 0);
        const bytes = (of: Float32Array<ArrayBuffer>) =>
          new Uint8Array(of.buffer, of.byteOffset, of.byteLength);
        const first = firstMatch(recorded.samples, samples);
        ok(first >= 0, "the render has the recording nowhere");
        strictEqual(first % 2, 0);
        deepStrictEqual(
          bytes(samples.slice(first, first + recorded.samples.length)),
          bytes(recorded.samples),
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

/** Where the sounding part of `wanted` begins in `all`, less what is silent before it; -1: nowhere. */
function firstMatch(wanted: Float32Array, all: Float32Array): number {
  const sounding = wanted.findIndex((sample) => sample !== 0);
  if (sounding < 0) return -1;
  const probe = wanted.subarray(sounding, sounding + 4_096);
  for (let at = sounding; at + probe.length <= all.length; at++) {
    if (all[at] === probe[0] && probe.every((sample, index) => all[at + index] === sample)) {
      return at - sounding;
    }
  }
  return -1;
}

interface FaultWatch {
  faultTold: Promise<number>;
}

/** In the page: time from the next click to the line that tells of a fault. */
function watchForFault(): void {
  const list = document.querySelector(".events")!;
  const known = list.querySelectorAll('[data-kind="fault"]').length;
  (globalThis as unknown as FaultWatch).faultTold = new Promise((resolve) => {
    let clickedMs = 0;
    addEventListener("click", () => clickedMs = performance.now(), { capture: true, once: true });
    new MutationObserver((_changes, observer) => {
      if (list.querySelectorAll('[data-kind="fault"]').length <= known) return;
      observer.disconnect();
      resolve(performance.now() - clickedMs);
    }).observe(list, { childList: true, subtree: true });
  });
}

/** What axe finds in a part of the page, in one line each. */
async function violations(page: Page, part: string): Promise<string[]> {
  if (!await page.evaluate(() => "axe" in globalThis)) await page.evaluate(axe.source);
  return await page.evaluate(async (part) => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run(part);
    return violations.map(({ id, nodes }) =>
      `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`
    );
  }, part);
}

/** Names of what the Tab key reaches, from the top. */
async function tabStops(page: Page, count: number): Promise<string[]> {
  const names: string[] = [];
  for (let stop = 0; stop < count; stop++) {
    await page.keyboard.press("Tab");
    names.push(
      await page.evaluate(() => {
        const element = document.activeElement as HTMLElement;
        return element.closest("label")?.querySelector(".unseen")?.textContent ?? element.innerText.trim();
      }),
    );
  }
  return names;
}

async function valueAt(url: string, address: string): Promise<number> {
  const { VALUE } = await (await fetch(`${url}${address}?VALUE`)).json();
  return VALUE[0];
}

async function untilValue(url: string, address: string, holds: (value: number) => boolean): Promise<void> {
  for (let tries = 0; tries < 3_000; tries++) {
    if (holds(await valueAt(url, address))) return;
  }
  throw new Error(`${address} is ${await valueAt(url, address)}`);
}

import type { EngineEvent } from "../control/control.ts";
import type { Log } from "../../foundation/logging.ts";
import type { SupervisionEvent } from "../supervisor/supervision.ts";

/** What an event does not say itself. */
export interface EventContext {
  /** The block that the device takes next. */
  readonly block: number;
  /** What a lost renderer wrote down before it ended. */
  readonly detail: string;
}

/** Logs one line for an event of the supervision loop. */
export function logEvent(log: Log, event: SupervisionEvent, { block, detail }: EventContext): void {
  switch (event.event) {
    case "fault":
      return log.warning(`renderer lost: ${event.cause}${detail ? ` (${detail})` : ""}`, {
        role: event.role,
        rendererId: event.incarnation,
        block: event.block >>> 0,
        event: "fault",
        cause: event.cause,
      });
    case "role":
      return log.info(`plays ${event.role}`, { role: event.role, rendererId: event.incarnation, block });
    case "lockstep":
      // nothing was waited for at the start, or when the others had never left
      return log.info(
        `${event.renderers} renderers in lockstep${
          event.afterMs === 0 ? "" : ` after ${event.afterMs.toFixed(1)} ms`
        }`,
        {
          block,
          ...event,
        },
      );
    case "alone":
      return log.error("no renderer in lockstep: sound is concealed until one has caught up", { block });
    case "overload":
      return log.error(
        "overload: all renderers are late; play fewer voices or raise UNDERSTUDY_LOOKAHEAD_BLOCKS",
        { block },
      );
    case "zombie":
      return log.error(
        "thread does not end; it runs behind other programs now and its ring is not used again",
        {
          role: "zombie",
          rendererId: event.incarnation,
        },
      );
    case "backoff":
      return log.warning(`many renderers were lost: the next start waits ${event.delayMs} ms`);
    case "divergence": {
      const verdict = event.undecided
        ? "two renderers disagree, the third will decide"
        : "one renderer is outvoted";
      return log.warning(`checksums differ: ${verdict}`, { block: event.block >>> 0 });
    }
    case "wrong":
      return log.error(
        `${event.blocks} blocks were heard as a broken renderer had made them: the others were not in time to outvote it`,
        { block: event.block >>> 0 },
      );
    case "quarantine":
      return log.error(
        `all renderers broke at one block: ${event.positions.length} commands are skipped permanently`,
        { block },
      );
    case "anchor":
      return log.error(
        "no renderer could go on: they begin again with the initial state of the patch and the " +
          `${
            event.withValues ? "last" : "default"
          } values of its parameters; held notes and waiting commands are gone`,
        { block: event.block >>> 0 },
      );
  }
}

/** The same event for observers of the engine; undefined for events that only the log shows. */
export function eventOf(event: SupervisionEvent): EngineEvent | undefined {
  switch (event.event) {
    case "fault": {
      const { cause, role, incarnation, block } = event;
      return { event: "fault", cause, role, rendererId: incarnation, block: block >>> 0 };
    }
    case "role":
      return { event: "role", role: event.role, rendererId: event.incarnation };
    case "lockstep":
      return { event: "lockstep", renderers: event.renderers, afterMs: event.afterMs };
    case "alone":
    case "overload":
      return { event: event.event };
    case "quarantine":
      return { event: "quarantine", commands: event.positions.length };
    case "wrong":
      return { event: "wrong", block: event.block >>> 0, blocks: event.blocks };
    case "anchor":
      return { event: "anchor", block: event.block >>> 0, withValues: event.withValues };
    case "zombie":
    case "backoff":
    case "divergence":
      return undefined;
  }
}

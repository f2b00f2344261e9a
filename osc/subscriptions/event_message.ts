import type { EngineEvent } from "../../engine/control/control.ts";
import type { OscMessage } from "../packet/packet.ts";
import { float, scalar, text } from "../packet/reply.ts";

/** The message that tells of an event; undefined for values of parameters, which are many and which `/get` answers. */
export function eventMessage(event: EngineEvent, instruments: readonly string[]): OscMessage | undefined {
  const message = (...args: OscMessage["args"]) => ({ address: `/event/${event.event}`, args });
  const rec = (what: string, ...args: OscMessage["args"]) => ({ address: `/event/rec/${what}`, args });
  const stream = (what: string, ...args: OscMessage["args"]) => ({ address: `/event/stream/${what}`, args });
  const show = (what: string, ...args: OscMessage["args"]) => ({ address: `/event/show/${what}`, args });
  switch (event.event) {
    case "fault":
      return message(text(event.role), scalar(event.rendererId), text(event.cause), scalar(event.block | 0));
    case "role":
      return message(text(event.role), scalar(event.rendererId));
    case "lockstep":
      return message(scalar(event.renderers), float(event.afterMs));
    case "alone":
    case "overload":
      return message();
    case "shed":
      return message(scalar(event.limit), scalar(event.voices));
    case "wrong":
      return message(scalar(event.block | 0), scalar(event.blocks));
    case "quarantine":
    case "refused":
      return message(scalar(event.commands));
    case "lookahead":
      return message(scalar(event.blocks), float(event.latencyMs));
    case "anchor":
      return message(scalar(event.block | 0), text(event.withValues ? "values" : "defaults"));
    case "recStart":
      return rec("start", text(event.path), scalar(event.block | 0), float(event.seconds));
    case "recStop":
      return rec("stop", text(event.path), float(event.seconds), text(event.problem));
    case "recLost":
      return rec("lost", text(event.path), float(event.seconds), scalar(event.frames));
    case "streamOpen":
      return stream("open", scalar(event.player + 1), text(event.name));
    case "streamEnd":
      return stream("end", scalar(event.player + 1), text(event.name));
    case "streamLate":
      return stream(
        "late",
        ...[scalar(event.player + 1), text(event.name), scalar(event.blocks), float(event.seconds)],
      );
    case "over":
      return message(scalar(event.samples), float(event.peakDb));
    case "outputSilent":
      return {
        address: "/event/output/silent",
        args: [scalar(event.output), text(event.kind), float(event.seconds)],
      };
    case "outputSound":
      return { address: "/event/output/sound", args: [scalar(event.output), float(event.seconds)] };
    case "device":
      return message(text(event.state), text(event.device));
    case "journal":
      return message(text(event.state), text(event.problem));
    case "degraded":
      return message(text(event.part), text(event.problem));
    case "restored":
      return message(text(event.part));
    case "patch":
      return message(text(event.patch));
    case "noteEnd":
      return {
        address: "/event/note/end",
        args: [text(instruments[event.instrument] ?? ""), scalar(event.id)],
      };
    case "silent":
      return message(text(instruments[event.instrument] ?? ""));
    case "showStatus":
      return show("status", text(JSON.stringify(event.status)));
    case "showList":
      return show("list", scalar(event.revision));
    case "showCue":
      return show("cue", text(event.key), text(event.what), { type: "h", value: BigInt(event.frame) });
    case "showNotice":
      return show("notice", text(event.text));
    case "parameter":
      return undefined;
  }
}

import type { AccessControl } from "../admission/access_control.ts";
import { flag, MessageRefusedError, numbers, texts } from "../packet/arguments.ts";
import type { PacketSender } from "../packet/packet_sender.ts";
import { scalar } from "../packet/reply.ts";
import type { Feedback } from "../subscriptions/feedback.ts";
import { meterRates, type Meters } from "../subscriptions/meters.ts";
import type { Notifications } from "../subscriptions/notifications.ts";
import { subscriptionSeconds } from "../subscriptions/subscribers.ts";
import type { Method } from "./method.ts";

/** The subscriptions, and the state that is kept for each sender. */
export interface ListeningParts {
  readonly access: AccessControl;
  readonly notifications: Notifications;
  readonly meters: Meters;
  readonly feedback: Feedback;
  /** Whether the messages of a sender are answered with `/done`. */
  readonly setAnswers: (sender: PacketSender, on: boolean) => void;
}

/** Ports that answers may be sent to: not those of a system's services. */
const replyPorts = { lowest: 1_024, highest: 65_535 } as const;

/** Methods that set what the engine sends to their sender, and the login. */
export function listeningMethods(
  { notifications, meters, feedback, access, setAnswers }: ListeningParts,
): Method[] {
  return [
    {
      address: "/feedback",
      types: "i",
      access: "read",
      description: "1 sends the value of every parameter, with its own address, now and when it changes, " +
        `but not the values that the sender has set itself, until ${subscriptionSeconds} s after its last message; 0 ends that`,
      read: (args) => {
        const join = flag(args);
        return {
          act: (sender) => {
            if (!join) return feedback.leave(sender);
            access.checkSubscription(sender);
            feedback.join(sender);
          },
        };
      },
    },
    {
      address: "/answer",
      types: "i",
      access: "read",
      description:
        "0 ends the answers /done to the sender: it gets only errors, delays and the answers to its questions; 1: " +
        "every message is answered again; answers /answer.reply with the same number",
      read: (args) => {
        const on = flag(args);
        return {
          act: (sender) => {
            setAnswers(sender, on);
            sender.reply({ address: "/answer.reply", args: [scalar(on ? 1 : 0)] });
          },
        };
      },
    },
    {
      address: "/reply/port",
      types: "i",
      access: "read",
      description:
        `answers, events, values and meters go to this port of the sender's host, ${replyPorts.lowest} to ` +
        `${replyPorts.highest}; 0: to the port that it sends from`,
      ranges: { i: [{ MIN: 0, MAX: replyPorts.highest }] },
      read: (args) => {
        const [port] = numbers(args, "i");
        if (port !== 0 && (port < replyPorts.lowest || port > replyPorts.highest)) {
          throw new MessageRefusedError(
            `expected 0, or ${replyPorts.lowest} to ${replyPorts.highest}, found ${port}`,
          );
        }
        return { act: (sender) => setReplyPort(sender, port) };
      },
    },
    {
      address: "/notify",
      types: "i",
      access: "read",
      description:
        `1 sends /event/... messages to the sender until ${subscriptionSeconds} s after its last message, ` +
        "0 ends that; answers /notify.reply with those seconds",
      read: (args) => {
        const join = flag(args);
        return {
          act: (sender) => {
            if (!join) return notifications.leave(sender);
            access.checkSubscription(sender);
            notifications.join(sender);
            sender.reply({ address: "/notify.reply", args: [scalar(subscriptionSeconds)] });
          },
        };
      },
    },
    {
      address: "/meters",
      types: "f",
      access: "read",
      description: `sends /meters with each channel's peak at this rate in Hz (${meterRates.lowestHz} to ` +
        `${meterRates.highestHz}; 0 ends it), until ${subscriptionSeconds} s after the sender's last message`,
      read: (args) => {
        const [rateHz] = numbers(args, "f");
        if (rateHz !== 0 && (rateHz < meterRates.lowestHz || rateHz > meterRates.highestHz)) {
          throw new MessageRefusedError(
            `expected 0, or ${meterRates.lowestHz} to ${meterRates.highestHz} Hz, found ${rateHz}`,
          );
        }
        return {
          act: (sender) => {
            if (rateHz === 0) return meters.leave(sender);
            access.checkSubscription(sender);
            meters.join(sender, rateHz);
          },
        };
      },
    },
    {
      address: "/login",
      types: "s",
      access: "read",
      description: "the shared secret, where one is set: before it, the sender cannot change the sound",
      read: (args) => {
        const [secret] = texts(args, 1);
        return { act: (sender) => access.login(sender, secret) };
      },
    },
  ];
}

function setReplyPort(sender: PacketSender, port: number): void {
  if (!sender.setReplyPort) {
    throw new MessageRefusedError("answers go over the connection, which has no other port");
  }
  if (!sender.setReplyPort(port)) throw new MessageRefusedError(`${port} is the engine's own port`);
}

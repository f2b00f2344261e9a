import { AccessControl } from "../../osc/admission/access_control.ts";
import { AdmissionControl, type AdmissionOptions } from "../../osc/admission/admission.ts";
import type { PacketTarget } from "../../osc/admission/packet_target.ts";

/** Admission that lets this machine in, without a limit unless the options set one, and keeps its notices. */
export class TestAdmission extends AdmissionControl {
  readonly notices: string[];

  constructor(target: PacketTarget, options: Partial<AdmissionOptions> = {}) {
    const notices: string[] = [];
    super({
      access: AccessControl.local(),
      messagesPerSecond: 0,
      target,
      onNotice: (text) => void notices.push(text),
      ...options,
    });
    this.notices = notices;
  }
}

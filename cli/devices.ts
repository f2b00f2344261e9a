import { type Device, PortAudio } from "../ffi/portaudio.ts";
import type { Config } from "../config/settings.ts";
import { loadNative } from "../config/load_native.ts";

/** `understudy devices`: a table of all audio devices, and how to name one. Throws PortAudio's errors. */
export async function listDevices(config: Config): Promise<string> {
  const { native } = await loadNative(config, () => {});
  const portAudio = await PortAudio.open(native.symbols.us_ignore_address(), config.portAudioPath);
  try {
    const devices = portAudio.devices();
    if (devices.length === 0) {
      return "No audio devices. Connect one or start a sound server; without any, the engine keeps time by its clock.\n";
    }
    return [
      `${portAudio.version}\n`,
      ...devices.map(row),
      "\nName one in UNDERSTUDY_DEVICE, by index or name.\n",
    ].join("\n");
  } finally {
    await portAudio.close();
  }
}

function row(device: Device): string {
  const marks = [
    device.isDefaultOutput ? "default output" : "",
    device.isDefaultInput ? "default input" : "",
  ];
  const channels = `${device.maxOutputChannels} out, ${device.maxInputChannels} in`;
  const latencyMs = (device.lowOutputLatencySeconds * 1_000).toFixed(1);
  return [
    `${String(device.index).padStart(3)}  ${device.hostApi}: ${device.name}`,
    `     ${channels}, ${device.defaultSampleRateHz} Hz, ${latencyMs} ms${
      marks.filter(Boolean).map((mark) => `, ${mark}`).join("")
    }`,
  ].join("\n");
}

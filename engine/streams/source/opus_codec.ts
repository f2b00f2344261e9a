/** Ogg Opus (RFC 7845): always at 48 kHz, with the gain that its head states. */
import { OpusDecoder } from "opus-decoder";
import { SoundFileError } from "../../sound_files/sound_file_error.ts";
import { inWavOrder, type OggCodec } from "./ogg_codec.ts";

const rateHz = 48_000;

/**
 * The decoder's filters and predictions need 80 ms at least (RFC 7845, 4.6), which leaves an error of 40 dB below full scale;
 * after 0.6 s every bit is that of a decoding from the beginning.
 */
const prerollFrames = rateHz;

/** Reads the head. Throws SoundFileError. */
export function opusCodec(head: Uint8Array): OggCodec {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.length < 19 || head[8] >> 4 !== 0) {
    throw new SoundFileError("its head is that of no Opus of version 1");
  }
  const [channels, family] = [head[9], head[18]];
  if (channels === 0 || (family === 0 && channels > 2)) {
    throw new SoundFileError(`expected 1 or 2 channels in Opus of family 0, found ${channels}`);
  }
  if (family !== 0 && head.length < 21 + channels) throw new SoundFileError("its head breaks off");
  const streams = family === 0 ? 1 : head[19];
  const coupled = family === 0 ? channels - 1 : head[20];
  const mapping = family === 0
    ? Array.from({ length: channels }, (_, channel) => channel)
    : [...head.subarray(21, 21 + channels)];
  const isPossible = streams > 0 && coupled <= streams && streams + coupled <= 255 &&
    mapping.every((place) => place === 255 || place < streams + coupled);
  if (!isPossible) throw new SoundFileError("its head assigns channels that do not exist");
  const gain = 10 ** (view.getInt16(16, true) / (20 * 256));
  return {
    ...{ kind: "Ogg Opus", channels, sampleRateHz: rateHz, headers: 2, preSkip: view.getUint16(10, true) },
    ...{ prerollFrames, isPrimed: false },
    async open() {
      const decoder = new OpusDecoder({
        ...{ sampleRate: rateHz, channels, preSkip: 0, streamCount: streams },
        ...{ coupledStreamCount: coupled, channelMappingTable: mapping },
      });
      await decoder.ready;
      return {
        decode(packet) {
          const frames = packetFrames(packet);
          const { channelData, samplesDecoded } = packet.length > maxPacketBytes(channels) || frames === 0
            ? { channelData: [], samplesDecoded: 0 }
            : decoder.decodeFrame(packet);
          if (samplesDecoded !== frames) return Promise.resolve(silence(channels, frames));
          if (gain !== 1) {
            for (const side of channelData) for (let at = 0; at < side.length; at++) side[at] *= gain;
          }
          return Promise.resolve(family === 1 ? inWavOrder(channelData) : channelData);
        },
        free: () => decoder.free(),
      };
    },
  };
}

function silence(channels: number, frames: number): Float32Array[] {
  return Array.from({ length: channels }, () => new Float32Array(frames));
}

/** Room of the library for a packet. */
function maxPacketBytes(channels: number): number {
  return 32_000 * 0.12 * channels;
}

/** Frames of a packet by its first bytes (RFC 6716, 3.1); 0 for what is none. */
export function packetFrames(packet: Uint8Array): number {
  if (packet.length === 0) return 0;
  const config = packet[0] >> 3;
  const size = config < 12
    ? [480, 960, 1_920, 2_880][config & 3]
    : config < 16
    ? [480, 960][config & 1]
    : [120, 240, 480, 960][config & 3];
  const code = packet[0] & 3;
  const count = code === 0 ? 1 : code < 3 ? 2 : packet.length < 2 ? 0 : packet[1] & 63;
  return size * count > 5_760 ? 0 : size * count;
}

/*
 * Packets of RTP (RFC 3550) with linear samples (RFC 3551 and 3190: L16, L24). What is in a packet follows from the frame of media that
 * it begins with, the stream's number, and its samples: two machines that play the same write the same bytes.
 */
#ifndef UNDERSTUDY_RTP_PACKET_H
#define UNDERSTUDY_RTP_PACKET_H

#include <stdint.h>

#define US_RTP_HEADER_BYTES 12
/* Largest payload: what fits into an Ethernet frame, as AES67 has it. */
#define US_RTP_MAX_PAYLOAD 1440
#define US_RTP_MAX_CHANNELS 8

static inline void us_rtp_put16(unsigned char *at, uint32_t value) {
  at[0] = (unsigned char)(value >> 8);
  at[1] = (unsigned char)value;
}

static inline void us_rtp_put32(unsigned char *at, uint32_t value) {
  us_rtp_put16(at, value >> 16);
  us_rtp_put16(at + 2, value);
}

static inline uint32_t us_rtp_get16(const unsigned char *at) { return (uint32_t)at[0] << 8 | at[1]; }

static inline uint32_t us_rtp_get32(const unsigned char *at) { return us_rtp_get16(at) << 16 | us_rtp_get16(at + 2); }

/* Version 2, no padding, no extension, no contributing source, no marker. The packet's first frame is a multiple of its length. */
static inline void us_rtp_write_header(unsigned char *packet, uint32_t payload_type, uint32_t ssrc, uint64_t frame,
                                       uint32_t packet_frames) {
  packet[0] = 0x80;
  packet[1] = (unsigned char)payload_type;
  us_rtp_put16(packet + 2, (uint32_t)(frame / packet_frames) & 0xFFFFu);
  us_rtp_put32(packet + 4, (uint32_t)frame);
  us_rtp_put32(packet + 8, ssrc);
}

/* Triangular noise of ±1 step for a sample: the same on every machine, because it follows from frame and channel (splitmix64). */
static inline double us_rtp_dither(uint64_t frame, uint32_t channel) {
  uint64_t x = frame * 64u + channel + 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  x ^= x >> 31;
  return ((double)(uint32_t)x - (double)(uint32_t)(x >> 32)) / 4294967296.0;
}

/*
 * A sample as a whole number of 8 · `bytes` bits: times 2^15 or 2^23, to the nearest, halves upwards; values beyond the range become the
 * nearest in it. It is the rule of `understudy render --format`. The product and the sum are exact, so no machine rounds otherwise.
 */
static inline int32_t us_rtp_round(float sample, uint32_t bytes, double dither) {
  double top = bytes == 2 ? 32768.0 : 8388608.0;
  double wanted = (double)sample * top + dither + 0.5;
  if (!(wanted > -top)) return wanted <= -top ? (int32_t)-top : 0; /* not a number: silence */
  if (wanted >= top) return (int32_t)top - 1;
  int32_t whole = (int32_t)wanted;
  return wanted < (double)whole ? whole - 1 : whole;
}

#endif

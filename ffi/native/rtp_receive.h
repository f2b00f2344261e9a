/*
 * A receiver of one RTP stream that comes over several ways (ST 2022-7): a thread takes packets from whichever leg has them first, by
 * number, and a device's thread plays them some time later. The device's clock is another one than the sender's, so the stream is
 * resampled by a ratio that keeps the buffer at its length.
 *
 * A packet that no leg brought in time is silence with short fades, and counted. Nothing here runs in the callback of an engine.
 */
#ifndef UNDERSTUDY_RTP_RECEIVE_H
#define UNDERSTUDY_RTP_RECEIVE_H

#include <stdint.h>

#include "export.h"

#define US_RECEIVE_MAX_SOCKETS 8
#define US_RECEIVE_MAX_LEGS 8
/* Samples of a packet: a payload of 1440 bytes with 16 bits each. */
#define US_RECEIVE_PACKET_SAMPLES 720
/* Packets that are kept: half a second of 125 µs. */
#define US_RECEIVE_SLOTS 4096
#define US_RECEIVE_ANY_TYPE UINT32_MAX
/* The interpolating filter: taps, and phases between two frames; the table has one phase more. */
#define US_RECEIVE_TAPS 32
#define US_RECEIVE_PHASES 256

struct us_receive_socket {
  uint32_t address; /* group, or address of this machine; network order */
  uint32_t port;
  uint32_t interface_address;
  uint32_t interface_index;
};

struct us_receive_options {
  void *shared_memory; /* devices of it play the stream; NULL: us_receive_read takes it */
  const float *filter; /* (US_RECEIVE_PHASES + 1) · US_RECEIVE_TAPS, copied */
  uint32_t channels;
  uint32_t sample_rate_hz;
  uint32_t sample_bytes;
  uint32_t payload_type;
  uint32_t latency_frames;
  uint32_t match; /* 1: resample to the device's clock */
  uint32_t socket_count;
  uint32_t priority;
  struct us_receive_socket sockets[US_RECEIVE_MAX_SOCKETS];
};

_Static_assert(sizeof(struct us_receive_options) == 48 + 8 * 16, "ffi/rtp_receiver.ts has this size");

/* A sender at a socket. */
struct us_receive_leg {
  uint64_t packets;    /* that came */
  uint64_t first;      /* of them, those that came before the same of another leg: they are played */
  uint64_t duplicates; /* that another leg had brought */
  uint64_t late;       /* that came after their time */
  uint64_t differing;  /* duplicates with other samples */
  uint32_t longest_behind_us; /* longest time behind the leg that was first */
  uint32_t since_ms;   /* since its last packet */
  uint32_t source;     /* address, network order; 0: none */
  uint32_t socket;
};

struct us_receive_state {
  uint64_t played_frames;  /* of the stream, the lost ones included */
  uint64_t lost_packets;   /* that no leg brought in time */
  uint64_t lost_frames;
  uint64_t resyncs;        /* the buffer was empty or too full: it was begun again */
  uint64_t restarts;       /* the stream began again with other numbers */
  uint64_t foreign;        /* packets of other streams, and what is none */
  int64_t ratio_ppb;       /* frames of the stream that a frame of the device takes, less one, in parts of 10^9 */
  uint32_t fill_frames;    /* in the buffer, on average */
  uint32_t packet_frames;  /* 0: nothing came yet */
  uint32_t ssrc;
  uint32_t is_playing;
  struct us_receive_leg legs[US_RECEIVE_MAX_LEGS];
};

_Static_assert(sizeof(struct us_receive_state) == 72 + 8 * 56, "ffi/rtp_receiver.ts reads this");

/* Opens sockets and starts the thread. Returns 0, or a us_rtp_failure (rtp_send.h). Main isolate. */
US_EXPORT int us_receive_open(const struct us_receive_options *options, void **receiver);

/* How it stands. Any thread. */
US_EXPORT void us_receive_poll(void *receiver, struct us_receive_state *state);

/* The next frames, interleaved, for a device whose thread this is. No allocation, lock or system call but the clock. */
void us_receive_read(void *receiver, float *output, uint32_t frames);

/* Waits for the thread and frees everything. No device may play it any more. Not on the main isolate. */
US_EXPORT void us_receive_close(void *receiver);

#endif

/*
 * The RTP driver: a thread calls the callback for each packet and sends it, when the common clock has come to the packet's first
 * frame. Numbers and times of packets follow from that frame alone, see rtp_packet.h.
 *
 * A thread that was held up sends what is due at once. Packets that lie more than half the lookahead in the past are skipped and counted,
 * as the clock driver does. Where the frame of the first block was given (`origin`), several machines send the same packets; one
 * that had to skip would send other ones, so it stops sending instead.
 */
#ifndef UNDERSTUDY_RTP_SEND_H
#define UNDERSTUDY_RTP_SEND_H

#include <stdint.h>

#include "export.h"

#define US_RTP_MAX_STREAMS 64
#define US_RTP_MAX_LEGS 2
#define US_RTP_NO_ORIGIN UINT64_MAX

/* Where packets go. Addresses in network order. */
struct us_rtp_leg {
  uint32_t address;
  uint32_t port;
  uint32_t interface_address; /* 0: as the system routes */
  uint32_t interface_index;   /* 0: as the system routes */
};

struct us_rtp_stream {
  uint32_t first_channel;
  uint32_t channels;
  uint32_t ssrc;
  struct us_rtp_leg legs[US_RTP_MAX_LEGS];
};

struct us_rtp_options {
  void *shared_memory;
  void *input;     /* a receiver (rtp_receive.h) that the callback's input comes from; NULL: silence */
  uint64_t origin; /* frame of media of the first frame of the first block; US_RTP_NO_ORIGIN: as it comes */
  int64_t leap_ns; /* TAI less the system's time */
  uint32_t packet_frames;
  uint32_t sample_bytes; /* 2 or 3 */
  uint32_t payload_type;
  uint32_t dscp;
  uint32_t ttl;
  uint32_t dither; /* 1: triangular noise before rounding */
  uint32_t clock;  /* us_media_source */
  uint32_t priority;
  uint32_t stream_count;
  uint32_t leg_count;
  char clock_path[64];
  struct us_rtp_stream streams[US_RTP_MAX_STREAMS];
};

_Static_assert(sizeof(struct us_rtp_stream) == 44 && sizeof(struct us_rtp_options) == 136 + 64 * 44, "ffi/rtp_sender.ts has these sizes");

/* Which part of an opening failed; the errno is in the lower 16 bits. */
enum us_rtp_failure { us_rtp_no_clock = 1 << 16, us_rtp_no_socket = 2 << 16, us_rtp_no_interface = 3 << 16, us_rtp_no_thread = 4 << 16 };

struct us_rtp_state {
  uint64_t packets;        /* sent, of all streams and legs */
  uint64_t failed_packets; /* that the system refused */
  uint64_t skipped_frames; /* lay too far in the past */
  uint64_t late_packets;   /* left later than a packet's time */
  uint64_t longest_late_ns;
  uint64_t origin;         /* frame of media of the engine's first frame; US_RTP_NO_ORIGIN: nothing was played yet */
  uint64_t frame;          /* of media, of the last packet */
  int64_t clock_error_ns;  /* the clock less what is sent by */
  uint32_t clock_steps;    /* seen */
  uint32_t jumps;          /* steps that the numbers of packets have followed */
  uint32_t clock_unreadable;
  uint32_t is_stepped;     /* a step was seen and is not followed */
  uint32_t withdrawn;      /* nothing is sent any more: it would not be what the other machine sends */
  uint32_t last_error;     /* errno of the last packet that was refused */
};

_Static_assert(sizeof(struct us_rtp_state) == 88, "ffi/rtp_sender.ts reads 88 bytes");

/* Opens sockets and starts the thread, its door shut. Returns 0, or a us_rtp_failure. Main isolate. */
US_EXPORT int us_rtp_open(const struct us_rtp_options *options, void **sender);

/* The door, a struct us_device. Any thread, as long as the sender is not closed. */
US_EXPORT void *us_rtp_door(void *sender);

/* How it stands. Any thread. */
US_EXPORT void us_rtp_poll(void *sender, struct us_rtp_state *state);

/* Sends a datagram over a leg's socket to an address in network order. Returns 0 or an errno. Main isolate. */
US_EXPORT int us_rtp_announce(void *sender, uint32_t leg, uint32_t address, uint32_t port, const void *bytes, uint32_t count);

/* Address of a leg's packets as they leave, in network order; 0: not known. Main isolate. */
US_EXPORT uint32_t us_rtp_source_address(void *sender, uint32_t leg, uint32_t address, uint32_t port);

/* Shuts the door, waits for the thread and frees everything. Not on the main isolate. */
US_EXPORT void us_rtp_close(void *sender);

#endif

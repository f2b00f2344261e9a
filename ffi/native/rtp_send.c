#define _GNU_SOURCE
#include "rtp_send.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "callback.h"
#include "device.h"
#include "guard.h"
#include "layout.h"
#include "media_clock.h"
#include "monotonic.h"
#include "rtp_packet.h"
#include "rtp_receive.h"
#include "thread.h"

#define LOAD(word) __atomic_load_n(&(word), __ATOMIC_RELAXED)
#define STORE(word, value) __atomic_store_n(&(word), (value), __ATOMIC_RELAXED)

/* The clock is read this often. */
#define FOLLOW_NS 10000000u

struct sender {
  struct us_rtp_options options;
  struct us_rtp_state state; /* written by the thread */
  struct us_media_clock clock;
  struct us_device *door;
  pthread_t thread;
  uint32_t stop;
  int sockets[US_RTP_MAX_LEGS];
  struct sockaddr_in receivers[US_RTP_MAX_STREAMS][US_RTP_MAX_LEGS];
  uint64_t rate;
  uint32_t channels;
  uint64_t tolerated_ns;
  uint64_t next; /* frame of media of the next packet */
  unsigned long flags; /* of the next call */
  float *output;
  float *input;
  unsigned char packet[US_RTP_HEADER_BYTES + US_RTP_MAX_PAYLOAD];
};

static uint64_t round_up(uint64_t frame, uint64_t packet_frames) { return (frame + packet_frames - 1) / packet_frames * packet_frames; }

static void write_samples(struct sender *self, const struct us_rtp_stream *stream) {
  const struct us_rtp_options *o = &self->options;
  unsigned char *at = self->packet + US_RTP_HEADER_BYTES;
  for (uint32_t frame = 0; frame < o->packet_frames; frame++) {
    const float *samples = self->output + (size_t)frame * self->channels + stream->first_channel;
    for (uint32_t channel = 0; channel < stream->channels; channel++) {
      double dither = o->dither ? us_rtp_dither(self->next + frame, stream->first_channel + channel) : 0;
      uint32_t value = (uint32_t)us_rtp_round(samples[channel], o->sample_bytes, dither);
      if (o->sample_bytes == 3) *at++ = (unsigned char)(value >> 16);
      *at++ = (unsigned char)(value >> 8);
      *at++ = (unsigned char)value;
    }
  }
}

static void send_packets(struct sender *self) {
  const struct us_rtp_options *o = &self->options;
  for (uint32_t index = 0; index < o->stream_count; index++) {
    const struct us_rtp_stream *stream = &o->streams[index];
    us_rtp_write_header(self->packet, o->payload_type, stream->ssrc, self->next, o->packet_frames);
    write_samples(self, stream);
    size_t bytes = US_RTP_HEADER_BYTES + (size_t)o->packet_frames * stream->channels * o->sample_bytes;
    for (uint32_t leg = 0; leg < o->leg_count; leg++) {
      const struct sockaddr_in *receiver = &self->receivers[index][leg];
      if (sendto(self->sockets[leg], self->packet, bytes, MSG_DONTWAIT | MSG_NOSIGNAL, (const void *)receiver, sizeof *receiver) >= 0) {
        STORE(self->state.packets, self->state.packets + 1);
      } else {
        STORE(self->state.failed_packets, self->state.failed_packets + 1);
        STORE(self->state.last_error, (uint32_t)errno);
      }
    }
  }
}

/* Nothing more is sent: it would be other packets than those of the other machine. */
static void withdraw(struct sender *self) { STORE(self->state.withdrawn, 1u); }

/* Silence without a call of the callback, before the first frame is due; the device watch sees the thread by its calls. */
static void wait_for_origin(struct sender *self) {
  memset(self->output, 0, (size_t)self->options.packet_frames * self->channels * sizeof(float));
  __atomic_store_n(&self->door->calls, self->door->calls + 1, __ATOMIC_RELEASE);
}

/* Where the engine's first frame lies in media follows from the first packet that it has filled. */
static void note_origin(struct sender *self, uint64_t before, uint64_t after) {
  int is_given = self->options.origin != US_RTP_NO_ORIGIN;
  if (before == after) {
    if (is_given && before == 0 && LOAD(self->door->open)) withdraw(self); /* it is due and the engine has not begun */
    return;
  }
  uint64_t origin = self->next - before;
  if (is_given && origin != self->options.origin) withdraw(self);
  STORE(self->state.origin, origin);
}

static void play(struct sender *self) {
  const struct us_rtp_options *o = &self->options;
  if (o->origin != US_RTP_NO_ORIGIN && self->next < o->origin) {
    wait_for_origin(self);
    return;
  }
  const struct us_counters *counters = (const void *)((unsigned char *)o->shared_memory + US_COUNTERS_OFFSET);
  if (!us_guard_enter(o->shared_memory)) {
    wait_for_origin(self);
    return;
  }
  if (o->input && self->input) us_receive_read(o->input, self->input, o->packet_frames);
  uint64_t before = LOAD(counters->frames);
  us_device_call(self->input, self->output, o->packet_frames, NULL, self->flags, self->door);
  self->flags = 0;
  uint64_t after = LOAD(counters->frames);
  us_guard_leave();
  note_origin(self, before, after);
}

/* The clock was stepped, and the step has lasted: numbers and times of packets go on from there; the sound goes on unbroken. */
static void jump(struct sender *self, uint64_t now) {
  self->next = round_up(us_media_frame(&self->clock, now, self->rate), self->options.packet_frames);
  STORE(self->state.jumps, self->state.jumps + 1);
}

/* Skips the packets that lie too far in the past. Returns whether there were any. */
static int skip(struct sender *self, uint64_t now) {
  uint64_t due = us_media_moment(&self->clock, self->next, self->rate);
  if ((int64_t)(now - due) <= (int64_t)self->tolerated_ns) return 0;
  uint64_t to = round_up(us_media_frame(&self->clock, now, self->rate), self->options.packet_frames);
  STORE(self->state.skipped_frames, self->state.skipped_frames + (to - self->next));
  self->next = to;
  self->flags = US_OUTPUT_UNDERFLOW;
  if (self->options.origin != US_RTP_NO_ORIGIN && to > self->options.origin) withdraw(self);
  return 1;
}

static void note_lateness(struct sender *self, uint64_t due) {
  int64_t late = (int64_t)(us_monotonic_ns() - due);
  if (late > (int64_t)self->state.longest_late_ns) STORE(self->state.longest_late_ns, (uint64_t)late);
  if (late > (int64_t)((uint64_t)self->options.packet_frames * 1000000000u / self->rate))
    STORE(self->state.late_packets, self->state.late_packets + 1);
}

static void note_clock(struct sender *self) {
  STORE(self->state.clock_error_ns, self->clock.error_ns);
  STORE(self->state.clock_steps, self->clock.steps);
  STORE(self->state.clock_unreadable, self->clock.unreadable);
  STORE(self->state.is_stepped, self->clock.is_stepped);
}

static void *run(void *argument) {
  struct sender *self = argument;
  while (!__atomic_load_n(&self->stop, __ATOMIC_ACQUIRE)) {
    uint64_t now = us_monotonic_ns();
    if (now - self->clock.followed_ns >= FOLLOW_NS) {
      if (us_media_follow(&self->clock, now)) jump(self, now);
      note_clock(self);
    }
    if (skip(self, now)) continue;
    uint64_t due = us_media_moment(&self->clock, self->next, self->rate);
    if ((int64_t)(due - now) > (int64_t)FOLLOW_NS) due = now + FOLLOW_NS; /* the line has moved back: looked at again soon */
    struct timespec until = {(time_t)(due / 1000000000u), (long)(due % 1000000000u)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {}
    if (us_media_moment(&self->clock, self->next, self->rate) > due) continue;
    play(self);
    if (!self->state.withdrawn) send_packets(self);
    note_lateness(self, due);
    STORE(self->state.frame, self->next);
    self->next += self->options.packet_frames;
  }
  return NULL;
}

/* A socket that sends over a leg's interface. Returns it, or -1 with a us_rtp_failure in `failed`. */
static int open_socket(const struct us_rtp_options *o, const struct us_rtp_leg *leg, int *failed) {
  int opened = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (opened < 0) {
    *failed = us_rtp_no_socket | errno;
    return -1;
  }
  int tos = (int)(o->dscp << 2), ttl = (int)o->ttl, loop = 1;
  struct ip_mreqn via = {.imr_address.s_addr = leg->interface_address, .imr_ifindex = (int)leg->interface_index};
  struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = leg->interface_address};
  if (setsockopt(opened, IPPROTO_IP, IP_TOS, &tos, sizeof tos) != 0 || setsockopt(opened, IPPROTO_IP, IP_TTL, &ttl, sizeof ttl) != 0 ||
      setsockopt(opened, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof ttl) != 0 ||
      setsockopt(opened, IPPROTO_IP, IP_MULTICAST_LOOP, &loop, sizeof loop) != 0)
    *failed = us_rtp_no_socket | errno;
  else if ((leg->interface_index && setsockopt(opened, IPPROTO_IP, IP_MULTICAST_IF, &via, sizeof via) != 0) ||
           bind(opened, (const void *)&from, sizeof from) != 0)
    *failed = us_rtp_no_interface | errno;
  else
    return opened;
  close(opened);
  return -1;
}

static void release(struct sender *self) {
  for (uint32_t leg = 0; leg < US_RTP_MAX_LEGS; leg++)
    if (self->sockets[leg] >= 0) close(self->sockets[leg]);
  us_media_close(&self->clock);
  us_device_free(self->door);
  free(self->output);
  free(self->input);
  free(self);
}

static int prepare(struct sender *self) {
  const struct us_rtp_options *o = &self->options;
  const struct us_geometry *g = o->shared_memory;
  int failed = us_media_open(&self->clock, o->clock, o->clock_path, o->leap_ns);
  if (failed) return us_rtp_no_clock | failed;
  self->clock.may_jump = o->origin == US_RTP_NO_ORIGIN;
  for (uint32_t leg = 0; leg < o->leg_count; leg++) {
    self->sockets[leg] = open_socket(o, &o->streams[0].legs[leg], &failed);
    if (self->sockets[leg] < 0) return failed;
    for (uint32_t stream = 0; stream < o->stream_count; stream++) {
      const struct us_rtp_leg *to = &o->streams[stream].legs[leg];
      self->receivers[stream][leg] =
          (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)to->port), .sin_addr.s_addr = to->address};
    }
  }
  self->rate = g->sample_rate_hz;
  self->channels = g->channels;
  self->tolerated_ns = (uint64_t)g->lookahead_blocks * g->block_frames * 1000000000u / g->sample_rate_hz / 2;
  self->output = calloc((size_t)o->packet_frames * g->channels, sizeof(float));
  self->input = g->input_channels ? calloc((size_t)o->packet_frames * g->input_channels, sizeof(float)) : NULL;
  self->door = us_device_create(o->shared_memory);
  if (!self->output || !self->door || (g->input_channels && !self->input)) return us_rtp_no_thread | ENOMEM;
  self->next = round_up(us_media_frame(&self->clock, us_monotonic_ns(), self->rate), o->packet_frames) + o->packet_frames;
  self->state.origin = US_RTP_NO_ORIGIN;
  return 0;
}

static int start_thread(struct sender *self) {
  int failed = us_thread_start(&self->thread, run, self, (int)self->options.priority, NULL);
  return failed ? us_rtp_no_thread | failed : 0;
}

int us_rtp_open(const struct us_rtp_options *options, void **sender) {
  struct sender *self = calloc(1, sizeof *self);
  if (!self) return us_rtp_no_thread | ENOMEM;
  self->options = *options;
  self->clock.descriptor = -1;
  for (uint32_t leg = 0; leg < US_RTP_MAX_LEGS; leg++) self->sockets[leg] = -1;
  int failed = prepare(self);
  if (!failed) failed = start_thread(self);
  if (failed)
    release(self);
  else
    *sender = self;
  return failed;
}

void *us_rtp_door(void *sender) { return ((struct sender *)sender)->door; }

void us_rtp_poll(void *sender, struct us_rtp_state *state) {
  struct us_rtp_state *from = &((struct sender *)sender)->state;
  state->packets = LOAD(from->packets);
  state->failed_packets = LOAD(from->failed_packets);
  state->skipped_frames = LOAD(from->skipped_frames);
  state->late_packets = LOAD(from->late_packets);
  state->longest_late_ns = LOAD(from->longest_late_ns);
  state->origin = LOAD(from->origin);
  state->frame = LOAD(from->frame);
  state->clock_error_ns = LOAD(from->clock_error_ns);
  state->clock_steps = LOAD(from->clock_steps);
  state->jumps = LOAD(from->jumps);
  state->clock_unreadable = LOAD(from->clock_unreadable);
  state->is_stepped = LOAD(from->is_stepped);
  state->withdrawn = LOAD(from->withdrawn);
  state->last_error = LOAD(from->last_error);
}

int us_rtp_announce(void *sender, uint32_t leg, uint32_t address, uint32_t port, const void *bytes, uint32_t count) {
  struct sender *self = sender;
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = address};
  return sendto(self->sockets[leg], bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL, (const void *)&to, sizeof to) < 0 ? errno : 0;
}

uint32_t us_rtp_source_address(void *sender, uint32_t leg, uint32_t address, uint32_t port) {
  struct sender *self = sender;
  const struct us_rtp_leg *via = &self->options.streams[0].legs[leg];
  if (via->interface_address) return via->interface_address;
  int probe = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = address}, from = {0};
  socklen_t bytes = sizeof from;
  int known = probe >= 0 && connect(probe, (const void *)&to, sizeof to) == 0 && getsockname(probe, (void *)&from, &bytes) == 0;
  if (probe >= 0) close(probe);
  return known ? from.sin_addr.s_addr : 0;
}

void us_rtp_close(void *sender) {
  struct sender *self = sender;
  us_device_set_open(self->door, 0);
  __atomic_store_n(&self->stop, 1, __ATOMIC_RELEASE);
  pthread_join(self->thread, NULL);
  release(self);
}

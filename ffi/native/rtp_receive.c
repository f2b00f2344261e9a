#define _GNU_SOURCE
#include "rtp_receive.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guard.h"
#include "layout.h"
#include "monotonic.h"
#include "rtp_packet.h"
#include "rtp_send.h"
#include "source.h"
#include "thread.h"

#define LOAD(word) __atomic_load_n(&(word), __ATOMIC_ACQUIRE)
#define STORE(word, value) __atomic_store_n(&(word), (value), __ATOMIC_RELEASE)
/* Counters with one writer. */
#define ADD(counter, amount) __atomic_store_n(&(counter), (counter) + (uint64_t)(amount), __ATOMIC_RELAXED)

/* Numbers further away than this are those of another stream, or of one that began again. */
#define MAX_JUMP 1000
/* A stream that was silent for this long may begin again with other numbers. */
#define GONE_NS 200000000u
#define STOP_LOOK_MS 50
#define MAX_PACKET_BYTES 2048
/* Packets that are taken from one socket before it is the next one's turn. */
#define MAX_DRAINED 64
/* A lost packet is faded out and in over this many frames. */
#define FADE_FRAMES 48
/* Frames that one piece of a call takes at most. */
#define PIECE_FRAMES 1024
#define WINDOW_FRAMES (PIECE_FRAMES + PIECE_FRAMES / 64 + US_RECEIVE_TAPS + 2)
/* The match: largest deviation, its speed at the start and later (radians a second), and the smoothing of the measured fill. */
#define MAX_DEVIATION 0.001
#define FAST 0.5
#define SLOW 0.1
#define FAST_SECONDS 20.0
#define SMOOTH_SECONDS 0.3
/* The fill is measured for this long after a beginning; its mean is what the match keeps: calls and packets come in bursts. */
#define MEASURE_SECONDS 2.0

/* A packet, by its number since the stream began. The tag is taken away before the samples change, and given last. */
struct slot {
  uint64_t tag; /* number + 1; 0: none */
  uint64_t arrived_ns;
  float samples[US_RECEIVE_PACKET_SAMPLES];
};

struct leg {
  struct us_receive_leg counts;
  uint64_t last_ns;
};

struct receiver {
  struct us_receive_options options;
  float filter[(US_RECEIVE_PHASES + 1) * US_RECEIVE_TAPS];
  int sockets[US_RECEIVE_MAX_SOCKETS];
  pthread_t thread;
  uint32_t stop;
  struct slot *slots;
  /* the receiving thread's */
  uint32_t began;
  uint32_t ssrc;
  uint64_t newest; /* number of the newest packet, from 2^16 on, so that older ones have a number */
  uint32_t newest_sequence;
  uint32_t newest_timestamp;
  uint64_t last_ns;
  uint64_t restarts, foreign;
  struct leg legs[US_RECEIVE_MAX_LEGS];
  /* from the receiving thread to the device's */
  _Alignas(64) uint64_t written; /* frame behind the newest packet */
  uint64_t began_at;             /* first frame of the stream */
  uint32_t packet_frames;
  uint32_t epoch; /* grows when the stream begins again */
  /* the device's thread's */
  _Alignas(64) uint64_t fetched; /* frame that is taken next */
  uint32_t seen_epoch;
  uint32_t is_playing;
  double position; /* of the next frame of output in the window */
  uint32_t window_frames;
  float *window;
  float *last; /* the last frame that came, for the fade */
  uint32_t fade_out, fade_in;
  double fill, target, integral, ratio, seconds;
  uint64_t missing_packet;
  uint64_t played_frames, lost_packets, lost_frames, resyncs;
};

/* ---- the receiving thread ---- */

/* The leg of a sender that sends the stream; where all are taken, in place of the one that has been silent for the longest. */
static struct leg *leg_of(struct receiver *self, uint32_t socket, uint32_t source) {
  struct leg *oldest = &self->legs[0];
  for (uint32_t index = 0; index < US_RECEIVE_MAX_LEGS; index++) {
    struct leg *leg = &self->legs[index];
    if (leg->counts.source == source && leg->counts.socket == socket) return leg;
    if (leg->last_ns < oldest->last_ns) oldest = leg;
  }
  STORE(oldest->counts.source, 0);
  memset(&oldest->counts, 0, sizeof oldest->counts);
  oldest->counts.socket = socket;
  STORE(oldest->counts.source, source);
  return oldest;
}

/* What a packet says. */
struct parsed {
  uint32_t sequence, timestamp, ssrc, frames;
  const unsigned char *payload;
};

static int parse(const struct receiver *self, const unsigned char *packet, size_t bytes, struct parsed *parsed) {
  const struct us_receive_options *o = &self->options;
  if (bytes < US_RTP_HEADER_BYTES || packet[0] >> 6 != 2) return 0;
  if (o->payload_type != US_RECEIVE_ANY_TYPE && (packet[1] & 0x7Fu) != o->payload_type) return 0;
  size_t begin = US_RTP_HEADER_BYTES + 4u * (packet[0] & 0x0Fu);
  if (packet[0] & 0x10) { /* an extension: its length in words lies behind its kind */
    if (begin + 4 > bytes) return 0;
    begin += 4 + 4u * us_rtp_get16(packet + begin + 2);
  }
  size_t padding = packet[0] & 0x20 ? packet[bytes - 1] : 0;
  size_t frame_bytes = (size_t)o->channels * o->sample_bytes;
  if (begin + padding >= bytes) return 0;
  size_t payload = bytes - begin - padding;
  if (payload % frame_bytes != 0 || payload / o->sample_bytes > US_RECEIVE_PACKET_SAMPLES) return 0;
  *parsed = (struct parsed){
      .sequence = us_rtp_get16(packet + 2),
      .timestamp = us_rtp_get32(packet + 4),
      .ssrc = us_rtp_get32(packet + 8),
      .frames = (uint32_t)(payload / frame_bytes),
      .payload = packet + begin,
  };
  return 1;
}

static float sample_at(const unsigned char *at, uint32_t bytes) {
  if (bytes == 2) return (float)(int16_t)us_rtp_get16(at) / 32768.0f;
  int32_t value = (int32_t)(us_rtp_get16(at) << 16 | (uint32_t)at[2] << 8) >> 8;
  return (float)value / 8388608.0f;
}

/* The stream begins, or begins again, with this packet. */
static void begin_stream(struct receiver *self, const struct parsed *parsed) {
  if (self->began) ADD(self->restarts, 1);
  uint64_t number = self->began ? self->newest + US_RECEIVE_SLOTS : 65536;
  self->began = 1;
  self->ssrc = parsed->ssrc;
  self->newest = number;
  self->newest_sequence = parsed->sequence;
  self->newest_timestamp = parsed->timestamp;
  STORE(self->packet_frames, parsed->frames);
  STORE(self->began_at, number * parsed->frames);
  STORE(self->written, number * parsed->frames);
  STORE(self->epoch, self->epoch + 1);
}

/* The packet's number since the stream began; 0: it is not of this stream. */
static uint64_t number_of(struct receiver *self, const struct parsed *parsed, uint64_t now) {
  if (self->began && parsed->ssrc == self->ssrc && parsed->frames == self->packet_frames) {
    int32_t distance = (int16_t)(uint16_t)(parsed->sequence - self->newest_sequence);
    uint32_t due = self->newest_timestamp + (uint32_t)distance * parsed->frames;
    if (distance < MAX_JUMP && distance > -MAX_JUMP && parsed->timestamp == due) return self->newest + (uint64_t)(int64_t)distance;
  }
  if (self->began && now - self->last_ns < GONE_NS) return 0;
  begin_stream(self, parsed);
  return self->newest;
}

static int differs(const struct receiver *self, const struct slot *slot, const struct parsed *parsed) {
  const struct us_receive_options *o = &self->options;
  for (uint32_t index = 0; index < parsed->frames * o->channels; index++)
    if (slot->samples[index] != sample_at(parsed->payload + (size_t)index * o->sample_bytes, o->sample_bytes)) return 1;
  return 0;
}

static void note_duplicate(struct receiver *self, struct leg *leg, const struct slot *slot, const struct parsed *parsed, uint64_t now) {
  ADD(leg->counts.duplicates, 1);
  if (differs(self, slot, parsed)) ADD(leg->counts.differing, 1);
  uint64_t behind_us = (now - slot->arrived_ns) / 1000u;
  if (behind_us > leg->counts.longest_behind_us)
    STORE(leg->counts.longest_behind_us, behind_us > UINT32_MAX ? UINT32_MAX : (uint32_t)behind_us);
}

/* A packet that `source`, in network order, has sent to a socket. */
static void take(struct receiver *self, uint32_t socket, uint32_t source, const unsigned char *packet, size_t bytes) {
  const struct us_receive_options *o = &self->options;
  uint64_t now = us_monotonic_ns();
  struct parsed parsed;
  uint64_t number = parse(self, packet, bytes, &parsed) ? number_of(self, &parsed, now) : 0;
  if (number == 0) {
    ADD(self->foreign, 1);
    return;
  }
  struct leg *leg = leg_of(self, socket, source);
  ADD(leg->counts.packets, 1);
  STORE(leg->last_ns, now);
  self->last_ns = now;
  struct slot *slot = &self->slots[number % US_RECEIVE_SLOTS];
  if (slot->tag == number + 1) {
    note_duplicate(self, leg, slot, &parsed, now);
    return;
  }
  if (LOAD(self->is_playing) && number * parsed.frames < LOAD(self->fetched)) {
    ADD(leg->counts.late, 1);
    return;
  }
  ADD(leg->counts.first, 1);
  __atomic_store_n(&slot->tag, 0, __ATOMIC_RELAXED);
  __atomic_thread_fence(__ATOMIC_RELEASE);
  for (uint32_t index = 0; index < parsed.frames * o->channels; index++)
    slot->samples[index] = sample_at(parsed.payload + (size_t)index * o->sample_bytes, o->sample_bytes);
  slot->arrived_ns = now;
  STORE(slot->tag, number + 1);
  if (number < self->newest) return;
  self->newest = number;
  self->newest_sequence = parsed.sequence;
  self->newest_timestamp = parsed.timestamp;
  STORE(self->written, (number + 1) * parsed.frames);
}

static void drain(struct receiver *self, uint32_t socket) {
  unsigned char packet[MAX_PACKET_BYTES];
  struct sockaddr_in from;
  /* a flood at one socket keeps neither the others nor the end waiting */
  for (uint32_t count = 0; count < MAX_DRAINED; count++) {
    socklen_t from_bytes = sizeof from;
    ssize_t bytes = recvfrom(self->sockets[socket], packet, sizeof packet, MSG_DONTWAIT, (void *)&from, &from_bytes);
    if (bytes < 0) return;
    take(self, socket, from.sin_addr.s_addr, packet, (size_t)bytes);
  }
}

static void *run(void *argument) {
  struct receiver *self = argument;
  struct pollfd waits[US_RECEIVE_MAX_SOCKETS];
  for (uint32_t index = 0; index < self->options.socket_count; index++)
    waits[index] = (struct pollfd){.fd = self->sockets[index], .events = POLLIN};
  while (!LOAD(self->stop)) {
    if (poll(waits, self->options.socket_count, STOP_LOOK_MS) <= 0) continue;
    for (uint32_t index = 0; index < self->options.socket_count; index++)
      if (waits[index].revents) drain(self, index);
  }
  return NULL;
}

/* ---- the device's thread ---- */

/* The frames of one packet that follow `fetched`, as many as are wanted; NULL where it is not there. */
static const struct slot *find(const struct receiver *self, uint64_t number) {
  const struct slot *slot = &self->slots[number % US_RECEIVE_SLOTS];
  return LOAD(slot->tag) == number + 1 ? slot : NULL;
}

static void fade(struct receiver *self, float *frame, int is_there) {
  uint32_t channels = self->options.channels;
  if (!is_there) {
    self->fade_in = FADE_FRAMES;
    float left = self->fade_out ? (float)--self->fade_out / FADE_FRAMES : 0;
    for (uint32_t channel = 0; channel < channels; channel++) frame[channel] = self->last[channel] * left;
    return;
  }
  float come = 1 - (float)self->fade_in / FADE_FRAMES;
  if (self->fade_in) self->fade_in--;
  for (uint32_t channel = 0; channel < channels; channel++) {
    if (come < 1) frame[channel] *= come;
    self->last[channel] = frame[channel];
  }
  self->fade_out = FADE_FRAMES;
}

/* Appends the next frames of the stream to the window. */
static void fetch(struct receiver *self, uint32_t frames) {
  uint32_t channels = self->options.channels, packet_frames = self->packet_frames;
  while (frames > 0) {
    uint64_t number = self->fetched / packet_frames;
    uint32_t from = (uint32_t)(self->fetched % packet_frames);
    uint32_t count = packet_frames - from < frames ? packet_frames - from : frames;
    float *into = self->window + (size_t)self->window_frames * channels;
    const struct slot *slot = find(self, number);
    if (slot) memcpy(into, slot->samples + (size_t)from * channels, (size_t)count * channels * sizeof(float));
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    int is_there = slot && __atomic_load_n(&slot->tag, __ATOMIC_RELAXED) == number + 1;
    for (uint32_t frame = 0; frame < count; frame++) fade(self, into + (size_t)frame * channels, is_there);
    if (!is_there) {
      ADD(self->lost_frames, count);
      if (self->missing_packet != number) ADD(self->lost_packets, 1);
      self->missing_packet = number;
    }
    self->window_frames += count;
    STORE(self->fetched, self->fetched + count);
    frames -= count;
  }
}

/* Begins to play as far behind the newest packet as the latency is. */
static void anchor(struct receiver *self, uint64_t written) {
  const struct us_receive_options *o = &self->options;
  uint32_t history = o->match ? US_RECEIVE_TAPS / 2 - 1 : 0;
  STORE(self->fetched, written - o->latency_frames);
  self->window_frames = history;
  memset(self->window, 0, (size_t)history * o->channels * sizeof(float));
  self->position = history;
  self->fade_in = FADE_FRAMES;
  self->fill = o->latency_frames;
  self->seconds = 0;
  STORE(self->is_playing, 1);
}

/* Whether there is something to play. */
static int is_ready(struct receiver *self) {
  const struct us_receive_options *o = &self->options;
  uint32_t epoch = LOAD(self->epoch);
  uint64_t written = LOAD(self->written);
  if (epoch != self->seen_epoch) {
    self->seen_epoch = epoch;
    self->integral = 0;
    STORE(self->is_playing, 0);
  }
  if (epoch == 0) return 0;
  if (!self->is_playing) {
    if (written < LOAD(self->began_at) + o->latency_frames) return 0;
    anchor(self, written);
    return 1;
  }
  int64_t ahead = (int64_t)(written - self->fetched);
  int64_t margin = (int64_t)o->latency_frames + (int64_t)o->sample_rate_hz / 20;
  if (ahead > -margin && ahead < (int64_t)o->latency_frames + margin) return 1;
  if (ahead <= -margin) { /* nothing comes any more: begun again when it does */
    STORE(self->is_playing, 0);
    STORE(self->began_at, written);
    ADD(self->resyncs, 1);
    return 0;
  }
  ADD(self->resyncs, 1);
  anchor(self, written);
  return 1;
}

static double within(double value, double limit) { return value > limit ? limit : value < -limit ? -limit : value; }

/* A loop of second order that keeps the buffer's length at the latency. */
static void control(struct receiver *self, uint32_t frames) {
  const struct us_receive_options *o = &self->options;
  double rate = o->sample_rate_hz, elapsed = frames / rate;
  double ahead = (double)(int64_t)(LOAD(self->written) - self->fetched);
  if (self->seconds < MEASURE_SECONDS) {
    self->target = (self->target * self->seconds + ahead * elapsed) / (self->seconds + elapsed);
    self->fill = self->target;
    self->seconds += elapsed;
    self->ratio = o->match ? 1 + self->integral : 1;
    return;
  }
  self->seconds += elapsed;
  double share = elapsed / SMOOTH_SECONDS;
  self->fill += (ahead - self->fill) * (share < 1 ? share : 1);
  if (!o->match) return;
  double error = (self->fill - self->target) / rate, speed = self->seconds < FAST_SECONDS ? FAST : SLOW;
  double wanted = self->integral + 2 * speed * error;
  self->ratio = 1 + within(wanted, MAX_DEVIATION);
  if (wanted < MAX_DEVIATION && wanted > -MAX_DEVIATION) /* at its limit it would only run away */
    self->integral = within(self->integral + speed * speed * error * elapsed, MAX_DEVIATION);
}

/* One frame at a position between those of the window. */
static void interpolate(const struct receiver *self, double position, float *output) {
  uint32_t channels = self->options.channels;
  uint32_t whole = (uint32_t)position;
  double phase = (position - whole) * US_RECEIVE_PHASES;
  uint32_t row = (uint32_t)phase;
  float between = (float)(phase - row);
  const float *taps = self->filter + (size_t)row * US_RECEIVE_TAPS;
  const float *from = self->window + (size_t)(whole + 1 - US_RECEIVE_TAPS / 2) * channels;
  for (uint32_t channel = 0; channel < channels; channel++) output[channel] = 0;
  for (uint32_t tap = 0; tap < US_RECEIVE_TAPS; tap++) {
    float weight = taps[tap] + (taps[tap + US_RECEIVE_TAPS] - taps[tap]) * between;
    for (uint32_t channel = 0; channel < channels; channel++) output[channel] += weight * from[(size_t)tap * channels + channel];
  }
}

/* Lets go of what no later frame needs. */
static void shift(struct receiver *self) {
  uint32_t history = self->options.match ? US_RECEIVE_TAPS / 2 - 1 : 0;
  uint32_t used = (uint32_t)self->position - history, channels = self->options.channels;
  memmove(self->window, self->window + (size_t)used * channels, (size_t)(self->window_frames - used) * channels * sizeof(float));
  self->window_frames -= used;
  self->position -= used;
}

static void read_piece(struct receiver *self, float *output, uint32_t frames) {
  uint32_t channels = self->options.channels;
  if (!is_ready(self)) {
    memset(output, 0, (size_t)frames * channels * sizeof(float));
    return;
  }
  uint32_t ahead = self->options.match ? US_RECEIVE_TAPS / 2 + 1 : 0;
  uint32_t needed = (uint32_t)(self->position + frames * self->ratio) + ahead;
  if (needed > self->window_frames) fetch(self, needed - self->window_frames);
  if (self->options.match) {
    for (uint32_t frame = 0; frame < frames; frame++, self->position += self->ratio)
      interpolate(self, self->position, output + (size_t)frame * channels);
  } else {
    memcpy(output, self->window, (size_t)frames * channels * sizeof(float));
    self->position += frames;
  }
  shift(self);
  ADD(self->played_frames, frames);
}

void us_receive_read(void *receiver, float *output, uint32_t frames) {
  struct receiver *self = receiver;
  if (is_ready(self)) control(self, frames); /* once a call: within one the buffer only falls */
  for (uint32_t from = 0; from < frames;) {
    uint32_t count = frames - from < PIECE_FRAMES ? frames - from : PIECE_FRAMES;
    read_piece(self, output + (size_t)from * self->options.channels, count);
    from += count;
  }
}

/* What a device of the shared memory plays; it counts its calls there, so that a lost device is noticed. */
static int play(const void *input, void *output, unsigned long frames, const void *time_info, unsigned long flags, void *context) {
  (void)input, (void)time_info, (void)flags;
  struct receiver *self = context;
  us_receive_read(self, output, (uint32_t)frames);
  unsigned char *memory = self->options.shared_memory;
  if (!us_guard_enter(memory)) return 0;
  struct us_counters *counters = (void *)(memory + US_COUNTERS_OFFSET);
  ADD(counters->frames, frames);
  ADD(counters->callbacks, 1);
  us_guard_leave();
  return 0;
}

/* ---- the main isolate ---- */

static int is_group(uint32_t address) { return (ntohl(address) >> 28) == 14; }

/* A socket that hears a group or an address of this machine. Returns it, or -1 with a us_rtp_failure in `failed`. */
static int open_socket(const struct us_receive_socket *place, int *failed) {
  int opened = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (opened < 0) {
    *failed = us_rtp_no_socket | errno;
    return -1;
  }
  int on = 1, room = 1 << 20, all = 0;
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)place->port), .sin_addr.s_addr = place->address};
  struct ip_mreqn group = {.imr_multiaddr.s_addr = place->address,
                           .imr_address.s_addr = place->interface_address,
                           .imr_ifindex = (int)place->interface_index};
  setsockopt(opened, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  setsockopt(opened, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(opened, IPPROTO_IP, IP_MULTICAST_ALL, &all, sizeof all); /* only what this socket has joined */
  if (bind(opened, (const void *)&at, sizeof at) != 0)
    *failed = us_rtp_no_socket | errno;
  else if (is_group(place->address) && setsockopt(opened, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group) != 0)
    *failed = us_rtp_no_interface | errno;
  else
    return opened;
  close(opened);
  return -1;
}

static void release(struct receiver *self) {
  for (uint32_t index = 0; index < US_RECEIVE_MAX_SOCKETS; index++)
    if (self->sockets[index] >= 0) close(self->sockets[index]);
  free(self->slots);
  free(self->window);
  free(self->last);
  free(self);
}

static int prepare(struct receiver *self) {
  const struct us_receive_options *o = &self->options;
  int failed = 0;
  for (uint32_t index = 0; index < o->socket_count; index++) {
    self->sockets[index] = open_socket(&o->sockets[index], &failed);
    if (self->sockets[index] < 0) return failed;
  }
  self->slots = calloc(US_RECEIVE_SLOTS, sizeof *self->slots);
  self->window = calloc((size_t)WINDOW_FRAMES * o->channels, sizeof(float));
  self->last = calloc(o->channels, sizeof(float));
  self->ratio = 1;
  if (!self->slots || !self->window || !self->last) return us_rtp_no_thread | ENOMEM;
  if (o->filter) memcpy(self->filter, o->filter, sizeof self->filter);
  return 0;
}

static int start_thread(struct receiver *self) {
  int failed = us_thread_start(&self->thread, run, self, (int)self->options.priority, NULL);
  return failed ? us_rtp_no_thread | failed : 0;
}

int us_receive_open(const struct us_receive_options *options, void **receiver) {
  struct receiver *self = aligned_alloc(64, (sizeof *self + 63) / 64 * 64);
  if (!self) return us_rtp_no_thread | ENOMEM;
  memset(self, 0, sizeof *self);
  self->options = *options;
  self->options.filter = NULL;
  for (uint32_t index = 0; index < US_RECEIVE_MAX_SOCKETS; index++) self->sockets[index] = -1;
  self->options.filter = options->filter;
  int failed = prepare(self);
  self->options.filter = NULL;
  if (!failed) failed = start_thread(self);
  if (failed) {
    release(self);
    return failed;
  }
  if (options->shared_memory) us_source_set(options->shared_memory, play, self);
  *receiver = self;
  return 0;
}

void us_receive_poll(void *receiver, struct us_receive_state *state) {
  struct receiver *self = receiver;
  state->played_frames = LOAD(self->played_frames);
  state->lost_packets = LOAD(self->lost_packets);
  state->lost_frames = LOAD(self->lost_frames);
  state->resyncs = LOAD(self->resyncs);
  state->restarts = LOAD(self->restarts);
  state->foreign = LOAD(self->foreign);
  state->ratio_ppb = (int64_t)((self->ratio - 1) * 1e9);
  state->fill_frames = self->fill > 0 ? (uint32_t)self->fill : 0;
  state->packet_frames = LOAD(self->packet_frames);
  state->ssrc = self->ssrc;
  state->is_playing = LOAD(self->is_playing);
  for (uint32_t index = 0; index < US_RECEIVE_MAX_LEGS; index++) {
    state->legs[index] = self->legs[index].counts;
    uint64_t last_ns = LOAD(self->legs[index].last_ns); /* before the time: else a packet between them would come after it */
    uint64_t since_ms = (us_monotonic_ns() - last_ns) / 1000000u;
    state->legs[index].since_ms = since_ms > UINT32_MAX ? UINT32_MAX : (uint32_t)since_ms;
  }
}

void us_receive_close(void *receiver) {
  struct receiver *self = receiver;
  if (self->options.shared_memory) us_source_set(NULL, NULL, NULL);
  STORE(self->stop, 1);
  pthread_join(self->thread, NULL);
  release(self);
}

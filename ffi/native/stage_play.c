/*
 * The role `play`: everything of the engine that must go on for the next block to be heard, and not a line more. The callback is
 * called by the clock or by a client of JACK. While JACK is lost the clock keeps time in its place, and the client is opened again; one of
 * the two calls, never both.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "jack.h"
#include "layout.h"
#include "monotonic.h"
#include "orphans.h"
#include "processes.h"
#include "run_folder.h"
#include "scheduling.h"
#include "services.h"
#include "stage.h"
#include "ticks.h"

#define LOAD(word) __atomic_load_n(&(word), __ATOMIC_ACQUIRE)
#define STORE(word, value) __atomic_store_n(&(word), (value), __ATOMIC_RELEASE)
#define AT(type, offset) ((type *)(void *)(memory + (offset)))

enum { driver_none = 0, driver_clock = 1, driver_jack = 2 };

/* Orders are looked at as soon as they come; the device, and the end of the other processes, this often. */
#define LOOK_MS 20
#define LOOKS_BETWEEN_ORPHAN_CHECKS 5
#define OPEN_MS 700u
#define CLOSE_MS 700u
#define RETRY_MS 300u
/* A client that is back takes over after this many calls: renderers then run ahead as far as its period needs. */
#define CALLS_TO_RETURN 8u
/* A client that is attached and does not call for this long, or for this many of its periods, stands still with its server. */
#define SILENT_MS 600u
#define SILENT_PERIODS 4u
/* It may go on for this long; then it is closed and opened again. */
#define RETURN_MS 10000u
/* Cables count once they have been there for this long: a server that ends takes them off first. */
#define SETTLED_MS 500u
#define CABLES_BYTES 16384
#define PAGE_BYTES 4096

struct stage {
  unsigned char *memory;
  void *jack;     /* NULL: none is open */
  int attached;   /* JACK calls the callback; 0: the clock does */
  uint32_t calls; /* of the client when it was opened again */
  uint32_t last_calls; /* of the client that plays */
  uint64_t silent_ms;  /* since it called, as far as this process was awake */
  uint64_t looked_ms;
  uint64_t frames;     /* handed over when it was looked at last */
  uint64_t return_until_ms;
  uint64_t retry_ms;
  uint64_t cables_ms; /* when the cables changed; 0: they are settled */
  char cables[CABLES_BYTES];
  char seen_cables[CABLES_BYTES];
};

static uint64_t now_ms(void) { return us_monotonic_ns() / 1000000u; }

static uint64_t ns_since_last_call(const unsigned char *memory) {
  const struct us_stage_report *report = AT(const struct us_stage_report, US_STAGE_REPORT_OFFSET);
  uint64_t last = AT(const struct us_callback_state, US_CALLBACK_STATE_OFFSET)->previous_ticks;
  uint64_t now_ns = us_monotonic_ns(), now = us_ticks();
  double ns_per_tick = (double)(now_ns - report->calibration_ns) / (double)(now - report->calibration_ticks);
  return last == 0 || now <= last ? 0 : (uint64_t)((double)(now - last) * ns_per_tick);
}

/* What a stage that was ended inside the callback has left half-done, and the time that no stage played. */
static void continue_after_loss(unsigned char *memory) {
  struct us_callback *callback = AT(struct us_callback, US_CALLBACK_OFFSET);
  struct us_stage_report *report = AT(struct us_stage_report, US_STAGE_REPORT_OFFSET);
  if (report->starts < 2) return;
  if (callback->stamp_sequence % 2 == 1) STORE(callback->stamp_sequence, callback->stamp_sequence + 1);
  if (LOAD(AT(struct us_control, US_CONTROL_OFFSET)->play) == 0) return;
  uint64_t rate = AT(struct us_geometry, US_GEOMETRY_OFFSET)->sample_rate_hz;
  report->lost_frames += (uint64_t)((double)ns_since_last_call(memory) * (double)rate / 1e9);
}

static int start_clock(const struct stage *self) {
  unsigned char *memory = self->memory;
  const struct us_stage_orders *orders = AT(const struct us_stage_orders, US_STAGE_ORDERS_OFFSET);
  return us_clock_start(memory, orders->period_frames, (int)orders->priority);
}

/* Opens a client, its door shut. Returns a us_jack_problem. */
static int open_jack(struct stage *self) {
  unsigned char *memory = self->memory;
  const struct us_stage_orders *orders = AT(const struct us_stage_orders, US_STAGE_ORDERS_OFFSET);
  struct us_jack_options options = {
      .client_name = (const char *)orders->client_name,
      .device = (const char *)orders->device,
      .input_device = (const char *)orders->input_device,
      .connections = self->cables[0] ? self->cables : NULL,
      .shared_memory = memory,
      .timeout_ms = OPEN_MS,
  };
  struct us_jack_opened opened = {0};
  int problem = us_jack_open(&options, &opened);
  AT(struct us_stage_report, US_STAGE_REPORT_OFFSET)->server_rate_hz = (uint32_t)opened.sample_rate_hz;
  if (problem != us_jack_ok) return problem;
  struct us_device_state state;
  self->jack = opened.client;
  us_device_poll(us_jack_door(self->jack), &state);
  self->calls = state.calls;
  self->cables_ms = now_ms();
  self->return_until_ms = now_ms() + RETURN_MS;
  return us_jack_ok;
}

static void close_jack(struct stage *self) {
  if (!self->jack) return;
  while (!us_device_set_open(us_jack_door(self->jack), 0)) {} /* no call of it may be inside when another begins */
  us_jack_close(self->jack, CLOSE_MS);
  self->jack = NULL;
  self->attached = 0;
}

static void attach_jack(struct stage *self) {
  unsigned char *memory = self->memory;
  us_clock_stop(memory);
  self->attached = 1;
  self->silent_ms = 0;
  STORE(AT(struct us_stage_report, US_STAGE_REPORT_OFFSET)->device_attempts, 0u);
  us_device_set_open(us_jack_door(self->jack), 1);
}

static int carry_out(struct stage *self) {
  unsigned char *memory = self->memory;
  const struct us_stage_orders *orders = AT(const struct us_stage_orders, US_STAGE_ORDERS_OFFSET);
  us_clock_stop(memory);
  close_jack(self);
  if (orders->driver == driver_none) return 0;
  if (orders->driver == driver_jack) {
    int problem = open_jack(self);
    int plays = LOAD(AT(struct us_control, US_CONTROL_OFFSET)->play) != 0;
    if (problem != us_jack_ok && !plays && !orders->may_wait) return problem;
    continue_after_loss(memory);
    if (problem == us_jack_ok) {
      attach_jack(self);
      return 0;
    }
    self->retry_ms = now_ms() + RETRY_MS; /* lost together with the stage before, or waited for */
    STORE(AT(struct us_stage_report, US_STAGE_REPORT_OFFSET)->device_problem, (uint32_t)problem);
    STORE(AT(struct us_stage_report, US_STAGE_REPORT_OFFSET)->device_lost, 1u);
    return start_clock(self);
  }
  continue_after_loss(memory);
  return start_clock(self);
}

/* Whether a cable leads from an output port to anywhere. */
static int leads_out(const char *cables) {
  for (const char *line = cables; line; line = strchr(line, '\n'))
    if (strncmp(line += *line == '\n', "out_", 4) == 0) return 1;
  return 0;
}

/* Notes the outputs from which no cable leads to anywhere. */
static void note_unpatched(unsigned char *memory, const char *cables) {
  struct us_stage_report *report = AT(struct us_stage_report, US_STAGE_REPORT_OFFSET);
  uint32_t channels = AT(const struct us_geometry, US_GEOMETRY_OFFSET)->channels;
  uint32_t patched[US_MAX_CHANNELS / 32] = {0};
  for (const char *line = cables; *line; line += *line == '\n') {
    unsigned long output = strncmp(line, "out_", 4) == 0 ? strtoul(line + 4, NULL, 10) : US_MAX_CHANNELS;
    if (output < US_MAX_CHANNELS) patched[output / 32] |= 1u << output % 32;
    line += strcspn(line, "\n");
  }
  for (uint32_t word = 0; word < US_MAX_CHANNELS / 32; word++) {
    uint32_t there = channels >= (word + 1) * 32 ? UINT32_MAX : channels <= word * 32 ? 0 : (1u << channels % 32) - 1;
    STORE(report->unpatched_outputs[word], there & ~patched[word]);
  }
}

/* Remembers the cables, so that the client that takes this one's place gets those that were made by hand. */
static void follow_cables(struct stage *self, const struct us_jack_state *state) {
  unsigned char *memory = self->memory;
  struct us_stage_report *report = AT(struct us_stage_report, US_STAGE_REPORT_OFFSET);
  if (state->connections_changed || self->cables_ms != 0) {
    if (state->connections_changed) {
      us_jack_connections(self->jack, self->seen_cables, CABLES_BYTES);
      self->cables_ms = now_ms();
    } else if (now_ms() - self->cables_ms > SETTLED_MS) {
      memcpy(self->cables, self->seen_cables, CABLES_BYTES);
      STORE(report->unconnected, !leads_out(self->cables));
      note_unpatched(memory, self->cables);
      self->cables_ms = 0;
    }
  }
  if (state->ports_changed && self->cables[0]) us_jack_connect(self->jack, self->cables);
}

/* Whether the client that plays has not called for too long. */
static int stands_still(struct stage *self, uint64_t elapsed_ms, uint32_t period_frames) {
  struct us_device_state door;
  us_device_poll(us_jack_door(self->jack), &door);
  self->silent_ms = door.calls == self->last_calls ? self->silent_ms + elapsed_ms : 0;
  self->last_calls = door.calls;
  unsigned char *memory = self->memory;
  uint64_t rate = AT(struct us_geometry, US_GEOMETRY_OFFSET)->sample_rate_hz;
  uint64_t periods_ms = SILENT_PERIODS * 1000u * (uint64_t)period_frames / rate;
  return self->silent_ms > (periods_ms > SILENT_MS ? periods_ms : SILENT_MS);
}

/* The clock plays in place of the client, which takes over again when its server goes on. */
static void stand_in(struct stage *self) {
  unsigned char *memory = self->memory;
  struct us_stage_report *report = AT(struct us_stage_report, US_STAGE_REPORT_OFFSET);
  if (!us_device_set_open(us_jack_door(self->jack), 0)) { /* a call is inside: it is looked at again in a moment */
    us_device_set_open(us_jack_door(self->jack), 1);
    return;
  }
  self->attached = 0;
  self->calls = self->last_calls;
  self->return_until_ms = now_ms() + RETURN_MS;
  STORE(report->device_losses, report->device_losses + 1);
  STORE(report->device_problem, (uint32_t)us_jack_ok);
  start_clock(self);
}

/* Frames that the clock has handed over since the last look, while JACK was lost. */
static void count_unheard(struct stage *self) {
  unsigned char *memory = self->memory;
  struct us_stage_report *report = AT(struct us_stage_report, US_STAGE_REPORT_OFFSET);
  uint64_t frames = LOAD(AT(struct us_counters, US_COUNTERS_OFFSET)->frames);
  if (!self->attached) STORE(report->unheard_frames, report->unheard_frames + frames - self->frames);
  self->frames = frames;
}

static void look_at_jack(struct stage *self) {
  unsigned char *memory = self->memory;
  struct us_stage_report *report = AT(struct us_stage_report, US_STAGE_REPORT_OFFSET);
  struct us_jack_state state = {0};
  uint64_t elapsed_ms = now_ms() - self->looked_ms;
  if (elapsed_ms > LOOK_MS) elapsed_ms = LOOK_MS; /* if this process stood still, so may have the server */
  self->looked_ms = now_ms();
  count_unheard(self);
  if (self->jack) us_jack_poll(self->jack, &state);
  if (self->jack && !state.alive) {
    int was_attached = self->attached;
    close_jack(self);
    if (was_attached) {
      STORE(report->device_losses, report->device_losses + 1);
      STORE(report->device_problem, (uint32_t)us_jack_ok);
      start_clock(self);
    }
    self->retry_ms = now_ms() + RETRY_MS;
  } else if (self->jack && !self->attached) {
    struct us_device_state door;
    us_device_poll(us_jack_door(self->jack), &door);
    if (door.calls - self->calls >= CALLS_TO_RETURN) {
      attach_jack(self);
    } else if (now_ms() > self->return_until_ms) {
      close_jack(self);
      self->retry_ms = now_ms() + RETRY_MS;
    }
  } else if (self->jack) {
    if (stands_still(self, elapsed_ms, state.period_frames)) stand_in(self);
    else follow_cables(self, &state);
  } else if (now_ms() >= self->retry_ms) {
    STORE(report->device_attempts, report->device_attempts + 1);
    int problem = open_jack(self);
    STORE(report->device_problem, (uint32_t)problem);
    if (problem != us_jack_ok) self->retry_ms = now_ms() + RETRY_MS;
  }
  STORE(report->device_lost, !self->attached);
  if (!self->jack) return;
  STORE(report->period_frames, state.period_frames);
  STORE(report->latency_frames, state.latency_frames);
  STORE(report->xruns, state.xruns);
}

/* Maps the pages of the output ring before the callback writes there: each would cost it a fault. Others have filled them. */
static void touch_output(const unsigned char *memory) {
  static uint32_t touched;
  if (touched || LOAD(AT(const struct us_control, US_CONTROL_OFFSET)->keep_output) == 0) return;
  const struct us_geometry *g = AT(const struct us_geometry, US_GEOMETRY_OFFSET);
  const volatile unsigned char *ring = memory + g->output_offset;
  size_t bytes = (size_t)g->output_slots * g->output_slot_bytes;
  for (size_t at = 0; at < bytes; at += PAGE_BYTES) (void)ring[at];
  touched = 1;
}

int us_stage_play(const char *run_folder, uint32_t starts) {
  static struct stage self;
  unsigned char *memory = self.memory = us_run_map(run_folder);
  if (!memory) return us_stage_failed;
  struct us_stage_report *report = AT(struct us_stage_report, US_STAGE_REPORT_OFFSET);
  const struct us_stage_orders *orders = AT(const struct us_stage_orders, US_STAGE_ORDERS_OFFSET);
  /* of two that were started for one place, by control processes that did not know of each other, one plays */
  if (!__atomic_compare_exchange_n(&report->starts, &starts, starts + 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
    return us_stage_ok;
  if (starts == 0) {
    report->calibration_ticks = us_ticks();
    report->calibration_ns = us_monotonic_ns();
  }
  STORE(report->pid, 0u); /* never the id of one process with the start of another */
  STORE(report->process_start, (uint32_t)us_process_start(getpid()));
  STORE(report->pid, (uint32_t)getpid());
  self.frames = LOAD(AT(struct us_counters, US_COUNTERS_OFFSET)->frames);
  us_watchdog_start(memory);
  int is_orphan = 0;
  for (uint32_t done = LOAD(orders->sequence) - 1;;) {
    uint32_t sequence = LOAD(orders->sequence);
    if (sequence != done) {
      STORE(report->error, (uint32_t)carry_out(&self));
      STORE(report->sequence, sequence);
      done = sequence;
      if (orders->driver == driver_none) return us_stage_ok;
    }
    touch_output(memory);
    if (orders->driver == driver_jack && report->error == 0) look_at_jack(&self);
    if (LOAD(report->pid) != (uint32_t)getpid()) break; /* another one has taken its place: two never call the callback */
    STORE(report->heartbeat, report->heartbeat + 1);
    if (report->heartbeat % LOOKS_BETWEEN_ORPHAN_CHECKS == 0 && us_is_orphan(memory)) {
      is_orphan = 1;
      break;
    }
    us_wait_word(&orders->sequence, done, LOOK_MS);
  }
  us_clock_stop(memory);
  close_jack(&self);
  if (!is_orphan) return us_stage_ok;
  us_end_renderers(memory);
  us_run_remove(run_folder);
  return us_stage_ok;
}

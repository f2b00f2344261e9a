/*
 * The clock driver: where there is no device, this thread calls the callback as a device would, at absolute deadlines
 * on the monotonic clock, so that errors of single periods do not add up. It is the only thread besides a
 * sound server's that runs us_callback, and only one of the two runs at a time.
 *
 * A machine that stood still (suspended, stopped in a debugger, its host busy) is treated as a sound card treats it: when a
 * period lies more than half the lookahead in the past, the periods that were missed are skipped and counted, and the next call says
 * that the output had an underflow. Making up for more in one burst would take every block that is ready, before a renderer
 * that stood still as well has made the next.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "callback.h"
#include "guard.h"
#include "layout.h"
#include "monotonic.h"
#include "services.h"
#include "source.h"
#include "thread.h"

struct clock_thread {
  pthread_t thread;
  unsigned char *shared_memory;
  us_play_function *play;
  void *context; /* of `play` */
  uint32_t period_frames;
  uint32_t stop;
  uint32_t abandoned; /* no thread joins this one any more: it frees itself */
  float *output;
  float *input;
};

/* One per process: the shared memory it serves is its key. */
static struct clock_thread *running;

/*
 * The deadline of one call: `frame` frames after `second_ns`. Whole seconds move from the frames into the moment, so no product
 * here outgrows 64 bits however long the clock runs.
 */
struct deadline {
  uint64_t second_ns;
  uint64_t frame; /* below the sample rate */
};

static uint64_t moment_ns(const struct deadline *deadline, uint64_t rate) {
  return deadline->second_ns + deadline->frame * 1000000000u / rate;
}

static void advance(struct deadline *deadline, uint64_t frames, uint64_t rate) {
  uint64_t whole = deadline->frame + frames;
  deadline->second_ns += whole / rate * 1000000000u;
  deadline->frame = whole % rate;
}

/* Whole periods between a deadline and a later moment. */
static uint64_t periods_until(const struct deadline *deadline, uint64_t now_ns, uint64_t period_frames, uint64_t rate) {
  uint64_t elapsed_ns = now_ns - deadline->second_ns;
  uint64_t frames = elapsed_ns / 1000000000u * rate + elapsed_ns % 1000000000u * rate / 1000000000u;
  return (frames - deadline->frame) / period_frames;
}

static struct timespec time_of(uint64_t ns) {
  return (struct timespec){(time_t)(ns / 1000000000u), (long)(ns % 1000000000u)};
}

/* Keeps what the callback delivered while playing, for tests and recordings; never waits for the reader. */
static void keep_output(const struct clock_thread *self, uint32_t frames) {
  const struct us_geometry *g = (const void *)self->shared_memory;
  struct us_clock *clock = (void *)(self->shared_memory + US_CLOCK_OFFSET);
  const struct us_capture_reader *reader = (const void *)(self->shared_memory + US_CAPTURE_READER_OFFSET);
  if (g->capture_frames == 0) return;
  uint32_t head = clock->capture_head;
  uint32_t tail = __atomic_load_n(&reader->capture_tail, __ATOMIC_ACQUIRE);
  if (g->capture_frames - (head - tail) < frames) {
    __atomic_store_n(&clock->capture_lost_frames, clock->capture_lost_frames + frames, __ATOMIC_RELAXED);
    return;
  }
  float *capture = (float *)(void *)(self->shared_memory + g->capture_offset);
  for (uint32_t frame = 0; frame < frames; frame++)
    memcpy(capture + (size_t)((head + frame) & (g->capture_frames - 1)) * g->channels,
           self->output + (size_t)frame * g->channels, g->channels * sizeof(float));
  __atomic_store_n(&clock->capture_head, head + frames, __ATOMIC_RELEASE);
}

static void release(struct clock_thread *self) {
  free(self->output);
  free(self->input);
  free(self);
}

static void *run(void *argument) {
  struct clock_thread *self = argument;
  const struct us_geometry *g = (const void *)self->shared_memory;
  const struct us_counters *counters = (const void *)(self->shared_memory + US_COUNTERS_OFFSET);
  struct us_clock *clock = (void *)(self->shared_memory + US_CLOCK_OFFSET);
  uint64_t rate = g->sample_rate_hz;
  uint64_t tolerated_ns = (uint64_t)g->lookahead_blocks * g->block_frames * 1000000000u / rate / 2;
  struct deadline deadline = {us_monotonic_ns(), 0};
  unsigned long flags = 0;

  while (!__atomic_load_n(&self->stop, __ATOMIC_ACQUIRE)) {
    advance(&deadline, self->period_frames, rate);
    uint64_t now = us_monotonic_ns();
    uint64_t due = moment_ns(&deadline, rate);
    uint64_t lost = now > due + tolerated_ns ? periods_until(&deadline, now, self->period_frames, rate) : 0;
    if (lost > 0) {
      if (us_guard_enter(self->shared_memory)) {
        __atomic_store_n(&clock->lost_cycles, clock->lost_cycles + (uint32_t)lost, __ATOMIC_RELAXED);
        us_guard_leave();
      }
      advance(&deadline, lost * self->period_frames, rate);
      flags = US_OUTPUT_UNDERFLOW;
    }
    struct timespec until = time_of(moment_ns(&deadline, rate));
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {}
    if (!us_guard_enter(self->shared_memory)) continue;
    uint64_t frames_before = counters->frames;
    self->play(self->input, self->output, self->period_frames, NULL, flags, self->context);
    flags = 0;
    if (counters->frames != frames_before) keep_output(self, self->period_frames);
    us_guard_leave();
  }
  if (self->abandoned) release(self);
  return NULL;
}

/* Detaches a thread whose guard is closed because its isolate has ended without stopping it. */
static void abandon(void) {
  struct clock_thread *self = running;
  running = NULL;
  self->abandoned = 1;
  pthread_detach(self->thread);
  __atomic_store_n(&self->stop, 1, __ATOMIC_RELEASE);
}

int us_clock_start(void *shared_memory, uint32_t period_frames, int priority) {
  if (running && us_guard_find(running->shared_memory)) abandon();
  if (running) return EBUSY;
  const struct us_geometry *g = shared_memory;
  struct us_clock *clock = (void *)((unsigned char *)shared_memory + US_CLOCK_OFFSET);
  struct clock_thread *self = calloc(1, sizeof *self);
  if (!self) return ENOMEM;
  self->shared_memory = shared_memory;
  self->play = us_source_of(shared_memory, &self->context);
  self->period_frames = period_frames;
  self->output = calloc((size_t)period_frames * g->channels, sizeof(float));
  self->input = g->input_channels ? calloc((size_t)period_frames * g->input_channels, sizeof(float)) : NULL;
  if (!self->output || (g->input_channels && !self->input)) {
    release(self);
    return ENOMEM;
  }

  int is_real_time, failed = us_thread_start(&self->thread, run, self, priority, &is_real_time);
  clock->real_time = (uint32_t)is_real_time;
  if (failed) {
    release(self);
    return failed;
  }
  running = self;
  return 0;
}

int us_clock_stop(void *shared_memory) {
  if (!running || running->shared_memory != (unsigned char *)shared_memory) return ESRCH;
  struct clock_thread *self = running;
  __atomic_store_n(&self->stop, 1, __ATOMIC_RELEASE);
  pthread_join(self->thread, NULL);
  running = NULL;
  release(self);
  return 0;
}

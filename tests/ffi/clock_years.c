/*
 * Runs the clock thread's own code on a monotonic clock of this program, which stands still until the thread sleeps, and jumps
 * once as a machine does that was suspended; then it runs on for three seconds.
 *
 * Arguments: sample rate in Hz, frames of a period, seconds from the start to the end of the jump, or with a fourth argument nanoseconds
 * of the jump. Prints the shortest and the
 * longest time between two deadlines after the jump in nanoseconds, the deadlines, the calls of the callback, the periods that
 * were counted as lost, the deadlines that were no whole number of periods after the start, and the underflows of the output.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "callback.h"
#include "monotonic.h"

static uint64_t now_ns = 5000000000u; /* of this program's clock */

static uint64_t read_clock(void) { return now_ns; }
static int sleep_until(clockid_t clock, int flags, const struct timespec *until, struct timespec *left);

#define us_monotonic_ns read_clock
#define clock_nanosleep sleep_until
#define us_callback call_and_count
static int call_and_count(const void *input, void *output, unsigned long frame_count, const void *time_info,
                          unsigned long status_flags, void *shared_memory);
#include "clock.c"
#undef us_callback
#undef clock_nanosleep

enum { CALLS_BEFORE = 100, SECONDS_AFTER = 3 };

static struct clock_thread thread;
static uint64_t underflows, origin_ns, jump_ns, calls, shortest_ns = UINT64_MAX, longest_ns, wrong, last_ns, rate;

/* The thread sleeps: time goes on to its deadline, which must be a whole number of periods after the origin. */
static int sleep_until(clockid_t clock, int flags, const struct timespec *until, struct timespec *left) {
  (void)clock, (void)flags, (void)left;
  uint64_t deadline_ns = (uint64_t)until->tv_sec * 1000000000u + (uint64_t)until->tv_nsec;
  unsigned __int128 frames = (unsigned __int128)(deadline_ns - origin_ns) * rate + 999999999u;
  uint64_t cycle = (uint64_t)(frames / 1000000000u / thread.period_frames);
  uint64_t exact_ns = origin_ns + (uint64_t)((unsigned __int128)cycle * thread.period_frames * 1000000000u / rate);
  wrong += exact_ns != deadline_ns;
  if (deadline_ns > now_ns) now_ns = deadline_ns;
  if (calls > CALLS_BEFORE + 1) {
    uint64_t step_ns = now_ns - last_ns;
    if (step_ns < shortest_ns) shortest_ns = step_ns;
    if (step_ns > longest_ns) longest_ns = step_ns;
  }
  last_ns = now_ns;
  if (++calls == CALLS_BEFORE) now_ns = origin_ns + jump_ns;
  if (now_ns > origin_ns + jump_ns + SECONDS_AFTER * UINT64_C(1000000000)) thread.stop = 1;
  return 0;
}

/* The callback counts what is wrong with a device while it plays; nothing plays here. */
static int call_and_count(const void *input, void *output, unsigned long frame_count, const void *time_info,
                          unsigned long status_flags, void *shared_memory) {
  underflows += status_flags & US_OUTPUT_UNDERFLOW ? 1 : 0;
  return us_callback(input, output, frame_count, time_info, status_flags, shared_memory);
}

/* A thread that never sleeps again would not end. */
static void *give_up(void *argument) {
  (void)argument;
  struct timespec patience = {5, 0};
  clock_nanosleep(CLOCK_MONOTONIC, 0, &patience, NULL);
  fprintf(stderr, "the clock has stopped calling after %" PRIu64 " calls\n", calls);
  exit(1);
}

int main(int count, char **arguments) {
  if (count < 4) return 2;
  rate = strtoull(arguments[1], NULL, 10);
  unsigned char *memory = aligned_alloc(4096, 1 << 22);
  if (!memory) return 2;
  memset(memory, 0, 1 << 22);
  struct us_geometry *g = (void *)memory;
  g->sample_rate_hz = (uint32_t)rate;
  g->block_frames = 64;
  g->channels = 1;
  g->lookahead_blocks = 4;
  thread.shared_memory = memory;
  thread.play = call_and_count;
  thread.context = thread.shared_memory;
  thread.period_frames = (uint32_t)strtoul(arguments[2], NULL, 10);
  thread.output = calloc(thread.period_frames, sizeof(float));
  uint64_t before_ns = CALLS_BEFORE * UINT64_C(1000000000) * thread.period_frames / rate;
  jump_ns = count > 4 ? before_ns + strtoull(arguments[4], NULL, 10) : strtoull(arguments[3], NULL, 10) * 1000000000u;
  origin_ns = now_ns;
  pthread_t watch;
  pthread_create(&watch, NULL, give_up, NULL);
  run(&thread);
  const struct us_clock *clock = (void *)(memory + US_CLOCK_OFFSET);
  const struct us_counters *counters = (void *)(memory + US_COUNTERS_OFFSET);
  printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %u %" PRIu64 " %" PRIu64 "\n", shortest_ns, longest_ns, calls,
         counters->callbacks, clock->lost_cycles, wrong, underflows);
  return 0;
}

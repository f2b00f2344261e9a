/* The role `play`: everything of the engine that must go on for the next block to be heard, and not a line more. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "layout.h"
#include "monotonic.h"
#include "processes.h"
#include "run_folder.h"
#include "scheduling.h"
#include "services.h"
#include "stage.h"
#include "ticks.h"

#define LOAD(word) __atomic_load_n(&(word), __ATOMIC_ACQUIRE)
#define STORE(word, value) __atomic_store_n(&(word), (value), __ATOMIC_RELEASE)
#define AT(type, offset) ((type *)(void *)(memory + (offset)))

enum { driver_none = 0, driver_clock = 1 };

/* Orders are looked at as soon as they come; the end of the other processes this often. */
#define LOOK_MS 100

static uint64_t ns_since_last_call(const unsigned char *memory) {
  const struct us_stage_report *report = AT(const struct us_stage_report, US_STAGE_REPORT_OFFSET);
  uint64_t last = AT(const struct us_callback_state, US_CALLBACK_STATE_OFFSET)->previous_ticks;
  uint64_t now_ns = us_monotonic_ns(), now = us_ticks();
  double ns_per_tick = (double)(now_ns - report->calibration_ns) / (double)(now - report->calibration_ticks);
  return last == 0 || now <= last ? 0 : (uint64_t)((double)(now - last) * ns_per_tick);
}

/* What a stage that was ended inside the callback has left half-done, and the time that nobody played. */
static void continue_after_loss(unsigned char *memory) {
  struct us_callback *callback = AT(struct us_callback, US_CALLBACK_OFFSET);
  struct us_stage_report *report = AT(struct us_stage_report, US_STAGE_REPORT_OFFSET);
  if (callback->stamp_sequence % 2 == 1) STORE(callback->stamp_sequence, callback->stamp_sequence + 1);
  if (LOAD(AT(struct us_control, US_CONTROL_OFFSET)->play) == 0) return;
  uint64_t rate = AT(struct us_geometry, US_GEOMETRY_OFFSET)->sample_rate_hz;
  report->lost_frames += (uint64_t)((double)ns_since_last_call(memory) * (double)rate / 1e9);
}

static int carry_out(unsigned char *memory) {
  const struct us_stage_orders *orders = AT(const struct us_stage_orders, US_STAGE_ORDERS_OFFSET);
  us_clock_stop(memory);
  if (orders->driver != driver_clock) return 0;
  if (AT(struct us_stage_report, US_STAGE_REPORT_OFFSET)->starts > 1) continue_after_loss(memory);
  return us_clock_start(memory, orders->period_frames, (int)orders->priority);
}

int us_stage_play(const char *run_folder, uint32_t starts) {
  unsigned char *memory = us_stage_map(run_folder);
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
  STORE(report->pid, (uint32_t)getpid());
  us_watchdog_start(memory);
  for (uint32_t done = LOAD(orders->sequence) - 1;;) {
    uint32_t sequence = LOAD(orders->sequence);
    if (sequence != done) {
      STORE(report->error, (uint32_t)carry_out(memory));
      STORE(report->sequence, sequence);
      done = sequence;
      if (orders->driver == driver_none) return us_stage_ok;
    }
    STORE(report->heartbeat, report->heartbeat + 1);
    if (us_is_orphan(memory)) break;
    us_wait_word(&orders->sequence, done, LOOK_MS);
  }
  us_clock_stop(memory);
  us_run_remove(run_folder);
  return us_stage_ok;
}

#define _GNU_SOURCE
#include "services.h"

#include <errno.h>
#include <stddef.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "callback.h"
#include "monotonic.h"
#include "ticks.h"

#ifndef SCHED_IDLE
#define SCHED_IDLE SCHED_OTHER
#endif

static void ignore(const char *first, ...) { (void)first; }

void *us_ignore_address(void) {
  union {
    void (*function)(const char *, ...);
    void *address;
  } pointer = {ignore};
  return pointer.address;
}

int us_thread_id(void) { return (int)syscall(SYS_gettid); }

int us_prioritise_thread(int thread_id, int priority) {
  struct sched_param wanted = {.sched_priority = priority};
  return sched_setscheduler(thread_id, priority > 0 ? SCHED_FIFO : SCHED_OTHER, &wanted) == 0 ? 0 : errno;
}

int us_check_layout(const void *shared_memory, uint64_t bytes) {
  const struct us_geometry *g = shared_memory;
  if (bytes < US_FIXED_BYTES || g->magic != US_LAYOUT_MAGIC) return us_layout_no_magic;
  if (g->version != US_LAYOUT_VERSION) return us_layout_other_version;
  int fits = g->total_bytes == bytes && g->seat_offset >= US_FIXED_BYTES &&
             g->seat_bytes >= US_SEAT_REPORT_OFFSET + sizeof(struct us_seat_report) && g->channels <= US_MAX_CHANNELS;
  return fits ? us_layout_ok : us_layout_other_size;
}

/* Pages are locked as they are touched: touching all of them here would hold a thread up that plays. */
int us_lock_memory(void *memory, uint64_t bytes) {
#ifdef MLOCK_ONFAULT
  if (mlock2(memory, bytes, MLOCK_ONFAULT) == 0) return 0;
  if (errno != ENOSYS) return errno;
#endif
  return mlock(memory, bytes) == 0 ? 0 : errno;
}

void us_read_clocks(uint64_t *pair) {
  uint64_t narrowest = UINT64_MAX;
  for (int attempt = 0; attempt < 5; attempt++) { /* the attempt that was interrupted least */
    uint64_t before = us_ticks();
    uint64_t now = us_monotonic_ns();
    uint64_t width = us_ticks() - before;
    if (width < narrowest) {
      narrowest = width;
      pair[0] = before + width / 2;
      pair[1] = now;
    }
  }
}

uint64_t us_processor_ns(void) {
  struct timespec had;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &had);
  return (uint64_t)had.tv_sec * 1000000000u + (uint64_t)had.tv_nsec;
}

static void sleep_ns(uint64_t ns) {
  struct timespec duration = {(time_t)(ns / 1000000000u), (long)(ns % 1000000000u)};
  clock_nanosleep(CLOCK_MONOTONIC, 0, &duration, NULL);
}

/*
 * When this thread expects the device: the moment of the last block that came, pulled to every earlier arrival and
 * otherwise drifting later by a little, so that it also follows a device that is slower than its nominal rate.
 */
struct expectation {
  uint32_t block;
  uint64_t at_ns;
};

static _Thread_local struct expectation expected;

static void observe(uint32_t block, uint64_t now, uint64_t period_ns) {
  int32_t blocks = (int32_t)(block - expected.block);
  if (blocks == 0) return;
  uint64_t predicted = expected.at_ns + (uint64_t)blocks * (period_ns + period_ns / 1000);
  int resync = blocks < 0 || blocks > 1000 || now < predicted || now > predicted + period_ns;
  expected.at_ns = resync ? now : predicted;
  expected.block = block;
}

uint32_t us_wait_consumed(void *shared_memory, uint32_t block, uint32_t max_ns) {
  const unsigned char *base = shared_memory;
  const struct us_geometry *g = shared_memory;
  const uint32_t *consumed = &((const struct us_callback *)(const void *)(base + US_CALLBACK_OFFSET))->consumed;
  uint64_t period_ns = (uint64_t)g->block_frames * 1000000000u / g->sample_rate_hz;
  uint64_t margin_ns = 30000; /* after the callback has begun, its block is published well within this */
  uint64_t step_ns = period_ns / 8 < 50000 ? 50000 : period_ns / 8;
  uint64_t entered = us_monotonic_ns(), now = entered;
  for (;;) {
    uint32_t seen = __atomic_load_n(consumed, __ATOMIC_ACQUIRE);
    observe(seen, now, period_ns);
    if ((int32_t)(seen - block) >= 0 || now - entered >= max_ns) return seen;
    uint64_t due = expected.at_ns + (uint64_t)(block - seen) * period_ns + margin_ns;
    uint64_t wait_ns = due > now ? due - now : step_ns;
    uint64_t left_ns = entered + max_ns - now;
    sleep_ns(wait_ns < left_ns ? wait_ns : left_ns);
    now = us_monotonic_ns();
  }
}

void us_call_repeatedly(void *shared_memory, float *output, uint32_t frames, uint32_t calls) {
  for (uint32_t call = 0; call < calls; call++) us_callback(NULL, output, frames, NULL, 0, shared_memory);
}

int us_send_datagram(const char *address, uint32_t address_bytes, const char *text, uint32_t text_bytes) {
  struct sockaddr_un to = {.sun_family = AF_UNIX};
  if (address_bytes == 0 || address_bytes > sizeof to.sun_path) return ENAMETOOLONG;
  memcpy(to.sun_path, address, address_bytes);
  const int sender = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (sender < 0) return errno;
  const socklen_t bytes = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + address_bytes);
  const ssize_t sent = sendto(sender, text, text_bytes, MSG_NOSIGNAL, (const struct sockaddr *)&to, bytes);
  const int problem = sent < 0 ? errno : 0;
  close(sender);
  return problem;
}

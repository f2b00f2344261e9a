#define _GNU_SOURCE
#include "scheduling.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "guard.h"
#include "layout.h"
#include "monotonic.h"

#ifndef SCHED_RESET_ON_FORK
#define SCHED_RESET_ON_FORK 0x40000000
#endif

/* SCHED_FIFO priority for a callback whose own leaves no room below. */
#define RAISED_PRIORITY 10

/* How much nicer a thread behind the others is than the first of its process: it gets a tenth of that one's share. */
#define BEHIND_STEPS 10
#define LARGEST_NICE 19

/* Time slice of a renderer without real-time priority. */
#define SLICE_NS 100000u

#define LOOK_NS 2000000u
#define CALM_LOOKS 2u /* looks that one stands for while no renderer is suspicious */
#define IDLE_LOOK_NS 50000000u /* while no renderer has real-time priority */
#define LOOKS_WITHOUT_HEARTBEAT 3u
#define LOOKS_BEHIND 25u /* behind the device for 50 ms: it cannot keep up, or replays */
#define MAX_SEATS 64u

/* `struct sched_attr` of the kernel, which C libraries have only lately. */
struct scheduling {
  uint32_t size, policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime, deadline, period;
};

static const struct us_control *control_of(const void *shared_memory) {
  return (const void *)((const unsigned char *)shared_memory + US_CONTROL_OFFSET);
}

static struct us_seat_report *report_of(const void *shared_memory, uint32_t seat) {
  const struct us_geometry *g = shared_memory;
  return (void *)((uintptr_t)shared_memory + g->seat_offset + (size_t)seat * g->seat_bytes + US_SEAT_REPORT_OFFSET);
}

/* Policy of a thread without flags; negative where there is no such thread. 0: the calling one. */
static int policy_of(int thread_id) {
  int policy = sched_getscheduler(thread_id);
  return policy < 0 ? -1 : policy & ~SCHED_RESET_ON_FORK;
}

/* Real-time priority of a thread; 0: it is in another class, or gone. */
static int priority_of(int thread_id) {
  struct sched_param held;
  int policy = policy_of(thread_id);
  if (policy != SCHED_FIFO && policy != SCHED_RR) return 0;
  return sched_getparam(thread_id, &held) == 0 ? held.sched_priority : 0;
}

static int set_priority(int thread_id, int priority) {
  struct sched_param wanted = {.sched_priority = priority};
  return sched_setscheduler(thread_id, priority > 0 ? SCHED_FIFO : SCHED_OTHER, &wanted) == 0 ? 0 : errno;
}

/* Sets the nice value of a thread; `before` receives the value until now. Returns 0 or an errno. */
static int set_nice(int thread_id, int nice, int *before) {
  errno = 0;
  int held = getpriority(PRIO_PROCESS, (id_t)thread_id);
  if (held == -1 && errno != 0) return errno;
  *before = held;
  return setpriority(PRIO_PROCESS, (id_t)thread_id, nice) == 0 ? 0 : errno;
}

int us_schedule_process_nice(int nice, int *before) {
  int failed = set_nice((int)getpid(), nice, before);
  DIR *threads = failed ? NULL : opendir("/proc/self/task");
  if (!threads) return failed;
  for (struct dirent *entry = readdir(threads); entry; entry = readdir(threads)) {
    int thread_id = atoi(entry->d_name);
    if (thread_id > 0) setpriority(PRIO_PROCESS, (id_t)thread_id, nice); /* one may have ended meanwhile */
  }
  closedir(threads);
  return 0;
}

int us_lowest_nice(int wanted) {
  int held = getpriority(PRIO_PROCESS, 0);
  for (int nice = wanted; nice < held; nice++) {
    if (setpriority(PRIO_PROCESS, 0, nice) != 0) continue;
    setpriority(PRIO_PROCESS, 0, held);
    return nice;
  }
  return held;
}

int us_schedule_behind(int thread_id) {
  int before, failed = set_priority(thread_id, 0);
  if (failed) return failed;
  int nice = getpriority(PRIO_PROCESS, (id_t)getpid()) + BEHIND_STEPS;
  return set_nice(thread_id, nice < LARGEST_NICE ? nice : LARGEST_NICE, &before);
}

int us_schedule_session_nice(int nice, int *before) {
  char text[64];
  int file = open("/proc/self/autogroup", O_RDWR | O_CLOEXEC);
  if (file < 0) return errno;
  ssize_t bytes = read(file, text, sizeof text - 1);
  text[bytes > 0 ? bytes : 0] = 0;
  const char *held = strstr(text, "nice ");
  int failed = 0;
  if (!held) failed = ENOENT;
  else {
    *before = atoi(held + 5);
    int is_set = *before == nice;
    int length = snprintf(text, sizeof text, "%d", nice);
    for (int attempt = 0; !is_set && attempt < 10; attempt++) { /* the kernel takes one change in a while */
      failed = write(file, text, (size_t)length) == length ? 0 : errno;
      if (failed != EAGAIN) break;
      struct timespec duration = {0, 20000000};
      clock_nanosleep(CLOCK_MONOTONIC, 0, &duration, NULL);
    }
  }
  close(file);
  return failed;
}

int us_schedule_slice(int thread_id, uint64_t slice_ns) {
  struct scheduling held = {0};
  if (syscall(SYS_sched_getattr, thread_id, &held, sizeof held, 0) != 0) return errno;
  if (held.policy != SCHED_OTHER) return 0;
  held.size = sizeof held;
  held.runtime = slice_ns;
  return syscall(SYS_sched_setattr, thread_id, &held, 0) == 0 ? 0 : errno;
}

int us_highest_priority(int wanted) {
  struct sched_param held;
  struct rlimit limit;
  int policy = sched_getscheduler(0);
  if (policy < 0 || sched_getparam(0, &held) != 0 || wanted <= 0) return 0;
  int tried = wanted;
  int failed = set_priority(0, tried);
  if (failed && getrlimit(RLIMIT_RTPRIO, &limit) == 0 && limit.rlim_cur > 0 && limit.rlim_cur < (rlim_t)wanted) {
    tried = (int)limit.rlim_cur;
    failed = set_priority(0, tried);
  }
  if (failed) return 0;
  sched_setscheduler(0, policy, &held);
  return tried;
}

/* What this renderer last asked for, and whether it was granted. */
static _Thread_local int asked = -1, granted = 0;

void us_schedule_renderer(void *shared_memory, uint32_t seat) {
  int wanted = (int)__atomic_load_n(&control_of(shared_memory)->renderer_priority, __ATOMIC_ACQUIRE);
  if (wanted == asked && !granted) return;
  if (wanted == asked && policy_of(0) == SCHED_FIFO) return;
  if (wanted > 0 || granted) granted = set_priority(0, wanted) == 0 && wanted > 0;
  if (!granted) us_schedule_slice(0, SLICE_NS);
  asked = wanted;
  __atomic_store_n(&report_of(shared_memory, seat)->real_time, granted ? (uint32_t)wanted : 0, __ATOMIC_RELEASE);
}

/* Whether a thread is one that the engine gave its priority: a renderer's, or the watchdog's. */
static int is_ours(const void *shared_memory, uint32_t thread_id) {
  const struct us_geometry *g = shared_memory;
  const struct us_watchdog *watchdog = (const void *)((const unsigned char *)shared_memory + US_WATCHDOG_OFFSET);
  if (__atomic_load_n(&watchdog->thread_id, __ATOMIC_ACQUIRE) == thread_id) return 1;
  for (uint32_t seat = 0; seat < g->seat_count; seat++)
    if (__atomic_load_n(&report_of(shared_memory, seat)->thread_id, __ATOMIC_ACQUIRE) == thread_id) return 1;
  return 0;
}

int us_callback_priority(const void *shared_memory, int process) {
  if (process == 0) process = (int)getpid();
  char path[40];
  snprintf(path, sizeof path, "/proc/%d/task", process);
  DIR *threads = opendir(path);
  if (!threads) return 0;
  int inherited = priority_of(process), lowest = 0;
  for (struct dirent *entry = readdir(threads); entry; entry = readdir(threads)) {
    int thread_id = atoi(entry->d_name);
    int priority = thread_id > 0 ? priority_of(thread_id) : 0;
    if (priority == 0 || priority == inherited || is_ours(shared_memory, (uint32_t)thread_id)) continue;
    if (priority <= US_LEVELS_BELOW_CALLBACK && set_priority(thread_id, RAISED_PRIORITY) == 0)
      priority = RAISED_PRIORITY;
    if (lowest == 0 || priority < lowest) lowest = priority;
  }
  closedir(threads);
  return lowest;
}

struct watchdog_thread {
  pthread_t thread;
  unsigned char *shared_memory;
  uint32_t stop;
  uint32_t abandoned; /* no thread joins this one any more: it frees itself */
  int priority;
  uint32_t looks; /* that the look at hand stands for */
  struct suspicion {
    uint32_t heartbeat, still, behind;
    uint64_t since_ns, processor_ns; /* when it began, and the processor time that the thread had had by then */
  } seats[MAX_SEATS];
};

/* One per process: the shared memory it serves is its key. */
static struct watchdog_thread *running;

/* Processor time of a thread of this process, or of another process as a whole; 0 where there is none. Cheaper than /proc. */
static uint64_t processor_ns(int thread_id) {
  struct timespec had;
  clockid_t thread_clock = (clockid_t)((~(unsigned)thread_id << 3) | 6), process_clock = (clockid_t)((~(unsigned)thread_id << 3) | 2);
  if (clock_gettime(thread_clock, &had) != 0 && clock_gettime(process_clock, &had) != 0) return 0;
  return (uint64_t)had.tv_sec * 1000000000u + (uint64_t)had.tv_nsec;
}

/* Whether a thread had at least half of the processor time that there was since it became suspicious: it keeps it from others. */
static int keeps_processor(const struct suspicion *suspicion, int thread_id) {
  return 2 * (processor_ns(thread_id) - suspicion->processor_ns) >= us_monotonic_ns() - suspicion->since_ns;
}

/*
 * Returns a renderer to the normal class that keeps a processor for itself at real-time priority. One that is late because it gets none
 * keeps its priority: without it, it would be behind all that there is to do on a busy machine, and never come back.
 *
 * Returns whether the renderer is suspicious, and is to be looked at soon.
 */
static int look_at(struct watchdog_thread *self, uint32_t seat, int32_t consumed) {
  struct us_seat_report *report = report_of(self->shared_memory, seat);
  struct us_watchdog *words = (void *)(self->shared_memory + US_WATCHDOG_OFFSET);
  struct suspicion *suspicion = &self->seats[seat];
  uint32_t heartbeat = __atomic_load_n(&report->heartbeat, __ATOMIC_ACQUIRE);
  int plays = __atomic_load_n(&report->state, __ATOMIC_ACQUIRE) == US_SEAT_RUNNING;
  int32_t ahead = (int32_t)__atomic_load_n(&report->published, __ATOMIC_ACQUIRE) - consumed;
  int still = plays && heartbeat == suspicion->heartbeat, behind = plays && ahead <= 0;
  int was_suspicious = suspicion->still > 0 || suspicion->behind > 0;
  suspicion->heartbeat = heartbeat;
  suspicion->still = still ? suspicion->still + self->looks : 0;
  suspicion->behind = behind ? suspicion->behind + self->looks : 0;
  if (!still && !behind) return 0;
  int thread_id = (int)__atomic_load_n(&report->thread_id, __ATOMIC_ACQUIRE);
  if (thread_id <= 0) return 1;
  if (!was_suspicious) {
    suspicion->since_ns = us_monotonic_ns();
    suspicion->processor_ns = processor_ns(thread_id);
  }
  if (suspicion->still < LOOKS_WITHOUT_HEARTBEAT && suspicion->behind < LOOKS_BEHIND) return 1;
  int keeps = keeps_processor(suspicion, thread_id);
  suspicion->still = suspicion->behind = 0; /* it is judged again from here on */
  if (!keeps || policy_of(thread_id) != SCHED_FIFO || priority_of(thread_id) >= self->priority) return 1;
  if (set_priority(thread_id, 0) != 0) return 1;
  __atomic_store_n(&words->demotions, words->demotions + 1, __ATOMIC_RELEASE);
  return 1;
}

/* Returns how long to sleep until the next look. */
static uint64_t look(struct watchdog_thread *self) {
  const struct us_geometry *g = (const void *)self->shared_memory;
  struct us_watchdog *words = (void *)(self->shared_memory + US_WATCHDOG_OFFSET);
  const struct us_callback *callback = (const void *)(self->shared_memory + US_CALLBACK_OFFSET);
  uint32_t wanted = __atomic_load_n(&control_of(self->shared_memory)->renderer_priority, __ATOMIC_ACQUIRE);
  int priority = wanted == 0 ? 0 : (int)wanted + 1;
  if (priority != self->priority) {
    self->priority = priority;
    int refused = set_priority(0, priority) != 0;
    __atomic_store_n(&words->real_time, refused ? 0 : (uint32_t)priority, __ATOMIC_RELEASE);
  }
  if (priority == 0) {
    self->looks = 1; /* nothing was watched meanwhile */
    return IDLE_LOOK_NS;
  }
  int32_t consumed = (int32_t)__atomic_load_n(&callback->consumed, __ATOMIC_ACQUIRE);
  int is_calm = 1;
  for (uint32_t seat = 0; seat < g->seat_count && seat < MAX_SEATS; seat++)
    if (look_at(self, seat, consumed)) is_calm = 0;
  self->looks = is_calm ? CALM_LOOKS : 1;
  return self->looks * LOOK_NS;
}

static void *watch(void *argument) {
  struct watchdog_thread *self = argument;
  struct us_watchdog *words = (void *)(self->shared_memory + US_WATCHDOG_OFFSET);
  if (us_guard_enter(self->shared_memory)) {
    __atomic_store_n(&words->thread_id, (uint32_t)syscall(SYS_gettid), __ATOMIC_RELEASE);
    us_guard_leave();
  }
  uint64_t sleep_ns = LOOK_NS;
  self->looks = 1;
  while (!__atomic_load_n(&self->stop, __ATOMIC_ACQUIRE)) {
    struct timespec duration = {0, (long)sleep_ns};
    clock_nanosleep(CLOCK_MONOTONIC, 0, &duration, NULL);
    if (!us_guard_enter(self->shared_memory)) continue;
    sleep_ns = look(self);
    us_guard_leave();
  }
  if (self->abandoned) free(self);
  return NULL;
}

/* Detaches a watchdog whose guard is closed because its isolate has ended without stopping it. */
static void abandon(void) {
  struct watchdog_thread *self = running;
  running = NULL;
  self->abandoned = 1;
  pthread_detach(self->thread);
  __atomic_store_n(&self->stop, 1, __ATOMIC_RELEASE);
}

int us_watchdog_start(void *shared_memory) {
  if (running && us_guard_find(running->shared_memory)) abandon();
  if (running) return EBUSY;
  struct watchdog_thread *self = calloc(1, sizeof *self);
  if (!self) return ENOMEM;
  self->shared_memory = shared_memory;
  int failed = pthread_create(&self->thread, NULL, watch, self);
  if (failed) {
    free(self);
    return failed;
  }
  running = self;
  return 0;
}

int us_watchdog_stop(void *shared_memory) {
  if (!running || running->shared_memory != (unsigned char *)shared_memory) return ESRCH;
  struct watchdog_thread *self = running;
  __atomic_store_n(&self->stop, 1, __ATOMIC_RELEASE);
  pthread_join(self->thread, NULL);
  running = NULL;
  free(self);
  return 0;
}

#define _GNU_SOURCE
#include "orphans.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "layout.h"
#include "processes.h"
#include "run_folder.h"

/* A control process that stands still while no launcher could end it is given up after it was looked at this often. */
#define MAX_STILL_LOOKS 100
#define LOOK_NS 500000000

#define LOAD(word) __atomic_load_n(&(word), __ATOMIC_ACQUIRE)

int us_is_orphan(const void *shared_memory) {
  static struct us_followed launcher, control;
  static uint32_t heartbeat, still;
  const unsigned char *base = shared_memory;
  const struct us_control_process *process = (const void *)(base + US_CONTROL_PROCESS_OFFSET);
  const struct us_launcher *root = (const void *)(base + US_LAUNCHER_OFFSET);
  uint32_t beat = LOAD(process->heartbeat);
  still = beat == heartbeat ? still + 1 : 0;
  heartbeat = beat;
  uint32_t launcher_pid = LOAD(root->pid);
  if (!us_followed_ended(&launcher, launcher_pid)) return 0;
  if (us_followed_ended(&control, LOAD(process->pid))) return 1;
  if (launcher_pid == 0 || still <= MAX_STILL_LOOKS) return 0;
  if (control.descriptor >= 0) us_process_signal(control.descriptor, SIGKILL);
  return 1;
}

void us_end_renderers(const void *shared_memory) {
  const unsigned char *base = shared_memory;
  const struct us_geometry *g = shared_memory;
  for (uint32_t seat = 0; seat < g->seat_count; seat++) {
    const struct us_seat_report *report =
        (const void *)(base + g->seat_offset + (size_t)seat * g->seat_bytes + US_SEAT_REPORT_OFFSET);
    int pid = (int)LOAD(report->thread_id);
    int descriptor = pid > 0 ? us_process_open(pid) : -1;
    if (descriptor < 0) continue;
    if ((uint32_t)us_process_start(pid) == LOAD(report->process_start)) us_process_signal(descriptor, SIGKILL);
    us_process_close(descriptor);
  }
}

static void *watch(void *argument) {
  char *run_folder = argument;
  const unsigned char *memory = us_run_map(run_folder);
  struct timespec pause = {0, LOOK_NS};
  if (!memory) return NULL; /* removed since this process mapped it: the control process says so */
  while (!us_is_orphan(memory)) clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
  us_run_remove(run_folder); /* the stage does so as well, where there is one */
  _exit(0);
}

int us_end_when_orphan(const char *run_folder) {
  char *path = strdup(run_folder);
  if (!path) return ENOMEM;
  pthread_t thread;
  pthread_attr_t attributes;
  sigset_t all, outer;
  sigfillset(&all);
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_sigmask(SIG_BLOCK, &all, &outer); /* signals are the main thread's */
  int failed = pthread_create(&thread, &attributes, watch, path);
  pthread_sigmask(SIG_SETMASK, &outer, NULL);
  pthread_attr_destroy(&attributes);
  if (failed) free(path);
  return failed;
}

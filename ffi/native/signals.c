#define _GNU_SOURCE
#include "signals.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

static _Atomic uint32_t counted;

static void count(int signal) {
  (void)signal;
  atomic_fetch_add_explicit(&counted, 1, memory_order_relaxed);
}

int us_claim_signals(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = count;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  return sigaction(SIGUSR1, &action, NULL) == 0 && sigaction(SIGUSR2, &action, NULL) == 0 ? 0 : errno;
}

uint32_t us_signal_count(void) { return atomic_load_explicit(&counted, memory_order_relaxed); }

#define _GNU_SOURCE
#include "guard.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "layout.h"

static pthread_mutex_t changing = PTHREAD_MUTEX_INITIALIZER;

static void wait_until_empty(void) {
  while (__atomic_load_n(&us_guard_inside, __ATOMIC_SEQ_CST) != 0) sched_yield();
}

void us_guard_set(const void *shared_memory, uint32_t closed) {
  pthread_mutex_lock(&changing);
  struct us_guard *guard = us_guard_find(shared_memory);
  if (guard && !closed) __atomic_store_n(&guard->memory, NULL, __ATOMIC_SEQ_CST);
  if (!guard && closed) {
    struct us_guard *free_entry = us_guard_find(NULL);
    struct us_guard *entry = free_entry ? free_entry : calloc(1, sizeof *entry);
    if (!entry) abort(); /* at the end of the process, and better than a thread in memory that is gone */
    if (free_entry) wait_until_empty(); /* a thread may have found the memory that this entry was for, and reads its channels */
    entry->channels = ((const struct us_geometry *)shared_memory)->channels;
    if (!free_entry) entry->next = us_guards;
    __atomic_store_n(&entry->memory, shared_memory, __ATOMIC_SEQ_CST);
    if (!free_entry) __atomic_store_n(&us_guards, entry, __ATOMIC_SEQ_CST);
  }
  pthread_mutex_unlock(&changing);
  if (closed) wait_until_empty();
}

/*
 * Guards keep native threads out of a shared memory. A memory goes away with the isolate that made it, also when that
 * isolate ends by an error and the device was never stopped; so the main isolate closes the guard first.
 *
 * A native thread enters before it touches a memory, leaves afterwards, and touches nothing when it may not enter. It may
 * enter again while it is inside. Entries are added and never removed, so they are read without a lock; `memory` is NULL
 * where an entry is free.
 */
#ifndef UNDERSTUDY_GUARD_H
#define UNDERSTUDY_GUARD_H

#include <stdint.h>

#include "export.h"

/* A memory whose guard is closed. */
struct us_guard {
  const void *memory;
  uint32_t channels; /* of output, so that a device can be given silence */
  struct us_guard *next;
};

/* Both are defined in callback.c, whose object file then needs no other object of ours. */
extern struct us_guard *us_guards;
extern uint32_t us_guard_inside;

/* The closed guard of this memory; NULL where it is open. Any thread. */
static inline struct us_guard *us_guard_find(const void *memory) {
  struct us_guard *guard = __atomic_load_n(&us_guards, __ATOMIC_SEQ_CST);
  while (guard && __atomic_load_n(&guard->memory, __ATOMIC_SEQ_CST) != memory) guard = guard->next;
  return guard;
}

/* Any thread that has entered. */
static inline void us_guard_leave(void) { __atomic_fetch_sub(&us_guard_inside, 1, __ATOMIC_SEQ_CST); }

/*
 * Returns 1, or 0 when the guard is closed: then the caller touches nothing and does not leave; `channels` is where it learns how
 * many output channels its device has. Any thread.
 */
static inline int us_guard_enter_or(const void *memory, uint32_t *channels) {
  __atomic_fetch_add(&us_guard_inside, 1, __ATOMIC_SEQ_CST);
  const struct us_guard *guard = us_guard_find(memory);
  if (!guard) return 1;
  *channels = guard->channels; /* an entry is not reused while a thread is inside */
  us_guard_leave();
  return 0;
}

/* The same for a thread that needs no silence. */
static inline int us_guard_enter(const void *memory) {
  uint32_t channels;
  return us_guard_enter_or(memory, &channels);
}

/*
 * closed 1: returns when no native thread touches this shared memory and none will; its device gets silence.
 * closed 0: native threads may enter again. Other memories are not concerned. Main isolate.
 */
US_EXPORT void us_guard_set(const void *shared_memory, uint32_t closed);

#endif

#ifndef UNDERSTUDY_THREAD_H
#define UNDERSTUDY_THREAD_H

#include <pthread.h>

/*
 * Starts a thread with real-time priority (SCHED_FIFO), or as an ordinary one where the system refuses that; `is_real_time` says
 * which, and may be NULL. Returns 0 or an errno. Any thread.
 */
int us_thread_start(pthread_t *thread, void *(*run)(void *), void *argument, int priority, int *is_real_time);

#endif

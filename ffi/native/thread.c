/* Starting the threads that keep time. */
#include "thread.h"

#include <errno.h>
#include <sched.h>

int us_thread_start(pthread_t *thread, void *(*run)(void *), void *argument, int priority, int *is_real_time) {
  pthread_attr_t attributes;
  struct sched_param wanted = {.sched_priority = priority};
  pthread_attr_init(&attributes);
  pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
  pthread_attr_setschedpolicy(&attributes, SCHED_FIFO);
  pthread_attr_setschedparam(&attributes, &wanted);
  int failed = pthread_create(thread, &attributes, run, argument);
  if (is_real_time) *is_real_time = failed == 0;
  if (failed == EPERM || failed == EINVAL) failed = pthread_create(thread, NULL, run, argument);
  pthread_attr_destroy(&attributes);
  return failed;
}

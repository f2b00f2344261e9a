/*
 * Priorities of threads, and the watchdog over renderers that have real-time priority.
 *
 * The main isolate writes one word, `renderer_priority` of the control section: the renderers ask for it once they have caught
 * up, and the watchdog runs one above. A renderer that loops without a sign of life could keep a processor for itself at that
 * priority; the watchdog returns it to normal.
 */
#ifndef UNDERSTUDY_SCHEDULING_H
#define UNDERSTUDY_SCHEDULING_H

#include <stdint.h>

#include "export.h"

/* Levels between the callback and the renderers: the watchdog has the one between. */
#define US_LEVELS_BELOW_CALLBACK 2

/*
 * Sets the nice value of all threads that the process has now, also those of the runtime that read modules, compile and collect
 * garbage, for which isolates wait; the threads that they start inherit it. `before` receives the value of the first until now.
 * Returns 0 or an errno. Any thread.
 */
US_EXPORT int us_schedule_process_nice(int nice, int *before);

/*
 * Lowest nice value from `wanted` on that the calling thread may have, found by trying; the one that it has, where it may have none
 * below. Its own value is afterwards what it was. Any thread.
 */
US_EXPORT int us_lowest_nice(int wanted);

/*
 * Puts a thread into the normal class, behind the main isolate. Not into SCHED_IDLE, nor behind other programs: beside busy ones it
 * would hardly run, and hold locks of the runtime and of the address space meanwhile, for which isolates wait (seen: 27 s).
 * Returns 0 or an errno. Any thread.
 */
US_EXPORT int us_schedule_behind(int thread_id);

/*
 * Sets the nice value of the session of this process against other sessions. Where the kernel groups programs by session
 * (sched_autogroup_enabled), the nice value of a thread counts inside its session only. `before` receives the value until now.
 * Returns 0 or an errno, also where there are no such groups. May sleep for a moment. Main isolate.
 */
US_EXPORT int us_schedule_session_nice(int nice, int *before);

/*
 * Asks for shorter time slices of a thread in the normal class, which needs no right: it then waits less for threads of the same
 * priority. Kernels before Linux 6.12 ignore it. Returns 0 or an errno. Any thread.
 */
US_EXPORT int us_schedule_slice(int thread_id, uint64_t slice_ns);

/*
 * Highest SCHED_FIFO priority up to `wanted` that the calling thread may have, found by trying; 0: none. Its own priority is
 * afterwards what it was. Any thread.
 */
US_EXPORT int us_highest_priority(int wanted);

/*
 * Gives the calling renderer the real-time priority that the control section names, or short time slices where that is refused,
 * and reports which it holds. Cheap where nothing changes: to be called before every wait for the device. Renderer threads.
 */
US_EXPORT void us_schedule_renderer(void *shared_memory, uint32_t seat);

/*
 * Lowest real-time priority among the threads of a process that belong to its sound system or clock: renderers, watchdog, and
 * threads of the priority that the whole process was started with do not count. A thread that has too little room below it for
 * watchdog and renderers is raised first. Returns 0 when there is none. `process` 0: the own one. Main isolate.
 */
US_EXPORT int us_callback_priority(const void *shared_memory, int process);

/*
 * Starts the watchdog of a shared memory; one per process. Returns 0 or an errno. The thread that starts and stops the clock.
 */
US_EXPORT int us_watchdog_start(void *shared_memory);

/* Ends and joins the watchdog. Returns 0, or ESRCH if none runs. May block for some milliseconds. */
US_EXPORT int us_watchdog_stop(void *shared_memory);

#endif

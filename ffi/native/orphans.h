/*
 * What is left of a run when its launcher and its control process are gone ends by itself: the stage at one of its looks, a renderer
 * process by a thread of its own, because its main thread may be in a loop that never looks. Linux.
 */
#ifndef UNDERSTUDY_ORPHANS_H
#define UNDERSTUDY_ORPHANS_H

#include <stdint.h>

#include "export.h"

/*
 * Whether no process is left that could give this one orders, now or later: the control process is gone, and so is the launcher
 * that would start it again. A control process that stands still while no launcher could end it is ended by force. To be asked
 * some times a second. Stage, renderer processes; one thread of each.
 */
int us_is_orphan(const void *shared_memory);

/* Ends all renderers of the run by force, also those that were stopped. Stage. */
void us_end_renderers(const void *shared_memory);

/*
 * Starts a thread that ends this process, and removes the run's files, once it is an orphan. It has a map of its own of the
 * run's memory, so the runtime may give its own back at any time. Returns 0 or an errno. Renderer processes, once.
 */
US_EXPORT int us_end_when_orphan(const char *run_folder);

#endif

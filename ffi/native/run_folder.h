/*
 * The files of one run of the engine: a folder with files, and beside it, in /dev/shm under the folder's name, what processes
 * map. Both are named after the run's first process, by id and start, so whoever finds them can tell whether it still lives.
 */
#ifndef UNDERSTUDY_RUN_FOLDER_H
#define UNDERSTUDY_RUN_FOLDER_H

#include <stdint.h>

#include "export.h"

/* Makes the folder of a run whose first process is this one, in `parent`. Writes its path. Returns 0 or an errno. Main isolate. */
US_EXPORT int us_run_create(const char *parent, char *path, uint32_t bytes);

/* Maps the shared memory of a run. NULL where it is missing, not whole yet, or of another version. Processes of the run. */
unsigned char *us_run_map(const char *path);

/* Removes a run's files; what is missing is no error. Processes of the run. */
US_EXPORT void us_run_remove(const char *path);

/* Removes what runs have left whose first process is gone. Returns how many files and folders that were. Main isolate. */
US_EXPORT uint32_t us_run_remove_dead(const char *parent);

/*
 * Whether a file of a run is there, and removing it; nothing happens where it is not. Files in /dev/shm are out of the reach of a
 * program of the runtime that may not do everything. Main isolate.
 */
US_EXPORT int us_run_has_file(const char *path);
US_EXPORT void us_run_remove_file(const char *path);

#endif

#ifndef UNDERSTUDY_CALLBACK_H
#define UNDERSTUDY_CALLBACK_H

#include "export.h"
#include "layout.h"

/* PaStreamCallback: `time_info` is not read; `shared_memory` is the start of the layout. Returns paContinue. */
US_EXPORT int us_callback(const void *input, void *output, unsigned long frame_count, const void *time_info,
                          unsigned long status_flags, void *shared_memory);

/*
 * The same for a device. A device that was lost may call again while the clock plays in its place: then it gets silence, and
 * its calls are counted. `shared_memory` as above.
 */
int us_device_callback(const void *input, void *output, unsigned long frame_count, const void *time_info,
                       unsigned long status_flags, void *shared_memory);

#endif

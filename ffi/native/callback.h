#ifndef UNDERSTUDY_CALLBACK_H
#define UNDERSTUDY_CALLBACK_H

#include "export.h"
#include "layout.h"

/* paOutputUnderflow: a flag for `status_flags`. */
enum { US_OUTPUT_UNDERFLOW = 4 };

/* PaStreamCallback: `time_info` is not read; `shared_memory` is the start of the layout. Returns paContinue. */
US_EXPORT int us_callback(const void *input, void *output, unsigned long frame_count, const void *time_info,
                          unsigned long status_flags, void *shared_memory);

#endif

/*
 * Signals that the engine counts. The runtime opens its debugger for SIGUSR1, to every user of the machine, and keeps that handler
 * beside one of the program's own; so the handler is replaced here. Thread: the main isolate, except the handler itself.
 */
#ifndef UNDERSTUDY_SIGNALS_H
#define UNDERSTUDY_SIGNALS_H

#include <stdint.h>

#include "export.h"

/*
 * Counts SIGUSR1 and SIGUSR2 from now on, instead of whatever was done with them. To be called again: the runtime sets its handler
 * some time after the start. Returns 0 or an errno.
 */
US_EXPORT int us_claim_signals(void);

/* Signals counted so far; wraps. */
US_EXPORT uint32_t us_signal_count(void);

#endif

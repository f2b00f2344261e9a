/*
 * A client of JACK that plays the shared memory: ports `out_0`, `out_1` … and `in_0`, `in_1` …, connected to a device. Plain C,
 * for any process that has the shared memory. libjack can hang with its server, so every call that asks the server is made on a
 * thread of its own and has a time limit.
 */
#ifndef UNDERSTUDY_JACK_H
#define UNDERSTUDY_JACK_H

#include <stdint.h>

#include "export.h"

enum us_jack_problem {
  us_jack_ok,
  us_jack_no_library,
  us_jack_no_server,
  us_jack_other_rate, /* the server's is in `sample_rate_hz` */
  us_jack_refused,    /* the client, or a port of it */
  us_jack_no_device,  /* no client, or several, of the name that was asked for */
  us_jack_hangs,      /* no answer in time; an attempt that ends later closes what it has opened */
  us_jack_not_closed, /* another client of this process, of a server that has ended, is still to be closed */
  us_jack_no_memory,
};

struct us_jack_options {
  const char *client_name;
  const char *device;       /* client whose inputs are played to, or a part of its name; empty: the physical ports */
  const char *input_device; /* the same for outputs that are recorded from */
  const char *connections;  /* as us_jack_connections wrote them, in place of the devices; NULL: none are known */
  void *shared_memory;
  uint64_t timeout_ms;
};

struct us_jack_opened {
  void *client;
  uint64_t sample_rate_hz;
};

_Static_assert(sizeof(struct us_jack_options) == 48 && sizeof(struct us_jack_opened) == 16, "ffi/jack.ts has these sizes");

struct us_jack_state {
  uint32_t alive;               /* 0 once the server has ended or has shut the client down */
  uint32_t period_frames;       /* of the server, as it said last */
  uint32_t xruns;               /* since the client was opened, modulo 2^32 */
  uint32_t latency_frames;      /* from the ports to the loudspeaker */
  uint32_t ports_changed;       /* ports came or went since the last us_jack_connect */
  uint32_t connections_changed; /* cables came or went since the last us_jack_connections */
};

_Static_assert(sizeof(struct us_jack_state) == 24, "ffi/jack.ts reads 24 bytes");

/*
 * Opens a client, with its door shut, starts and connects it. Starts no server. One call at a time; waits, so not on the main
 * isolate. Returns a us_jack_problem.
 */
US_EXPORT int us_jack_open(const struct us_jack_options *options, struct us_jack_opened *opened);

/*
 * Shuts the door for good and closes the client. Returns 1, or 0 when the server has not answered in time: then the client is
 * left to the thread that waits for it, and another may be opened. Waits, so not on the main isolate.
 */
US_EXPORT int us_jack_close(void *client, uint32_t timeout_ms);

/* The client's door, a struct us_device. Any thread, as long as the client is not closed. */
US_EXPORT void *us_jack_door(void *client);

/* The client's whole name, at most `bytes` with the final zero: JACK appends a number where the name was taken. */
US_EXPORT void us_jack_name(void *client, char *name, uint32_t bytes);

/* How it stands. Main isolate. */
US_EXPORT void us_jack_poll(void *client, struct us_jack_state *state);

/*
 * The cables of all ports: a line `port TAB other port` for each, at most `bytes` with the final zero; a line that does not fit is
 * left out. Asks the server, so not on the main isolate. Returns how many there are.
 */
US_EXPORT int us_jack_connections(void *client, char *text, uint32_t bytes);

/*
 * Connects what `connections` names and is not connected yet. Asks the server, so not on the main isolate. Returns how many are still
 * missing, because the other port is not there.
 */
US_EXPORT int us_jack_connect(void *client, const char *connections);

/* The clients that have physical inputs: name, tab, how many, line feed; at most `bytes` with the final zero. */
US_EXPORT int us_jack_devices(void *client, char *names, uint32_t bytes);

#endif

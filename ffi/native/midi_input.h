/*
 * MIDI from JACK: one client with one input port. Its process callback copies channel messages with their time into a ring
 * that only it writes and only the main isolate reads; it allocates nothing, takes no lock and makes no system call (the
 * monotonic clock is read from memory that the kernel shares). libjack is opened when it is asked for, never linked.
 */
#ifndef UNDERSTUDY_MIDI_INPUT_H
#define UNDERSTUDY_MIDI_INPUT_H

#include <stdint.h>

#include "export.h"

/* Messages that can wait. A cable used to the full carries some 1,000 a second: this is four seconds of it. */
#define US_MIDI_EVENTS 4096

/* A channel message: its frame is `offset` frames after `cycle_frame`, which began at `cycle_ns` (monotonic clock). */
struct us_midi_event {
  uint64_t cycle_ns;
  uint32_t cycle_frame;
  uint32_t offset;
  uint8_t bytes[4]; /* status, first, second data byte (0 where there is none), 0 */
  uint32_t unused;
};

_Static_assert(sizeof(struct us_midi_event) == 24, "ffi/midi_input.ts reads 24 bytes");

struct us_midi_state {
  uint32_t alive;         /* 0 once the server has shut the client down */
  uint32_t connections;   /* cables at the port */
  uint32_t ports_changed; /* ports came or went since the last us_midi_connect */
  uint32_t lost;          /* messages for which the ring had no room, modulo 2^32 */
  uint32_t ignored;       /* system messages, which are not for a patch, modulo 2^32 */
  uint32_t sample_rate_hz;
  uint32_t period_frames;
};

_Static_assert(sizeof(struct us_midi_state) == 28, "ffi/midi_input.ts reads 28 bytes");

enum us_midi_problem { us_midi_ok, us_midi_no_library, us_midi_no_server, us_midi_no_port, us_midi_no_memory, us_midi_not_closed };

/*
 * Opens a client with an input port and starts it; `*input` is what the other functions take. Starts no server. May wait
 * for the server, so not on the main isolate; one call at a time. Returns a us_midi_problem.
 */
US_EXPORT int us_midi_open(const char *client_name, const char *port_name, void **input);

/* Closes the client and frees `input`. May wait for the server. */
US_EXPORT int us_midi_close(void *input);

/* The port's whole name, at most `bytes` with the final zero. */
US_EXPORT void us_midi_name(void *input, char *name, uint32_t bytes);

/* Takes up to `most` events in their order without waiting; returns how many. Main isolate. */
US_EXPORT uint32_t us_midi_drain(void *input, struct us_midi_event *events, uint32_t most);

/* How it stands. Main isolate. */
US_EXPORT void us_midi_poll(void *input, struct us_midi_state *state);

/*
 * Connects every MIDI output port whose name matches (POSIX extended regular expression) and that is not connected yet.
 * Asks the server, so not on the main isolate. Returns how many it connected.
 */
US_EXPORT int us_midi_connect(void *input, const char *pattern);

/* Names of all MIDI output ports, separated by line feeds, at most `bytes` with the final zero. Not on the main isolate. */
US_EXPORT int us_midi_ports(void *input, char *names, uint32_t bytes);

/* Whether this is a POSIX extended regular expression. Any thread. */
US_EXPORT int us_midi_is_pattern(const char *pattern);

#endif

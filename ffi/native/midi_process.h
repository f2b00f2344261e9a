/* The data of the MIDI input's process callback; `midi_input.c` opens it, `midi_process.c` runs in JACK's thread. */
#ifndef UNDERSTUDY_MIDI_PROCESS_H
#define UNDERSTUDY_MIDI_PROCESS_H

#include <stddef.h>

#include "midi_input.h"

/*
 * As jack/midiport.h has it; the binary interface of libjack.so.0 is the same in JACK 1, JACK 2 and PipeWire.
 */
struct us_jack_midi_event {
  uint32_t time;
  size_t size;
  unsigned char *buffer;
};

/* The functions of libjack that its own thread may call: none of them allocates, locks or waits. */
struct us_midi_calls {
  void *(*port_get_buffer)(void *port, uint32_t frames);
  uint32_t (*midi_get_event_count)(void *buffer);
  int (*midi_event_get)(struct us_jack_midi_event *event, void *buffer, uint32_t index);
  uint32_t (*last_frame_time)(const void *client);
};

struct us_midi_input {
  const struct us_midi_calls *calls;
  void *client;
  void *port;
  uint32_t alive;
  uint32_t ports_changed;
  /* written by the process callback */
  _Alignas(64) uint32_t head;
  uint32_t lost;
  uint32_t ignored;
  /* written by the reader */
  _Alignas(64) uint32_t tail;
  _Alignas(64) struct us_midi_event events[US_MIDI_EVENTS];
};

/* JackProcessCallback; `input` is a struct us_midi_input. */
int us_midi_process(uint32_t frames, void *input);

#endif

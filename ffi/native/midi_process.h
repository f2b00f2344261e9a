/* The data of the MIDI input's process callback; `midi_input.c` opens it, `midi_process.c` runs in JACK's thread. */
#ifndef UNDERSTUDY_MIDI_PROCESS_H
#define UNDERSTUDY_MIDI_PROCESS_H

#include "jack_library.h"
#include "midi_input.h"

/* Which system message is being received; real-time exclusives are passed on, others not. */
enum us_midi_system { us_midi_no_system, us_midi_quarter_frame, us_midi_exclusive_begun, us_midi_exclusive };

/* Longest real-time exclusive message that is passed on. */
#define US_MIDI_EXCLUSIVE_BYTES 128

struct us_midi_input {
  const struct us_jack_library *library;
  void *client;
  void *port;
  uint32_t alive;
  uint32_t ports_changed;
  /* written by the process callback */
  _Alignas(64) uint32_t head;
  uint32_t lost;
  uint32_t ignored;
  uint8_t status; /* of the message that is being received, or of the last one: running status; 0: none */
  uint8_t data_count;
  uint8_t data[2];
  uint8_t system; /* enum us_midi_system */
  /* written by the reader */
  _Alignas(64) uint32_t tail;
  _Alignas(64) struct us_midi_event events[US_MIDI_EVENTS];
};

/* JackProcessCallback; `input` is a struct us_midi_input. */
int us_midi_process(uint32_t frames, void *input);

#endif

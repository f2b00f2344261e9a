/* The data of the JACK client's process callback; `jack.c` opens it, `jack_process.c` runs in JACK's thread. */
#ifndef UNDERSTUDY_JACK_PROCESS_H
#define UNDERSTUDY_JACK_PROCESS_H

#include "device.h"
#include "jack.h"
#include "jack_library.h"
#include "layout.h"

/* Frames of the interleaved buffers; a longer period is played in pieces. */
#define US_JACK_PIECE_FRAMES 8192

struct us_jack {
  const struct us_jack_library *library;
  void *client;
  struct us_device *door;
  uint32_t channels;
  uint32_t input_channels;
  void *outputs[US_MAX_CHANNELS];
  void *inputs[US_MAX_CHANNELS];
  /* interleaved, of US_JACK_PIECE_FRAMES; `input` is NULL without input channels */
  float *output;
  float *input;
  uint32_t alive;
  uint32_t period_frames;
  uint32_t xruns;
  uint32_t ports_changed;
  uint32_t connections_changed;
  uint32_t xruns_told; /* written by the process callback */
  uint32_t asking;     /* questions to the server that are under way: the client is not closed before they end */
};

/* JackProcessCallback; `client` is a struct us_jack. */
int us_jack_process(uint32_t frames, void *client);

#endif

#include "jack_process.h"

enum { output_underflow = 4 }; /* PaStreamCallbackFlags */

static void interleave(const struct us_jack *self, uint32_t frames, uint32_t from, uint32_t count) {
  uint32_t channels = self->input_channels;
  for (uint32_t channel = 0; channel < channels; channel++) {
    const float *samples = self->library->port_get_buffer(self->inputs[channel], frames);
    float *into = self->input + channel;
    for (uint32_t frame = 0; frame < count; frame++, into += channels) *into = samples ? samples[from + frame] : 0;
  }
}

static void separate(const struct us_jack *self, uint32_t frames, uint32_t from, uint32_t count) {
  uint32_t channels = self->channels;
  for (uint32_t channel = 0; channel < channels; channel++) {
    float *samples = self->library->port_get_buffer(self->outputs[channel], frames);
    const float *source = self->output + channel;
    if (!samples) continue;
    for (uint32_t frame = 0; frame < count; frame++, source += channels) samples[from + frame] = *source;
  }
}

int us_jack_process(uint32_t frames, void *client) {
  struct us_jack *self = client;
  if (self->period_frames != frames) __atomic_store_n(&self->period_frames, frames, __ATOMIC_RELEASE);
  uint32_t xruns = __atomic_load_n(&self->xruns, __ATOMIC_RELAXED);
  unsigned long flags = xruns == self->xruns_told ? 0 : output_underflow;
  self->xruns_told = xruns;
  for (uint32_t from = 0; from < frames;) {
    uint32_t count = frames - from < US_JACK_PIECE_FRAMES ? frames - from : US_JACK_PIECE_FRAMES;
    interleave(self, frames, from, count);
    us_device_call(self->input, self->output, count, NULL, flags, self->door);
    separate(self, frames, from, count);
    from += count;
    flags = 0;
  }
  return 0;
}

#define _GNU_SOURCE
#include "midi_process.h"

#include "monotonic.h"

/*
 * Takes in one byte of the cable. Most servers hand over whole messages, but a bridge may pass on the stream as it is: with
 * running status, several messages at once, real-time bytes inside of others. Returns 1 when a channel message is complete.
 */
static int take_byte(struct us_midi_input *self, uint8_t byte, uint32_t *ignored) {
  if (byte >= 0xF8) { /* real time: may stand anywhere and changes nothing */
    (*ignored)++;
    return 0;
  }
  if (byte >= 0xF0) { /* system exclusive and common: their data follow, and running status ends */
    if (byte != 0xF7) (*ignored)++;
    self->status = self->data_count = 0;
    return 0;
  }
  if (byte >= 0x80) {
    self->status = byte;
    self->data_count = 0;
    return 0;
  }
  if (self->status == 0) return 0;
  self->data[self->data_count++] = byte;
  uint8_t kind = self->status & 0xF0;
  uint8_t wanted = kind == 0xC0 || kind == 0xD0 ? 1 : 2;
  if (self->data_count < wanted) return 0;
  self->data_count = 0;
  if (wanted == 1) self->data[1] = 0;
  return 1;
}

int us_midi_process(uint32_t frames, void *input) {
  struct us_midi_input *self = input;
  const struct us_jack_library *calls = self->library;
  void *buffer = calls->port_get_buffer(self->port, frames);
  uint32_t count = buffer ? calls->midi_get_event_count(buffer) : 0;
  if (count == 0) return 0;
  uint64_t cycle_ns = us_monotonic_ns();
  uint32_t cycle_frame = calls->last_frame_time(self->client);
  uint32_t head = self->head, tail = __atomic_load_n(&self->tail, __ATOMIC_ACQUIRE);
  uint32_t lost = 0, ignored = 0;
  for (uint32_t index = 0; index < count; index++) {
    struct us_jack_midi_event event;
    if (calls->midi_event_get(&event, buffer, index) != 0 || event.size == 0) continue;
    for (size_t byte = 0; byte < event.size; byte++) {
      if (!take_byte(self, event.buffer[byte], &ignored)) continue;
      if (head - tail == US_MIDI_EVENTS) {
        lost++;
        continue;
      }
      self->events[head++ % US_MIDI_EVENTS] = (struct us_midi_event){
          .cycle_ns = cycle_ns,
          .cycle_frame = cycle_frame,
          .offset = event.time,
          .bytes = {self->status, self->data[0], self->data[1], 0},
      };
    }
  }
  __atomic_store_n(&self->lost, self->lost + lost, __ATOMIC_RELAXED);
  __atomic_store_n(&self->ignored, self->ignored + ignored, __ATOMIC_RELAXED);
  __atomic_store_n(&self->head, head, __ATOMIC_RELEASE);
  return 0;
}

/*
 * The audio callback: merges the renderers' rings by block number and hands the result to the device.
 *
 * The problem. Two or three renderers publish the same blocks, each into its own ring. Any of them may die between two
 * instructions, hang, or write wrong samples. The device must get every block once, on time, unharmed; and nothing in
 * here may wait, allocate, lock, log, or enter the kernel.
 *
 * The answer is that of SMPTE ST 2022-7: there is no "active" source and no switch. For block n every ring that a role
 * names is asked for the slot tagged n. Rings that have it vote by the checksum of their samples, which settles a wrong
 * sample before it is heard; the roles' order settles everything else. The samples are copied, and the checksum is taken
 * again over the copy: a slot that changed meanwhile (a zombie, a reused ring) does not match and the next one is
 * taken. If no ring has block n it is concealed: the last samples fade out over a short ramp, silence follows, and the
 * next block that is there fades in over the rest of the fading one, so that no frame jumps however short the blocks are.
 * Every such frame is counted. Last of all comes the ceiling, which samples within full scale do not touch (ceiling.h).
 *
 * Rejected: a watchdog that switches after a time-out (it always costs the time-out, and switches falsely under load);
 * a lock around the roles (the callback would wait for the main isolate).
 *
 * Memory order. A renderer stores the samples, then the checksum, then the tag (sequentially consistent, from
 * Atomics.store); the tag is loaded with acquire here, so its samples are visible. `consumed` is stored with release
 * after the last frame was copied, so a renderer that sees it may overwrite the slot and may read the input of that
 * block. An input slot loses its tag before its samples change, and readers look at the tag again after their copy.
 */
#include <string.h>

#include "callback.h"
#include "ceiling.h"
#include "guard.h"
#include "ticks.h"

#define AT(type, base, offset) ((type *)(void *)((unsigned char *)(base) + (offset)))
#define LOAD(word) __atomic_load_n(&(word), __ATOMIC_ACQUIRE)
#define STORE(word, value) __atomic_store_n(&(word), (value), __ATOMIC_RELEASE)
/* Plain 64-bit counters: this thread is the only writer; readers get whole values on the 64-bit machines we run on. */
#define ADD(counter, amount) __atomic_store_n(&(counter), (counter) + (uint64_t)(amount), __ATOMIC_RELAXED)

/* PaStreamCallbackFlags */
enum { INPUT_UNDERFLOW = 1, INPUT_OVERFLOW = 2, OUTPUT_OVERFLOW = 8 };

/* The parts of the shared memory that one call needs, found once per call. */
struct view {
  unsigned char *base;
  const struct us_geometry *geometry;
  const struct us_control *control;
  struct us_callback *callback;
  struct us_callback_state *state;
  struct us_counters *counters;
  float *work;
};

struct checksum {
  uint32_t low, high;
};

static uint32_t rotate(uint32_t value, int by) { return (value << by) | (value >> (32 - by)); }

static uint32_t mix(uint32_t a, uint32_t b) {
  uint32_t x = a + rotate(b, 16);
  x = (x ^ (x >> 15)) * 0x2C1B3C6Du;
  return x ^ (x >> 13);
}

/* The project's checksum (engine/memory/checksum.ts states it); `words` may be any number, the rest counts as zero. */
static struct checksum checksum_of(const uint32_t *data, uint32_t words) {
  uint32_t h[4] = {0x9E3779B9u, 0x85EBCA6Bu, 0xC2B2AE35u, 0x27D4EB2Fu};
  uint32_t i = 0;
  for (; i + 4 <= words; i += 4)
    for (uint32_t lane = 0; lane < 4; lane++) h[lane] = rotate(h[lane] ^ data[i + lane], 13) * 0x9E3779B1u + 0x165667B1u;
  if (i < words)
    for (uint32_t lane = 0; lane < 4; lane++) {
      uint32_t word = i + lane < words ? data[i + lane] : 0;
      h[lane] = rotate(h[lane] ^ word, 13) * 0x9E3779B1u + 0x165667B1u;
    }
  return (struct checksum){mix(h[0], h[1]), mix(h[2], h[3])};
}

/* Bucket of a histogram: the exponent and the bits below it, by which each octave is cut into equal parts. */
_Static_assert(US_HISTOGRAM_SUB_BUCKETS == 4, "note_in takes two bits below the exponent");
static void note_in(uint64_t *buckets, uint64_t ticks) {
  uint32_t bucket = (uint32_t)ticks;
  if (ticks >= 4) {
    int exponent = 63 - __builtin_clzll(ticks);
    bucket = (uint32_t)(exponent - 1) * 4 + (uint32_t)((ticks >> (exponent - 2)) & 3);
  }
  if (bucket >= US_HISTOGRAM_BUCKETS) bucket = US_HISTOGRAM_BUCKETS - 1;
  ADD(buckets[bucket], 1);
}

static void keep_longest(uint64_t *longest, uint64_t ticks) {
  if (ticks > *longest) __atomic_store_n(longest, ticks, __ATOMIC_RELAXED);
}

static struct us_slot *slot_for(const struct view *v, uint32_t ring, uint32_t block) {
  const struct us_geometry *g = v->geometry;
  uint32_t slot = block & (g->ring_slots - 1);
  return AT(struct us_slot, v->base, (size_t)g->ring_offset + (size_t)ring * g->ring_bytes + (size_t)slot * g->slot_bytes);
}

/* One role's claim to have the block. */
struct candidate {
  struct us_slot *slot;
  struct checksum sum;
  uint32_t ring;
  int role;
};

static int same(struct checksum a, struct checksum b) { return a.low == b.low && a.high == b.high; }

static int collect(const struct view *v, uint32_t block, struct candidate *found) {
  int count = 0;
  for (int role = 0; role < (int)US_ROLE_COUNT; role++) {
    uint32_t named = LOAD(v->control->role_ring[role]);
    if (named == 0 || named > v->geometry->seat_count) continue;
    struct us_slot *slot = slot_for(v, named - 1, block);
    if (LOAD(slot->tag) != block) continue;
    found[count++] = (struct candidate){slot, {slot->checksum_low, slot->checksum_high}, named, role};
  }
  return count;
}

/* The first candidate that another one agrees with; the first of all where none agree. */
static int elect(const struct view *v, const struct candidate *found, int count) {
  for (int i = 0; i < count; i++)
    for (int j = 0; j < count; j++)
      if (i != j && same(found[i].sum, found[j].sum)) {
        if (i != 0) ADD(v->counters->outvoted_blocks, 1);
        return i;
      }
  if (count > 1) ADD(v->counters->undecided_blocks, 1);
  return 0;
}

/* Copies the elected slot into the work block; returns 0 when no ring had the block unharmed. */
static int take_block(const struct view *v, uint32_t block) {
  struct candidate found[US_ROLE_COUNT];
  uint32_t words = v->geometry->block_frames * v->geometry->channels;
  int count = collect(v, block, found);
  while (count > 0) {
    int chosen = elect(v, found, count);
    struct candidate c = found[chosen];
    memcpy(v->work, c.slot + 1, (size_t)words * 4);
    if (same(checksum_of((const uint32_t *)v->work, words), c.sum) && LOAD(c.slot->tag) == block) {
      v->state->ring = c.ring;
      v->state->checksum_low = c.sum.low;
      v->state->checksum_high = c.sum.high;
      if (c.role != 0) {
        v->state->flags |= US_DELIVERED_RESCUED;
        ADD(v->counters->rescued_blocks, 1);
      }
      return 1;
    }
    ADD(v->counters->torn_blocks, 1);
    for (int i = chosen; i + 1 < count; i++) found[i] = found[i + 1];
    count--;
  }
  return 0;
}

static int is_finite(float sample) { return (us_float_bits(sample) & 0x7FFFFFFFu) < 0x7F800000u; }

/* Holds the last frame before concealment; it fades out from its full level, whatever it was mixed of. */
static void hold_last_frame(const struct view *v) {
  const struct us_geometry *g = v->geometry;
  struct us_callback_state *s = v->state;
  for (uint32_t channel = 0; channel < g->channels; channel++)
    s->held_frame[channel] = is_finite(s->last_frame[channel]) ? s->last_frame[channel] : 0.0f;
  s->ramp_out_left = g->conceal_ramp_frames;
  s->concealing = 1;
}

/* Weight of the held frame in the next frame: it falls to nothing within a ramp, through blocks that are there or not. */
static float fall(const struct view *v) {
  struct us_callback_state *s = v->state;
  if (s->ramp_out_left > 0) s->ramp_out_left--;
  return (float)s->ramp_out_left / (float)v->geometry->conceal_ramp_frames;
}

/* Fades the held frame out; silence follows until a block is there again. */
static void conceal(const struct view *v) {
  const struct us_geometry *g = v->geometry;
  struct us_callback_state *s = v->state;
  if (!s->concealing) hold_last_frame(v);
  s->ramp_in_left = g->conceal_ramp_frames;
  for (uint32_t frame = 0; frame < g->block_frames; frame++) {
    float held = fall(v);
    for (uint32_t channel = 0; channel < g->channels; channel++)
      v->work[frame * g->channels + channel] = s->held_frame[channel] * held;
  }
  s->ring = 0;
  s->flags |= US_DELIVERED_CONCEALED;
  ADD(v->counters->concealed_blocks, 1);
  ADD(v->counters->concealed_frames, g->block_frames);
}

/* After concealment the sound comes back over a ramp, while the held frame goes on fading out. */
static void ramp_in(const struct view *v) {
  const struct us_geometry *g = v->geometry;
  struct us_callback_state *s = v->state;
  s->concealing = 0;
  if (s->ramp_in_left == 0) return;
  s->flags |= US_DELIVERED_RAMPED;
  for (uint32_t frame = 0; frame < g->block_frames && s->ramp_in_left > 0; frame++) {
    float rise = 1.0f - (float)(--s->ramp_in_left) / (float)g->conceal_ramp_frames, held = fall(v);
    for (uint32_t channel = 0; channel < g->channels; channel++) {
      float *sample = &v->work[frame * g->channels + channel];
      *sample = *sample * rise + s->held_frame[channel] * held;
    }
  }
}

static void fade_out(const struct view *v) {
  const struct us_geometry *g = v->geometry;
  struct us_callback_state *s = v->state;
  s->flags |= US_DELIVERED_FADED;
  for (uint32_t frame = 0; frame < g->block_frames; frame++) {
    float gain = 0.0f;
    if (s->fade_position < g->stop_fade_frames)
      gain = 1.0f - (float)(++s->fade_position) / (float)g->stop_fade_frames;
    for (uint32_t channel = 0; channel < g->channels; channel++) v->work[frame * g->channels + channel] *= gain;
  }
}

/* The bits of a float as a number of the same order: what is not finite lies beyond all others. The same turns it back. */
static int32_t order_of(int32_t bits) { return bits ^ ((bits >> 31) & 0x7FFFFFFF); }

static uint32_t magnitude_of(int32_t order) { return (uint32_t)order_of(order) & 0x7FFFFFFFu; }

/* Smallest and largest sample of a channel, as `order_of` has them. */
struct extent {
  int32_t lowest, highest;
};

static void widen(struct extent *e, int32_t order) {
  e->lowest = order < e->lowest ? order : e->lowest;
  e->highest = order > e->highest ? order : e->highest;
}

static const struct extent nothing = {INT32_MAX, INT32_MIN};

static struct extent extent_of(const struct view *v, uint32_t channel) {
  const float *sample = v->work + channel;
  uint32_t channels = v->geometry->channels;
  struct extent e = nothing;
  for (uint32_t frame = 0; frame < v->geometry->block_frames; frame++, sample += channels)
    widen(&e, order_of((int32_t)us_float_bits(*sample)));
  return e;
}

/* Four samples at once: a vector of the compiler, on whatever processor. */
enum { LANES = 4 };
typedef int32_t lanes __attribute__((vector_size(LANES * sizeof(int32_t))));

static lanes choose(lanes mask, lanes one, lanes other) { return (one & mask) | (other & ~mask); }

/* Words after which the channels lie in the same lanes of a vector again: the least common multiple of both. */
_Static_assert(LANES == 4, "period_of knows the divisors of four");
static uint32_t period_of(uint32_t channels) {
  return channels % 4 == 0 ? channels : channels % 2 == 0 ? 2 * channels : 4 * channels;
}

/* The extent of each channel; takes the same time whatever the samples are. */
static void find_extents(const struct view *v, struct extent *extents) {
  uint32_t channels = v->geometry->channels, words = v->geometry->block_frames * channels;
  uint32_t period = period_of(channels);
  if (words % period != 0) {
    for (uint32_t channel = 0; channel < channels; channel++) extents[channel] = extent_of(v, channel);
    return;
  }
  for (uint32_t channel = 0; channel < channels; channel++) extents[channel] = nothing;
  for (uint32_t first = 0; first < period; first += LANES) {
    lanes lowest = (lanes){0} + INT32_MAX, highest = (lanes){0} + INT32_MIN;
    for (uint32_t word = first; word < words; word += period) {
      lanes order;
      memcpy(&order, v->work + word, sizeof order);
      order ^= (order >> 31) & 0x7FFFFFFF; /* order_of each */
      lowest = choose(order < lowest, order, lowest);
      highest = choose(order > highest, order, highest);
    }
    for (uint32_t lane = 0; lane < LANES; lane++) {
      widen(&extents[(first + lane) % channels], lowest[lane]);
      widen(&extents[(first + lane) % channels], highest[lane]);
    }
  }
}

/* Largest magnitude, as bits: magnitudes of floats order like them, and what is not finite is above all others. */
static uint32_t peak_bits(struct extent e) {
  uint32_t below = magnitude_of(e.lowest), above = magnitude_of(e.highest);
  return below > above ? below : above;
}

static float float_of(int32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* Replaces non-finite samples of a channel by zero, counts those beyond full scale, and applies the ceiling. */
static void limit_channel(const struct view *v, const struct us_ceiling *ceiling, uint32_t channel) {
  struct us_callback_state *s = v->state;
  const struct us_geometry *g = v->geometry;
  uint32_t replaced = 0, overs = 0, limited = 0;
  float *sample = v->work + channel;
  for (uint32_t frame = 0; frame < g->block_frames; frame++, sample += g->channels) {
    float magnitude = *sample < 0.0f ? -*sample : *sample;
    if (!is_finite(*sample)) {
      *sample = 0.0f;
      replaced++;
      continue;
    }
    if (magnitude > 1.0f) overs++;
    if (magnitude > s->loudest) s->loudest = magnitude;
    if (ceiling->top > 0.0f && magnitude > ceiling->knee) {
      float bent = us_ceiling_bend(ceiling, magnitude);
      *sample = *sample < 0.0f ? -bent : bent;
      limited++;
    }
  }
  if (replaced) s->flags |= US_DELIVERED_NON_FINITE;
  if (limited) s->flags |= US_DELIVERED_LIMITED;
  ADD(v->counters->non_finite_samples, replaced);
  ADD(v->counters->over_samples, overs);
  ADD(v->counters->limited_samples, limited);
}

/* Makes the block fit for a device, and finds each channel's peak and extent. */
static void inspect(const struct view *v) {
  struct us_callback_state *s = v->state;
  struct us_ceiling ceiling = us_ceiling_at(v->geometry->ceiling);
  struct extent extents[US_MAX_CHANNELS];
  uint32_t channels = v->geometry->channels;
  float *peaks = s->levels, *lowest = peaks + channels, *highest = lowest + channels;
  find_extents(v, extents);
  s->loudest = 0.0f;
  for (uint32_t channel = 0; channel < channels; channel++) {
    struct extent e = extents[channel];
    if (peak_bits(e) > ceiling.untouched) {
      limit_channel(v, &ceiling, channel);
      e = extent_of(v, channel);
    }
    peaks[channel] = float_of((int32_t)peak_bits(e));
    lowest[channel] = float_of(order_of(e.lowest));
    highest[channel] = float_of(order_of(e.highest));
    if (peaks[channel] > s->loudest) s->loudest = peaks[channel];
  }
}

static void prepare_block(const struct view *v, uint32_t block) {
  const struct us_geometry *g = v->geometry;
  struct us_callback_state *s = v->state;
  uint32_t words = g->block_frames * g->channels;
  s->flags = 0;
  if (take_block(v, block))
    ramp_in(v);
  else
    conceal(v);
  memcpy(s->last_frame, v->work + (words - g->channels), g->channels * sizeof(float));
  if (LOAD(v->control->stop)) fade_out(v);
  inspect(v);
  if (s->flags & ~US_DELIVERED_RESCUED) {
    struct checksum sum = checksum_of((const uint32_t *)v->work, words);
    s->checksum_low = sum.low;
    s->checksum_high = sum.high;
  }
}

/* Copies captured samples. A program beside us may send any number: one huge sample would silence filters for seconds. */
static void copy_input(const struct view *v, float *samples, const float *input, uint32_t count) {
  uint32_t refused = 0;
  for (uint32_t index = 0; index < count; index++) {
    uint32_t bits = us_float_bits(input[index]);
    uint32_t fits = (bits & 0x7FFFFFFFu) <= US_MAX_INPUT_BITS;
    refused += !fits;
    bits = fits ? bits : 0;
    memcpy(&samples[index], &bits, sizeof bits);
  }
  if (refused) ADD(v->counters->refused_input_samples, refused);
}

static void capture_input(const struct view *v, uint32_t block, const float *input, uint32_t from, uint32_t frames) {
  const struct us_geometry *g = v->geometry;
  if (g->input_channels == 0) return;
  struct us_input_slot *slot =
      AT(struct us_input_slot, v->base, (size_t)g->input_offset + (size_t)(block & (g->input_slots - 1)) * g->input_slot_bytes);
  float *samples = (float *)(slot + 1) + (size_t)from * g->input_channels;
  uint32_t count = frames * g->input_channels;
  if (from == 0) { /* a renderer that is a whole lap behind may be reading: the tag of another slot matches no block here */
    __atomic_store_n(&slot->tag, block + 1, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
  }
  if (input)
    copy_input(v, samples, input, count);
  else
    memset(samples, 0, (size_t)count * sizeof(float));
  if (from + frames == g->block_frames) STORE(slot->tag, block);
}

/* Keeps a block for recorders and listeners. One that is a whole lap behind may be reading: no block here has the other tag. */
static void keep_output(const struct view *v, uint32_t block) {
  const struct us_geometry *g = v->geometry;
  if (LOAD(v->control->keep_output) == 0) return;
  size_t offset = (size_t)g->output_offset + (size_t)(block & (g->output_slots - 1)) * g->output_slot_bytes;
  struct us_output_slot *slot = AT(struct us_output_slot, v->base, offset);
  __atomic_store_n(&slot->tag, block + 1, __ATOMIC_RELAXED);
  __atomic_thread_fence(__ATOMIC_RELEASE);
  memcpy(slot + 1, v->work, (size_t)g->block_frames * g->channels * sizeof(float));
  STORE(slot->tag, block);
}

static void publish_block(const struct view *v, uint32_t block) {
  const struct us_geometry *g = v->geometry;
  struct us_callback_state *s = v->state;
  size_t offset = (size_t)g->delivered_offset + (size_t)(block & (g->delivered_count - 1)) * g->delivered_bytes;
  struct us_delivered *entry = AT(struct us_delivered, v->base, offset);
  entry->flags = s->flags;
  entry->checksum_low = s->checksum_low;
  entry->checksum_high = s->checksum_high;
  entry->ring = s->ring;
  entry->loudest = s->loudest;
  memcpy(entry + 1, s->levels, 3 * (size_t)g->channels * sizeof(float));
  entry->ticks = us_ticks();
  STORE(entry->block, block);
  keep_output(v, block);
  STORE(v->callback->consumed, block + 1);
  if (s->fade_position >= g->stop_fade_frames) STORE(v->callback->ended, 1);
}

static void play(const struct view *v, const float *input, float *output, uint32_t frames) {
  const struct us_geometry *g = v->geometry;
  struct us_callback_state *s = v->state;
  while (frames > 0) {
    if (v->callback->ended) { /* in the middle of a call: no block follows */
      memset(output, 0, (size_t)frames * g->channels * sizeof(float));
      return;
    }
    uint32_t block = v->callback->consumed;
    if (s->piece_frames == 0) prepare_block(v, block);
    uint32_t left = g->block_frames - s->piece_frames;
    uint32_t piece = frames < left ? frames : left;
    memcpy(output, v->work + (size_t)s->piece_frames * g->channels, (size_t)piece * g->channels * sizeof(float));
    capture_input(v, block, input, s->piece_frames, piece);
    s->piece_frames += piece;
    if (s->piece_frames == g->block_frames) {
      s->piece_frames = 0;
      publish_block(v, block);
    }
    output += (size_t)piece * g->channels;
    if (input) input += (size_t)piece * g->input_channels;
    frames -= piece;
    ADD(v->counters->frames, piece);
  }
}

/* Where the stream stood when this call began, for the main isolate's clock; readers retry on an odd or changed count. */
static void stamp(const struct view *v, uint64_t now) {
  struct us_callback *c = v->callback;
  __atomic_store_n(&c->stamp_sequence, c->stamp_sequence + 1, __ATOMIC_RELAXED);
  __atomic_thread_fence(__ATOMIC_RELEASE);
  __atomic_store_n(&c->stamp_block, c->consumed, __ATOMIC_RELAXED);
  __atomic_store_n(&c->stamp_frame, v->state->piece_frames, __ATOMIC_RELAXED);
  __atomic_store_n(&c->stamp_ticks, now, __ATOMIC_RELAXED);
  __atomic_store_n(&c->stamp_sequence, c->stamp_sequence + 1, __ATOMIC_RELEASE);
}

static void count_host_flags(struct us_counters *counters, unsigned long flags) {
  if (flags & INPUT_UNDERFLOW) ADD(counters->input_underflows, 1);
  if (flags & INPUT_OVERFLOW) ADD(counters->input_overflows, 1);
  if (flags & US_OUTPUT_UNDERFLOW) ADD(counters->output_underflows, 1);
  if (flags & OUTPUT_OVERFLOW) ADD(counters->output_overflows, 1);
}

struct us_guard *us_guards;
uint32_t us_guard_inside;

/* A device whose memory may not be touched gets silence. */
static int give_silence(void *output, unsigned long frame_count, uint32_t channels) {
  memset(output, 0, frame_count * channels * sizeof(float));
  return 0; /* paContinue */
}

/* One call of a thread that is inside the guard. */
static void call(const void *input, void *output, unsigned long frame_count, unsigned long status_flags, void *shared_memory) {
  uint64_t started = us_ticks();
  unsigned char *base = shared_memory;
  const struct us_geometry *geometry = AT(struct us_geometry, base, US_GEOMETRY_OFFSET);
  struct view v = {
      .base = base,
      .geometry = geometry,
      .control = AT(struct us_control, base, US_CONTROL_OFFSET),
      .callback = AT(struct us_callback, base, US_CALLBACK_OFFSET),
      .state = AT(struct us_callback_state, base, US_CALLBACK_STATE_OFFSET),
      .counters = AT(struct us_counters, base, US_COUNTERS_OFFSET),
      .work = AT(float, base, geometry->work_offset),
  };
  uint32_t frames = (uint32_t)frame_count;

  stamp(&v, started);
  if (frames > v.callback->largest_frame_count) STORE(v.callback->largest_frame_count, frames);
  if (LOAD(v.control->play) && !v.callback->ended) {
    count_host_flags(v.counters, status_flags);
    play(&v, input, output, frames);
  } else {
    memset(output, 0, (size_t)frames * geometry->channels * sizeof(float));
  }

  ADD(v.counters->callbacks, 1);
  if (v.state->previous_ticks != 0) {
    uint64_t interval = started - v.state->previous_ticks;
    note_in(AT(struct us_intervals, base, US_INTERVALS_OFFSET)->buckets, interval);
    ADD(v.counters->interval_ticks, interval);
    keep_longest(&v.counters->longest_interval_ticks, interval);
  }
  v.state->previous_ticks = started;
  uint64_t duration = us_ticks() - started;
  note_in(AT(struct us_durations, base, US_DURATIONS_OFFSET)->buckets, duration);
  ADD(v.counters->duration_ticks, duration);
  if (LOAD(v.control->play)) ADD(v.counters->busy_ticks, duration);
  keep_longest(&v.counters->longest_ticks, duration);
}

int us_callback(const void *input, void *output, unsigned long frame_count, const void *time_info,
                unsigned long status_flags, void *shared_memory) {
  (void)time_info;
  uint32_t channels;
  if (!us_guard_enter_or(shared_memory, &channels)) return give_silence(output, frame_count, channels);
  call(input, output, frame_count, status_flags, shared_memory);
  us_guard_leave();
  return 0; /* paContinue */
}

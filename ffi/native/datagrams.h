/*
 * UDP beyond what the runtime offers: the size of the receive buffer, what the system dropped, and many datagrams in one
 * call. All work on a descriptor that the runtime has opened and keeps. Thread: main isolate.
 */
#ifndef UNDERSTUDY_DATAGRAMS_H
#define UNDERSTUDY_DATAGRAMS_H

#include <stdint.h>

#include "export.h"

/* Datagrams in one call, and room for each in bytes. */
#define US_DATAGRAMS 64
#define US_DATAGRAM_BYTES 65536

/*
 * One datagram that came or goes: its size, and its sender or receiver as the system writes it (sockaddr_in or
 * sockaddr_in6).
 */
struct us_datagram {
  uint32_t bytes;
  uint32_t sender_bytes;
  uint8_t sender[32];
};

_Static_assert(sizeof(struct us_datagram) == 40, "ffi/datagrams.ts reads 40 bytes");

/* The descriptor of this process's UDP socket that is bound to this address (text) and port; -1 where there is none. */
US_EXPORT int us_datagrams_find(const char *address, uint32_t port);

/* Asks for a receive buffer, past the system's limit where that is allowed. Returns what there is in bytes, or -errno. */
US_EXPORT int us_datagrams_buffer(int descriptor, int bytes);

/* Datagrams that the system dropped because the buffer was full, modulo 2^32; 0 where it does not say. */
US_EXPORT uint32_t us_datagrams_dropped(int descriptor);

/*
 * Takes up to US_DATAGRAMS waiting datagrams without waiting: number i into `data + i * US_DATAGRAM_BYTES`, described in
 * `datagrams[i]`. Returns how many, or -errno.
 */
US_EXPORT int us_datagrams_take(int descriptor, uint8_t *data, struct us_datagram *datagrams);

/* Sends one datagram without waiting. Returns 0 or an errno; EAGAIN: there is no room. */
US_EXPORT int us_datagrams_send(int descriptor, const uint8_t *bytes, uint32_t count, const uint8_t *receiver,
                                uint32_t receiver_bytes);

/*
 * Sends datagrams that stand one behind the other in `data`, without waiting, with as few calls as the system allows: answers
 * to one sender are mostly of one size and leave together. Returns how many the system took; the others are lost.
 */
US_EXPORT uint32_t us_datagrams_send_all(int descriptor, const uint8_t *data, struct us_datagram *datagrams,
                                         uint32_t count);

/* A receiver for us_datagrams_send from address (text) and port. Returns its size, 0 for what is no address. */
US_EXPORT uint32_t us_datagrams_receiver(int descriptor, const char *address, uint32_t port, uint8_t *receiver);

#endif

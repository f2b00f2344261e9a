#define _GNU_SOURCE
#include "datagrams.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SO_MEMINFO
#define SO_MEMINFO 55
#endif

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

/* linux/sock_diag.h: SK_MEMINFO_DROPS of SK_MEMINFO_VARS */
enum { meminfo_drops = 8, meminfo_words = 9 };

union address {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
};

static uint32_t address_from_text(const char *text, uint32_t port, union address *out) {
  memset(out, 0, sizeof *out);
  if (inet_pton(AF_INET, text, &out->v4.sin_addr) == 1) {
    out->v4.sin_family = AF_INET;
    out->v4.sin_port = htons((uint16_t)port);
    return sizeof out->v4;
  }
  if (inet_pton(AF_INET6, text, &out->v6.sin6_addr) == 1) {
    out->v6.sin6_family = AF_INET6;
    out->v6.sin6_port = htons((uint16_t)port);
    return sizeof out->v6;
  }
  return 0;
}

/* Flow label and scope are the system's own. */
static int same_address(const union address *a, const union address *b) {
  if (a->any.sa_family != b->any.sa_family) return 0;
  if (a->any.sa_family == AF_INET) {
    return a->v4.sin_port == b->v4.sin_port && a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
  }
  return a->v6.sin6_port == b->v6.sin6_port && memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, sizeof a->v6.sin6_addr) == 0;
}

int us_datagrams_find(const char *address, uint32_t port) {
  union address wanted, found;
  if (address_from_text(address, port, &wanted) == 0) return -1;
  long last = sysconf(_SC_OPEN_MAX);
  if (last < 0 || last > 65536) last = 65536;
  for (int descriptor = 0; descriptor < last; descriptor++) {
    socklen_t size = sizeof found;
    int type = 0;
    socklen_t type_size = sizeof type;
    if (getsockname(descriptor, &found.any, &size) != 0) continue;
    if (found.any.sa_family != AF_INET && found.any.sa_family != AF_INET6) continue;
    if (getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &type_size) != 0 || type != SOCK_DGRAM) continue;
    if (same_address(&found, &wanted)) return descriptor;
  }
  return -1;
}

int us_datagrams_buffer(int descriptor, int bytes) {
  if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0 &&
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes) != 0) {
    return -errno;
  }
  int got = 0;
  socklen_t size = sizeof got;
  return getsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &got, &size) == 0 ? got : -errno;
}

uint32_t us_datagrams_dropped(int descriptor) {
  uint32_t words[meminfo_words] = {0};
  socklen_t size = sizeof words;
  if (getsockopt(descriptor, SOL_SOCKET, SO_MEMINFO, words, &size) != 0) return 0;
  return size >= sizeof words ? words[meminfo_drops] : 0;
}

int us_datagrams_take(int descriptor, uint8_t *data, struct us_datagram *datagrams) {
  struct mmsghdr messages[US_DATAGRAMS];
  struct iovec places[US_DATAGRAMS];
  memset(messages, 0, sizeof messages);
  for (int i = 0; i < US_DATAGRAMS; i++) {
    places[i] = (struct iovec){data + (size_t)i * US_DATAGRAM_BYTES, US_DATAGRAM_BYTES};
    messages[i].msg_hdr.msg_iov = &places[i];
    messages[i].msg_hdr.msg_iovlen = 1;
    messages[i].msg_hdr.msg_name = datagrams[i].sender;
    messages[i].msg_hdr.msg_namelen = sizeof datagrams[i].sender;
  }
  int count;
  do {
    count = recvmmsg(descriptor, messages, US_DATAGRAMS, MSG_DONTWAIT, NULL);
  } while (count < 0 && errno == EINTR);
  if (count < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -errno;
  for (int i = 0; i < count; i++) {
    datagrams[i].bytes = messages[i].msg_len;
    datagrams[i].sender_bytes = messages[i].msg_hdr.msg_namelen;
  }
  return count;
}

int us_datagrams_send(int descriptor, const uint8_t *bytes, uint32_t count, const uint8_t *receiver,
                      uint32_t receiver_bytes) {
  ssize_t sent;
  do {
    sent = sendto(descriptor, bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)(const void *)receiver,
                  receiver_bytes);
  } while (sent < 0 && errno == EINTR);
  return sent < 0 ? errno : 0;
}

/*
 * A run is a row of datagrams that the system takes as one and cuts apart itself (generic segmentation offload, Linux 4.18):
 * to one receiver, of one size but for the last, which may be shorter. 64 of these fit into what UDP can carry, and each
 * into a frame of Ethernet.
 */
enum { most_runs = 32, longest_run = 64, longest_segment = 1000 };

static uint32_t run_length(const struct us_datagram *datagrams, uint32_t count) {
  const struct us_datagram *first = datagrams;
  uint32_t length = 1;
  if (first->bytes > longest_segment) return 1;
  while (length < count && length < longest_run && datagrams[length - 1].bytes == first->bytes &&
         datagrams[length].bytes <= first->bytes && datagrams[length].sender_bytes == first->sender_bytes &&
         memcmp(datagrams[length].sender, first->sender, first->sender_bytes) == 0) {
    length++;
  }
  return length;
}

static size_t bytes_of(const struct us_datagram *datagrams, uint32_t count) {
  size_t bytes = 0;
  for (uint32_t i = 0; i < count; i++) bytes += datagrams[i].bytes;
  return bytes;
}

/* One at a time, for what the system does not take as a run. Returns how many of them it took. */
static uint32_t send_each(int descriptor, const uint8_t *data, const struct us_datagram *datagrams, uint32_t count) {
  uint32_t sent = 0;
  for (uint32_t i = 0; i < count; data += datagrams[i].bytes, i++) {
    if (us_datagrams_send(descriptor, data, datagrams[i].bytes, datagrams[i].sender, datagrams[i].sender_bytes) == 0) sent++;
  }
  return sent;
}

uint32_t us_datagrams_send_all(int descriptor, const uint8_t *data, struct us_datagram *datagrams, uint32_t count) {
  union {
    char room[CMSG_SPACE(sizeof(uint16_t))];
    struct cmsghdr aligned;
  } control[most_runs];
  struct mmsghdr messages[most_runs];
  struct iovec places[most_runs];
  uint32_t lengths[most_runs];
  uint32_t sent = 0;
  for (uint32_t first = 0; first < count;) {
    int runs = 0;
    memset(messages, 0, sizeof messages);
    const uint8_t *from = data;
    for (uint32_t at = first; at < count && runs < most_runs; at += lengths[runs++]) {
      struct us_datagram *start = &datagrams[at];
      struct msghdr *header = &messages[runs].msg_hdr;
      lengths[runs] = run_length(start, count - at);
      places[runs] = (struct iovec){(void *)(uintptr_t)from, bytes_of(start, lengths[runs])};
      from += places[runs].iov_len;
      header->msg_iov = &places[runs];
      header->msg_iovlen = 1;
      header->msg_name = start->sender;
      header->msg_namelen = start->sender_bytes;
      if (lengths[runs] == 1) continue;
      memset(&control[runs], 0, sizeof control[runs]);
      header->msg_control = control[runs].room;
      header->msg_controllen = sizeof control[runs].room;
      struct cmsghdr *segment = CMSG_FIRSTHDR(header);
      segment->cmsg_level = IPPROTO_UDP;
      segment->cmsg_type = UDP_SEGMENT;
      segment->cmsg_len = CMSG_LEN(sizeof(uint16_t));
      uint16_t size = (uint16_t)start->bytes;
      memcpy(CMSG_DATA(segment), &size, sizeof size);
    }
    int taken;
    do {
      taken = sendmmsg(descriptor, messages, (unsigned)runs, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (taken < 0 && errno == EINTR);
    if (taken <= 0) {
      if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) return sent;
      sent += send_each(descriptor, data, &datagrams[first], lengths[0]);
      data += places[0].iov_len;
      first += lengths[0];
    }
    for (int run = 0; run < taken; run++) {
      sent += lengths[run];
      data += places[run].iov_len;
      first += lengths[run];
    }
  }
  return sent;
}

uint32_t us_datagrams_receiver(int descriptor, const char *address, uint32_t port, uint8_t *receiver) {
  union address built, own;
  uint32_t size = address_from_text(address, port, &built);
  socklen_t own_size = sizeof own;
  if (size == 0 || getsockname(descriptor, &own.any, &own_size) != 0) return 0;
  if (own.any.sa_family == AF_INET6 && built.any.sa_family == AF_INET) { /* how a socket of IPv6 writes IPv4 */
    struct sockaddr_in6 mapped = {.sin6_family = AF_INET6, .sin6_port = built.v4.sin_port};
    mapped.sin6_addr.s6_addr[10] = mapped.sin6_addr.s6_addr[11] = 0xff;
    memcpy(&mapped.sin6_addr.s6_addr[12], &built.v4.sin_addr, 4);
    built.v6 = mapped;
    size = sizeof mapped;
  }
  memcpy(receiver, &built, size);
  return size;
}

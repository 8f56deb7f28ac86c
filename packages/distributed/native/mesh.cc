// A full mesh of TCP connections between the ranks of one attempt, and the collectives on it.
//
// Contract: every rank calls the same collectives in the same order with the same sizes. Each collective opens with a
// header { sequence, op, count } to every peer, so that a mismatch is reported instead of hanging.
// All-reduce is direct: rank r owns slice r, receives that slice from every peer, adds the contributions in rank order
// (so the result is the same bits on every rank and in every run), and sends the sum back. Each rank moves
// 2 (n-1)/n of the data each way, which is the lower bound for bandwidth.
// Errors: a negative status; massif_mesh_error() then tells what happened and names the peer.
// Threads: one collective at a time; massif_mesh_abort() may be called from any thread, also while the mesh connects.

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdarg>
#include <mutex>
#include <string>
#include <vector>

namespace {

constexpr uint32_t kMagic = 0x4d415353;  // "MASS"
constexpr size_t kTokenBytes = 32;
constexpr size_t kSegmentFloats = 1 << 16;  // 256 KiB: small enough to be summed while it is still in cache

struct Hello {
  uint32_t magic, rank, size, reserved;
  uint8_t token[kTokenBytes];
};

struct Header {
  uint64_t sequence, count;
  uint32_t op, magic;
};

enum Op : uint32_t { kAllReduce = 1, kBarrier = 2 };

int64_t nowMs() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return int64_t(t.tv_sec) * 1000 + t.tv_nsec / 1000000;
}

struct Peer {
  int fd = -1;
  // One transfer in flight each way.
  const char* out = nullptr;
  char* in = nullptr;
  size_t outLeft = 0, inLeft = 0;
};

struct Mesh {
  int listener = -1, port = 0, rank = 0, size = 1;
  uint64_t sequence = 0;
  int64_t timeoutMs = 600000;
  std::vector<Peer> peers;
  std::mutex connections;  // held to change a peer's fd, and by another thread to look at one
  std::vector<float> inbox;
  std::atomic<bool> aborted{false};
  char error[512] = "";

  int fail(const char* format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(error, sizeof error, format, args);
    va_end(args);
    return -1;
  }

  void keep(int peer, int fd) {
    std::lock_guard<std::mutex> lock(connections);
    peers[peer].fd = fd;
  }

  // Who aborts shuts the connections: that is not the peer's doing.
  int gone(int peer, const char* how) {
    if (aborted.load()) return fail("the collective was aborted on this rank");
    return fail("rank %d is gone: %s", peer, how);
  }
};

void configure(int fd) {
  int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
  int bytes = 4 << 20;
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL, 0) | O_NONBLOCK);
  fcntl(fd, F_SETFD, FD_CLOEXEC);
}

// Moves what every peer has in flight until nothing is left, or a peer is gone, or nothing moved for timeoutMs.
int move(Mesh* m) {
  std::vector<pollfd> fds(m->size);
  int64_t deadline = nowMs() + m->timeoutMs;
  for (;;) {
    bool pending = false, moved = false;
    for (int p = 0; p < m->size; p++) {
      Peer& peer = m->peers[p];
      if (p == m->rank) continue;
      while (peer.outLeft > 0) {
        ssize_t n = send(peer.fd, peer.out, peer.outLeft, MSG_NOSIGNAL);
        if (n > 0) {
          peer.out += n, peer.outLeft -= n, moved = true;
        } else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
          break;
        } else if (!(n < 0 && errno == EINTR)) {
          return m->gone(p, strerror(errno));
        }
      }
      while (peer.inLeft > 0) {
        ssize_t n = recv(peer.fd, peer.in, peer.inLeft, 0);
        if (n > 0) {
          peer.in += n, peer.inLeft -= n, moved = true;
        } else if (n == 0) {
          return m->gone(p, "it closed the connection");
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
          break;
        } else if (errno != EINTR) {
          return m->gone(p, strerror(errno));
        }
      }
      pending |= peer.outLeft > 0 || peer.inLeft > 0;
    }
    if (m->aborted.load(std::memory_order_relaxed)) return m->fail("the collective was aborted on this rank");
    if (!pending) return 0;
    if (moved) {
      deadline = nowMs() + m->timeoutMs;
      continue;
    }
    int count = 0;
    for (int p = 0; p < m->size; p++) {
      Peer& peer = m->peers[p];
      if (p == m->rank || (peer.outLeft == 0 && peer.inLeft == 0)) continue;
      fds[count++] = {peer.fd, short((peer.outLeft ? POLLOUT : 0) | (peer.inLeft ? POLLIN : 0)), 0};
    }
    if (poll(fds.data(), count, 100) == 0 && nowMs() > deadline) {
      for (int p = 0; p < m->size; p++)
        if (p != m->rank && m->peers[p].inLeft > 0)
          return m->fail("rank %d did not answer for %lld s in collective %llu", p, (long long)(m->timeoutMs / 1000),
                         (unsigned long long)m->sequence);
      return m->fail("a peer did not read for %lld s", (long long)(m->timeoutMs / 1000));
    }
  }
}

// Shuts all connections: their peers find nobody there, also while they wait for something else.
void hangUp(Mesh* m) {
  std::lock_guard<std::mutex> lock(m->connections);
  for (Peer& peer : m->peers)
    if (peer.fd >= 0) shutdown(peer.fd, SHUT_RDWR);
}

// As move; but who fails is of no use to anybody any more. A peer that has all it needs of who is gone, and waits for this rank, would
// else wait for as long as a peer may be silent.
int drain(Mesh* m) {
  int status = move(m);
  if (status < 0) hangUp(m);
  return status;
}

const char* opName(uint32_t op) { return op == kAllReduce ? "all-reduce" : op == kBarrier ? "barrier" : "unknown"; }

int open(Mesh* m, Op op, uint64_t count) {
  Header mine = {m->sequence, count, op, kMagic};
  std::vector<Header> theirs(m->size);
  for (int p = 0; p < m->size; p++) {
    if (p == m->rank) continue;
    Peer& peer = m->peers[p];
    peer.out = reinterpret_cast<const char*>(&mine), peer.outLeft = sizeof mine;
    peer.in = reinterpret_cast<char*>(&theirs[p]), peer.inLeft = sizeof(Header);
  }
  if (drain(m) < 0) return -1;
  for (int p = 0; p < m->size; p++) {
    if (p == m->rank) continue;
    const Header& h = theirs[p];
    if (h.magic != kMagic || h.sequence != mine.sequence || h.op != mine.op || h.count != mine.count)
      return m->fail("collectives do not match: rank %d is at %s of %llu elements (number %llu), rank %d at %s of %llu elements (number %llu)",
                     m->rank, opName(op), (unsigned long long)count, (unsigned long long)mine.sequence, p, opName(h.op),
                     (unsigned long long)h.count, (unsigned long long)h.sequence);
  }
  m->sequence++;
  return 0;
}

size_t sliceStart(size_t count, int parts, int index) {
  size_t base = count / parts, extra = count % parts;
  return base * index + std::min<size_t>(index, extra);
}

bool transferAll(int fd, char* data, size_t bytes, bool sending, int64_t deadline) {
  while (bytes > 0) {
    ssize_t n = sending ? send(fd, data, bytes, MSG_NOSIGNAL) : recv(fd, data, bytes, 0);
    if (n > 0) {
      data += n, bytes -= n;
      continue;
    }
    if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) return false;
    pollfd fd1 = {fd, short(sending ? POLLOUT : POLLIN), 0};
    if (nowMs() > deadline) return false;
    poll(&fd1, 1, 50);
  }
  return true;
}

// Both sides of the token are compared in full, so that timing tells nothing.
bool sameToken(const uint8_t* a, const uint8_t* b) {
  uint8_t difference = 0;
  for (size_t i = 0; i < kTokenBytes; i++) difference |= a[i] ^ b[i];
  return difference == 0;
}

int connectTo(const std::string& address, int64_t deadline, const std::atomic<bool>& aborted) {
  size_t colon = address.rfind(':');
  if (colon == std::string::npos) return -1;
  std::string host = address.substr(0, colon), port = address.substr(colon + 1);
  while (nowMs() < deadline && !aborted.load()) {
    addrinfo hints = {}, *found = nullptr;
    hints.ai_family = AF_UNSPEC, hints.ai_socktype = SOCK_STREAM;
    if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) == 0) {
      for (addrinfo* a = found; a; a = a->ai_next) {
        int fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
        if (fd < 0) continue;
        if (connect(fd, a->ai_addr, a->ai_addrlen) == 0) {
          freeaddrinfo(found);
          return fd;
        }
        close(fd);
      }
      freeaddrinfo(found);
    }
    poll(nullptr, 0, 20);
  }
  return -1;
}

}  // namespace

extern "C" {

// Listens on host (an IPv4 address) and any free port; returns null when that fails.
void* massif_mesh_listen(const char* host) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  if (fd < 0) return nullptr;
  if (inet_pton(AF_INET, host, &address.sin_addr) != 1 || bind(fd, (sockaddr*)&address, sizeof address) != 0 || listen(fd, 128) != 0) {
    close(fd);
    return nullptr;
  }
  socklen_t length = sizeof address;
  getsockname(fd, (sockaddr*)&address, &length);
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  Mesh* m = new Mesh();
  m->listener = fd;
  m->port = ntohs(address.sin_port);
  return m;
}

int32_t massif_mesh_port(void* mesh) { return static_cast<Mesh*>(mesh)->port; }
const char* massif_mesh_error(void* mesh) { return static_cast<Mesh*>(mesh)->error; }

// Connects to every lower rank and accepts every higher one. addresses: "host:port" of each rank, separated by newlines.
int32_t massif_mesh_connect(void* mesh, int32_t rank, int32_t size, const char* addresses, const uint8_t* token, int64_t connectTimeoutMs,
                            int64_t collectiveTimeoutMs) {
  Mesh* m = static_cast<Mesh*>(mesh);
  m->rank = rank, m->size = size, m->timeoutMs = collectiveTimeoutMs;
  {
    std::lock_guard<std::mutex> lock(m->connections);
    m->peers.assign(size, Peer());
  }
  std::vector<std::string> list;
  for (std::string rest = addresses; !rest.empty();) {
    size_t end = rest.find('\n');
    list.push_back(rest.substr(0, end));
    rest = end == std::string::npos ? "" : rest.substr(end + 1);
  }
  if ((int)list.size() != size) return m->fail("%d addresses were given for %d ranks", (int)list.size(), size);
  int64_t deadline = nowMs() + connectTimeoutMs;
  Hello mine = {kMagic, (uint32_t)rank, (uint32_t)size, 0, {}};
  memcpy(mine.token, token, kTokenBytes);
  for (int p = 0; p < rank; p++) {
    int fd = connectTo(list[p], deadline, m->aborted);
    if (m->aborted.load()) {
      if (fd >= 0) close(fd);
      return m->fail("this rank gave up connecting");
    }
    if (fd < 0) return m->fail("rank %d could not be reached at %s", p, list[p].c_str());
    configure(fd);
    m->keep(p, fd);
    Hello theirs;
    if (!transferAll(fd, (char*)&mine, sizeof mine, true, deadline) || !transferAll(fd, (char*)&theirs, sizeof theirs, false, deadline))
      return m->fail("rank %d at %s refused the connection", p, list[p].c_str());
    if (theirs.magic != kMagic || theirs.rank != (uint32_t)p || !sameToken(theirs.token, token))
      return m->fail("what listens at %s is not rank %d of this attempt", list[p].c_str(), p);
  }
  fcntl(m->listener, F_SETFL, fcntl(m->listener, F_GETFL, 0) | O_NONBLOCK);
  for (int missing = size - 1 - rank; missing > 0;) {
    if (m->aborted.load()) return m->fail("this rank gave up connecting");
    if (nowMs() > deadline) {
      for (int p = rank + 1; p < size; p++)
        if (m->peers[p].fd < 0) return m->fail("rank %d did not connect", p);
    }
    int fd = accept(m->listener, nullptr, nullptr);
    if (fd < 0) {
      pollfd waiting = {m->listener, POLLIN, 0};
      poll(&waiting, 1, 50);
      continue;
    }
    configure(fd);
    Hello theirs;
    // A stranger on the port gets one second and never disturbs the ranks.
    bool valid = transferAll(fd, (char*)&theirs, sizeof theirs, false, std::min(deadline, nowMs() + 1000)) && theirs.magic == kMagic &&
                 theirs.size == (uint32_t)size && theirs.rank > (uint32_t)rank && theirs.rank < (uint32_t)size &&
                 sameToken(theirs.token, token) && m->peers[theirs.rank].fd < 0;
    if (!valid || !transferAll(fd, (char*)&mine, sizeof mine, true, deadline)) {
      close(fd);
      continue;
    }
    m->keep(theirs.rank, fd);
    missing--;
  }
  close(m->listener);
  m->listener = -1;
  return 0;
}

// Sums data over all ranks in place. data: fp32[count].
int32_t massif_mesh_all_reduce(void* mesh, float* data, int64_t count) {
  Mesh* m = static_cast<Mesh*>(mesh);
  if (open(m, kAllReduce, count) < 0) return -1;
  int n = m->size;
  // Segments keep the inbox small and let the sum run while the data is in cache.
  size_t segment = kSegmentFloats * n;
  m->inbox.resize(kSegmentFloats * n);
  for (size_t start = 0; start < (size_t)count; start += segment) {
    size_t length = std::min<size_t>(segment, count - start);
    float* base = data + start;
    size_t mineStart = sliceStart(length, n, m->rank), mineLength = sliceStart(length, n, m->rank + 1) - mineStart;
    for (int p = 0; p < n; p++) {
      if (p == m->rank) continue;
      Peer& peer = m->peers[p];
      size_t theirStart = sliceStart(length, n, p), theirLength = sliceStart(length, n, p + 1) - theirStart;
      peer.out = (const char*)(base + theirStart), peer.outLeft = theirLength * sizeof(float);
      peer.in = (char*)(m->inbox.data() + kSegmentFloats * p), peer.inLeft = mineLength * sizeof(float);
    }
    if (drain(m) < 0) return -1;
    // In rank order: ((x0 + x1) + x2) + ...; the own part takes its place in that order.
    float* own = base + mineStart;
    float* mineInbox = m->inbox.data() + kSegmentFloats * m->rank;
    memcpy(mineInbox, own, mineLength * sizeof(float));
    memcpy(own, m->inbox.data(), mineLength * sizeof(float));
    for (int p = 1; p < n; p++) {
      const float* from = m->inbox.data() + kSegmentFloats * p;
      for (size_t i = 0; i < mineLength; i++) own[i] += from[i];
    }
    for (int p = 0; p < n; p++) {
      if (p == m->rank) continue;
      Peer& peer = m->peers[p];
      size_t theirStart = sliceStart(length, n, p), theirLength = sliceStart(length, n, p + 1) - theirStart;
      peer.out = (const char*)own, peer.outLeft = mineLength * sizeof(float);
      peer.in = (char*)(base + theirStart), peer.inLeft = theirLength * sizeof(float);
    }
    if (drain(m) < 0) return -1;
  }
  return 0;
}

int32_t massif_mesh_barrier(void* mesh) { return open(static_cast<Mesh*>(mesh), kBarrier, 0); }

// Ends the collective, or the connecting, that another thread waits in.
void massif_mesh_abort(void* mesh) {
  Mesh* m = static_cast<Mesh*>(mesh);
  m->aborted.store(true);
  hangUp(m);
}

// Nothing may be running.
void massif_mesh_close(void* mesh) {
  Mesh* m = static_cast<Mesh*>(mesh);
  if (m->listener >= 0) close(m->listener);
  for (Peer& peer : m->peers)
    if (peer.fd >= 0) close(peer.fd);
  delete m;
}
}

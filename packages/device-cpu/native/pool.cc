// A pool of threads that replays lists of launches. Launches run one after the other, each on all threads (SPMD, see
// massif.h), with a barrier between them. The caller of massif_run is thread 0, so that one thread costs no hand-over.
//
// A waiting thread spins for a few microseconds, because the next launch is usually that near, then sleeps in the kernel.
#include <stdint.h>
#include <stdlib.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <vector>

#include "massif.h"

#ifdef __linux__
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

extern "C" void* massif_allocate(uint64_t bytes);
extern "C" void massif_release(void* block, uint64_t bytes);

namespace {

constexpr int kSpins = 4000;

inline void pauseBriefly() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// A number that threads wait on until it differs from what they saw.
struct Signal {
  std::atomic<uint32_t> value{0};
  std::atomic<int32_t> sleepers{0};
#ifndef __linux__
  std::mutex mutex;
  std::condition_variable changed;
#endif

  void waitWhile(uint32_t seen, int spins) {
    for (int i = 0; i < spins; i++) {
      if (value.load(std::memory_order_acquire) != seen) return;
      pauseBriefly();
    }
    sleepers.fetch_add(1);
#ifdef __linux__
    while (value.load() == seen) syscall(SYS_futex, &value, FUTEX_WAIT_PRIVATE, seen, nullptr, nullptr, 0);
#else
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [&] { return value.load() != seen; });
#endif
    sleepers.fetch_sub(1);
  }

  void advance() {
    value.fetch_add(1);
    if (sleepers.load() == 0) return;
#ifdef __linux__
    syscall(SYS_futex, &value, FUTEX_WAKE_PRIVATE, INT32_MAX, nullptr, nullptr, 0);
#else
    std::lock_guard<std::mutex> lock(mutex);
    changed.notify_all();
#endif
  }
};

struct Pool;

struct alignas(64) Context : massif_ctx {
  Pool* pool;
};

struct Pool {
  int32_t threads = 1;
  int64_t scratchBytes = 0;
  char* scratch = nullptr;
  int spins = kSpins;
  std::vector<Context> contexts;
  std::vector<std::thread> workers;

  alignas(64) Signal work;       // a list is ready, or the pool closes
  alignas(64) Signal phase;      // everyone has arrived at the barrier
  alignas(64) std::atomic<int32_t> arrived{0};
  alignas(64) std::atomic<int64_t> progress{0};
  std::atomic<bool> aborted{false};
  std::atomic<bool> refused{false};
  // Ticket of the list that the last to arrive ended, so that all threads leave at the same launch. Not a flag: thread 0
  // may start the next list before another thread has looked.
  int64_t ended = -1;
  bool closing = false;

  int64_t* list = nullptr;
  int64_t segments = 0;
  int64_t ticket = 0;
  std::mutex refusalMutex;

  bool ends() const { return aborted.load(std::memory_order_relaxed) || refused.load(std::memory_order_relaxed); }

  // Lists run in the order of their tickets, whichever thread they are handed in on.
  std::mutex turnMutex;
  std::condition_variable turnChanged;
  int64_t turn = 0;
};

void arrive(Pool& pool) {
  const uint32_t seen = pool.phase.value.load(std::memory_order_relaxed);
  if (pool.arrived.fetch_add(1) == pool.threads - 1) {
    pool.arrived.store(0, std::memory_order_relaxed);
    if (pool.ends()) pool.ended = pool.ticket;
    pool.phase.advance();
  } else {
    pool.phase.waitWhile(seen, pool.spins);
  }
}

void barrierOfMany(massif_ctx* ctx) { arrive(*static_cast<Context*>(ctx)->pool); }
void barrierOfOne(massif_ctx*) {}

// Of all threads, the lowest row is told: the launch ends before anything else runs, so it is always the same.
void refuse(massif_ctx* ctx, int64_t row, int64_t index, int64_t bound) {
  Pool& pool = *static_cast<Context*>(ctx)->pool;
  std::lock_guard<std::mutex> lock(pool.refusalMutex);
  int64_t* refusal = pool.list + 2 * pool.segments;
  if (refusal[2] > 0 && refusal[0] <= row) return;
  refusal[0] = row;
  refusal[1] = index;
  refusal[2] = bound;
  pool.refused.store(true, std::memory_order_relaxed);
}

// A list is pairs { address of a segment, launches in it }, then { row, index, bound } of what a kernel refused; bound 0: nothing. A launch in a segment is the words
// { kernel, words in all, buffers, ints, floats, then the buffers' addresses, the ints, and the floats as doubles }.
void replay(Pool& pool, Context& ctx) {
  const bool alone = pool.threads == 1, first = ctx.thread == 0;
  // Copies: after the last barrier thread 0 may already be setting up the next list.
  const int64_t* list = pool.list;
  const int64_t segments = pool.segments, ticket = pool.ticket;
  int64_t done = 0;
  for (int64_t s = 0; s < segments; s++) {
    const int64_t* at = reinterpret_cast<const int64_t*>(list[2 * s]);
    for (int64_t left = list[2 * s + 1]; left > 0; left--) {
      const int64_t* buffers = at + 5;
      const int64_t* ints = buffers + at[2];
      const int64_t* floats = ints + at[3];
      reinterpret_cast<massif_kernel>(at[0])(reinterpret_cast<void* const*>(buffers), ints, reinterpret_cast<const double*>(floats), &ctx);
      at += at[1];
      if (first) pool.progress.store(++done, std::memory_order_relaxed);
      if (!alone) arrive(pool);
      if (alone ? pool.ends() : pool.ended == ticket) return;
    }
  }
}

void serve(Pool& pool, Context& ctx) {
  for (uint32_t seen = 0;; seen++) {
    pool.work.waitWhile(seen, pool.spins);
    if (pool.closing) return;
    replay(pool, ctx);
  }
}

}  // namespace

extern "C" void massif_pool_close(void* handle);

// Null when there is no memory for it, or the system refuses a thread. Each thread gets scratchBytes, which become resident as they are used.
extern "C" void* massif_pool_create(int32_t threads, int64_t scratchBytes) {
  Pool* pool = new (std::nothrow) Pool;
  if (!pool) return nullptr;
  pool->threads = threads;
  pool->scratchBytes = scratchBytes;
  pool->scratch = static_cast<char*>(massif_allocate(uint64_t(threads) * scratchBytes));
  if (!pool->scratch) {
    delete pool;
    return nullptr;
  }
  // More threads than processors: the one waited for may need this processor.
  if (unsigned(threads) > std::thread::hardware_concurrency()) pool->spins = 1;
  pool->contexts.resize(threads);
  for (int32_t t = 0; t < threads; t++) {
    Context& ctx = pool->contexts[t];
    ctx.thread = t;
    ctx.threads = threads;
    ctx.scratch = pool->scratch + t * scratchBytes;
    ctx.scratchBytes = scratchBytes;
    ctx.refuse = refuse;
    ctx.barrier = threads > 1 ? barrierOfMany : barrierOfOne;
    ctx.pool = pool;
  }
  try {
    for (int32_t t = 1; t < threads; t++) pool->workers.emplace_back([pool, t] { serve(*pool, pool->contexts[t]); });
  } catch (const std::system_error&) {
    massif_pool_close(pool);
    return nullptr;
  }
  return pool;
}

// Runs a list on all threads and returns how many launches were left out: 0, unless massif_pool_abort was called or a
// kernel refused its input. Tickets count from 0 without gaps; a call waits for its turn.
extern "C" int64_t massif_run(void* handle, int64_t* list, int64_t segments, int64_t ticket) {
  Pool& pool = *static_cast<Pool*>(handle);
  {
    std::unique_lock<std::mutex> lock(pool.turnMutex);
    pool.turnChanged.wait(lock, [&] { return pool.turn == ticket; });
  }
  int64_t launches = 0;
  for (int64_t s = 0; s < segments; s++) launches += list[2 * s + 1];
  pool.progress.store(0, std::memory_order_relaxed);
  for (int i = 0; i < 3; i++) list[2 * segments + i] = 0;
  pool.refused.store(false);
  if (launches > 0 && !pool.aborted.load()) {
    pool.list = list;
    pool.segments = segments;
    pool.ticket = ticket;
    if (pool.threads > 1) pool.work.advance();
    replay(pool, pool.contexts[0]);
  }
  const int64_t left = launches - pool.progress.load();
  {
    std::lock_guard<std::mutex> lock(pool.turnMutex);
    pool.turn++;
  }
  pool.turnChanged.notify_all();
  return left;
}

// Launches of the current list that have ended; may be read while it runs.
extern "C" int64_t massif_pool_progress(void* handle) { return static_cast<Pool*>(handle)->progress.load(std::memory_order_relaxed); }

// The list that runs, and all that follow, end after the launch in progress.
extern "C" void massif_pool_abort(void* handle) { static_cast<Pool*>(handle)->aborted.store(true); }

// No list may be running.
extern "C" void massif_pool_close(void* handle) {
  Pool* pool = static_cast<Pool*>(handle);
  pool->closing = true;
  pool->work.advance();
  for (std::thread& worker : pool->workers) worker.join();
  massif_release(pool->scratch, uint64_t(pool->threads) * pool->scratchBytes);
  delete pool;
}

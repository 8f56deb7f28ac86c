// What every routine and generated kernel looks like to the replayer, and how a routine splits its work.
#pragma once
#include <stdint.h>

// SPMD: each thread of the pool calls the kernel with its own context. scratch is the thread's own, 64-byte aligned; the
// scratch of all threads is one block, so thread 0's can serve as shared memory between barriers. With one thread,
// barrier() returns at once.
typedef struct massif_ctx {
  int32_t thread, threads;
  void* scratch;
  int64_t scratchBytes;
  void (*barrier)(struct massif_ctx*);
  // Says that an index of row `row` is not in [0, bound): the list ends after this launch. The kernel must not use the index.
  void (*refuse)(struct massif_ctx*, int64_t row, int64_t index, int64_t bound);
} massif_ctx;

typedef void (*massif_kernel)(void* const* buf, const int64_t* ints, const double* floats, massif_ctx* ctx);

namespace massif {

struct Range {
  int64_t begin, end;
  int64_t size() const { return end - begin; }
};

// Part `index` of `parts` of [0, count), sizes differing by at most one.
inline Range part(int64_t count, int64_t index, int64_t parts) { return {count * index / parts, count * (index + 1) / parts}; }

// The same in multiples of `grain`.
inline Range partOfGrains(int64_t count, int64_t grain, int64_t index, int64_t parts) {
  const Range grains = part((count + grain - 1) / grain, index, parts);
  const int64_t begin = grains.begin * grain, end = grains.end * grain;
  return {begin < count ? begin : count, end < count ? end : count};
}

inline Range ofThread(int64_t count, const massif_ctx* ctx) { return part(count, ctx->thread, ctx->threads); }

inline int64_t ceilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }
inline int64_t roundUp(int64_t a, int64_t grain) { return ceilDivide(a, grain) * grain; }

}  // namespace massif

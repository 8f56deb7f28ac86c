// Passes over one row. Several accumulators hide the latency of additions; the order of a sum is a function of the length.
#pragma once
#include "simd.h"

namespace massif {

// Calls body(index, lanes) for whole vectors, and for a rest of fewer lanes.
template <typename Body>
MASSIF_INLINE void eachVector(int64_t n, Body body) {
  int64_t i = 0;
#pragma GCC unroll 4
  for (; i + kLanes <= n; i += kLanes) body(i, int64_t(kLanes));
  if (i < n) body(i, n - i);
}

MASSIF_INLINE Vector loadSome(const float* p, int64_t lanes) { return lanes == kLanes ? load(p) : loadFirst(p, lanes); }
MASSIF_INLINE void storeSome(float* p, Vector v, int64_t lanes) { lanes == kLanes ? store(p, v) : storeFirst(p, v, lanes); }

// Sum of term(index, lanes) over a row; unused lanes of a term must be 0.
template <typename Term>
MASSIF_INLINE float sumOf(int64_t n, Term term) {
  Vector sum[4] = {};
  int64_t i = 0;
  for (; i + 4 * kLanes <= n; i += 4 * kLanes) {
#pragma GCC unroll 4
    for (int u = 0; u < 4; u++) sum[u] += term(i + u * kLanes, int64_t(kLanes));
  }
  for (; i + kLanes <= n; i += kLanes) sum[0] += term(i, int64_t(kLanes));
  if (i < n) sum[1] += term(i, n - i);
  return sumLanes((sum[0] + sum[1]) + (sum[2] + sum[3]));
}

// Largest of a row. A NaN may be passed over: exp(NaN - max) brings it back.
MASSIF_INLINE float maxOfRow(const float* row, int64_t n) {
  Vector best[4];
  for (Vector& v : best) v = splat(-INFINITY);
  int64_t i = 0;
  for (; i + 4 * kLanes <= n; i += 4 * kLanes) {
#pragma GCC unroll 4
    for (int u = 0; u < 4; u++) best[u] = maxOf(load(row + i + u * kLanes), best[u]);
  }
  for (; i < n; i += kLanes) {
    const int64_t lanes = n - i < kLanes ? n - i : kLanes;
    best[0] = maxOf(onlyFirst(loadSome(row + i, lanes), lanes, -INFINITY), best[0]);
  }
  return maxLanes(maxOf(maxOf(best[0], best[1]), maxOf(best[2], best[3])));
}

}  // namespace massif

// What the kernels that @massif/tensor renders to C++ are made of, beside elementary.h.
#pragma once
#include "elementary.h"
#include "massif.h"

// The iterations of the loop that follows do not depend on each other, whatever its pointers point to.
#if defined(__clang__)
#define MASSIF_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define MASSIF_INDEPENDENT _Pragma("GCC ivdep")
#endif

// In the body of a loop: it is not to be vectorised itself. GCC 12 does so when the loop inside it is short enough to be unrolled, and
// reads conditional loads of 3, 5, 6 or 7 neighbours under each other's conditions.
#if defined(__clang__)
#define MASSIF_ONE_BY_ONE
#else
#define MASSIF_ONE_BY_ONE __asm__ volatile("");
#endif

namespace massif {

// Work that is not worth handing out.
inline Range ofFirstThread(int64_t count, const massif_ctx* ctx) { return {0, ctx->thread == 0 ? count : 0}; }

}  // namespace massif

MASSIF_ELEMENTARY int32_t massif_least(int64_t a, int64_t b) { return int32_t(a < b ? a : b); }

// int32 wraps around.
MASSIF_ELEMENTARY int32_t massif_add(int32_t a, int32_t b) { return int32_t(uint32_t(a) + uint32_t(b)); }
MASSIF_ELEMENTARY int32_t massif_sub(int32_t a, int32_t b) { return int32_t(uint32_t(a) - uint32_t(b)); }
MASSIF_ELEMENTARY int32_t massif_mul(int32_t a, int32_t b) { return int32_t(uint32_t(a) * uint32_t(b)); }
MASSIF_ELEMENTARY int32_t massif_neg(int32_t a) { return massif_sub(0, a); }
MASSIF_ELEMENTARY int32_t massif_abs(int32_t a) { return a < 0 ? massif_neg(a) : a; }

// Towards zero, modulo 2^32; 0 for what is not finite.
MASSIF_ELEMENTARY int32_t massif_to_int32(float x) { return fabsf(x) < 9.2233720368547758e18f ? int32_t(int64_t(x)) : 0; }

// NaN when either is.
MASSIF_ELEMENTARY float massif_max(float a, float b) { return (a > b) | (a != a) ? a : b; }
MASSIF_ELEMENTARY float massif_min(float a, float b) { return (a < b) | (a != a) ? a : b; }
MASSIF_ELEMENTARY int32_t massif_max(int32_t a, int32_t b) { return a > b ? a : b; }
MASSIF_ELEMENTARY int32_t massif_min(int32_t a, int32_t b) { return a < b ? a : b; }

MASSIF_ELEMENTARY void massif_threefry_round(uint32_t& x, uint32_t& y, int by) {
  x += y;
  y = ((y << by) | (y >> (32 - by))) ^ x;
}

// In [0, 1) with 24 bits: the first word of Threefry-2x32 with 20 rounds (Salmon et al., SC 2011), keys a and b, counter c.
MASSIF_ELEMENTARY float massif_random(int32_t a, int32_t b, int32_t c) {
  const uint32_t keys[3] = {uint32_t(a), uint32_t(b), 0x1bd11bdau ^ uint32_t(a) ^ uint32_t(b)};
  uint32_t x = uint32_t(c) + keys[0], y = keys[1];
#define MASSIF_THREEFRY_FOUR(r0, r1, r2, r3, n) \
  massif_threefry_round(x, y, r0);              \
  massif_threefry_round(x, y, r1);              \
  massif_threefry_round(x, y, r2);              \
  massif_threefry_round(x, y, r3);              \
  x += keys[(n) % 3];                           \
  y += keys[((n) + 1) % 3] + (n);
  MASSIF_THREEFRY_FOUR(13, 15, 26, 6, 1)
  MASSIF_THREEFRY_FOUR(17, 29, 16, 24, 2)
  MASSIF_THREEFRY_FOUR(13, 15, 26, 6, 3)
  MASSIF_THREEFRY_FOUR(17, 29, 16, 24, 4)
  MASSIF_THREEFRY_FOUR(13, 15, 26, 6, 5)
#undef MASSIF_THREEFRY_FOUR
  return float(int32_t(x >> 8)) * 5.9604644775390625e-8f;
}

template <typename T, int N, typename V>
MASSIF_ELEMENTARY void massif_fill(T (&a)[N], V value) {
  for (int l = 0; l < N; l++) a[l] = T(value);
}

// Accumulators of lanes to one, pairwise: the order of a sum depends on N only.
template <int N>
MASSIF_ELEMENTARY float massif_fold_sum(float (&a)[N]) {
  for (int w = N / 2; w > 0; w /= 2)
    for (int l = 0; l < w; l++) a[l] += a[l + w];
  return a[0];
}

template <int N>
MASSIF_ELEMENTARY int32_t massif_fold_sum(int32_t (&a)[N]) {
  int32_t sum = 0;
  for (int l = 0; l < N; l++) sum = massif_add(sum, a[l]);
  return sum;
}

template <typename T, int N>
MASSIF_ELEMENTARY T massif_fold_max(T (&a)[N]) {
  for (int w = N / 2; w > 0; w /= 2)
    for (int l = 0; l < w; l++) a[l] = massif_max(a[l], a[l + w]);
  return a[0];
}

// Vectors of the widest kind this translation unit is compiled for, on compiler vector extensions; intrinsics only where
// those cannot say it (broadcast, masks, scaling by powers of two). kLanes floats each.
#pragma once
#include <stdint.h>
#include <string.h>

#include <cmath>

#if defined(__AVX512F__)
#include <immintrin.h>
#define MASSIF_AVX512 1
#elif defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>
#define MASSIF_AVX2 1
#elif defined(__ARM_NEON) && defined(__aarch64__)
#include <arm_neon.h>
#define MASSIF_NEON 1
#endif

namespace massif {

#if MASSIF_AVX512
constexpr int kLanes = 16;
constexpr int kVectorRegisters = 32;
#elif MASSIF_AVX2
constexpr int kLanes = 8;
constexpr int kVectorRegisters = 16;
#elif MASSIF_NEON
constexpr int kLanes = 4;
constexpr int kVectorRegisters = 32;
#else
constexpr int kLanes = 4;
constexpr int kVectorRegisters = 16;
#endif

typedef float Vector __attribute__((vector_size(kLanes * 4)));
typedef int32_t VectorInt __attribute__((vector_size(kLanes * 4)));
typedef float VectorUnaligned __attribute__((vector_size(kLanes * 4), aligned(4), may_alias));

#define MASSIF_INLINE static inline __attribute__((always_inline))

MASSIF_INLINE Vector load(const float* p) { return *reinterpret_cast<const VectorUnaligned*>(p); }
MASSIF_INLINE void store(float* p, Vector v) { *reinterpret_cast<VectorUnaligned*>(p) = v; }

MASSIF_INLINE Vector splat(float x) {
#if MASSIF_AVX512
  return (Vector)_mm512_set1_ps(x);
#elif MASSIF_AVX2
  return (Vector)_mm256_set1_ps(x);
#elif MASSIF_NEON
  return (Vector)vdupq_n_f32(x);
#else
  return Vector{x, x, x, x};
#endif
}

// a b + c, rounded once where the processor can. Said outright: whether a compiler fuses a product with a sum depends on
// the code around it (gcc leaves some chains of additions unfused for Zen), and with it the last bits.
MASSIF_INLINE Vector multiplyAdd(Vector a, Vector b, Vector c) {
#if MASSIF_AVX512
  return (Vector)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif MASSIF_AVX2
  return (Vector)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#elif MASSIF_NEON
  return (Vector)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#else
  return a * b + c;
#endif
}

// All bits set in the first n lanes.
MASSIF_INLINE VectorInt firstLanes(int64_t n) {
#if MASSIF_AVX512
  const VectorInt index = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
#elif MASSIF_AVX2
  const VectorInt index = {0, 1, 2, 3, 4, 5, 6, 7};
#else
  const VectorInt index = {0, 1, 2, 3};
#endif
  return index < (VectorInt{} + int32_t(n));
}

// The first n lanes (1..kLanes); the others are not touched in memory, and read as 0.
MASSIF_INLINE Vector loadFirst(const float* p, int64_t n) {
#if MASSIF_AVX512
  return (Vector)_mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << n) - 1), p);
#elif MASSIF_AVX2
  return (Vector)_mm256_maskload_ps(p, (__m256i)firstLanes(n));
#else
  Vector v = {};
  for (int64_t i = 0; i < n; i++) v[i] = p[i];
  return v;
#endif
}
MASSIF_INLINE void storeFirst(float* p, Vector v, int64_t n) {
#if MASSIF_AVX512
  _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << n) - 1), (__m512)v);
#elif MASSIF_AVX2
  _mm256_maskstore_ps(p, (__m256i)firstLanes(n), (__m256)v);
#else
  for (int64_t i = 0; i < n; i++) p[i] = v[i];
#endif
}

// The lanes from n on replaced by `filler`, whatever they hold.
MASSIF_INLINE Vector onlyFirst(Vector v, int64_t n, float filler) {
#if MASSIF_AVX512
  return (Vector)_mm512_mask_mov_ps((__m512)splat(filler), static_cast<__mmask16>((1u << n) - 1), (__m512)v);
#else
  const VectorInt first = firstLanes(n);
  return (Vector)((first & (VectorInt)v) | (~first & (VectorInt)splat(filler)));
#endif
}

// Lane by lane a > b ? a : b, so the second operand wins when either is NaN.
MASSIF_INLINE Vector maxOf(Vector a, Vector b) {
#if MASSIF_AVX512
  return (Vector)_mm512_max_ps((__m512)a, (__m512)b);
#elif MASSIF_AVX2
  return (Vector)_mm256_max_ps((__m256)a, (__m256)b);
#else
  return a > b ? a : b;
#endif
}
MASSIF_INLINE Vector minOf(Vector a, Vector b) {
#if MASSIF_AVX512
  return (Vector)_mm512_min_ps((__m512)a, (__m512)b);
#elif MASSIF_AVX2
  return (Vector)_mm256_min_ps((__m256)a, (__m256)b);
#else
  return a < b ? a : b;
#endif
}

// Lane sums and maxima by halves: a fixed order.
MASSIF_INLINE float sumLanes(Vector v) {
#if MASSIF_AVX512
  return _mm512_reduce_add_ps((__m512)v);
#else
  float lane[kLanes];
  memcpy(lane, &v, sizeof lane);
  for (int width = kLanes / 2; width > 0; width /= 2)
    for (int i = 0; i < width; i++) lane[i] += lane[i + width];
  return lane[0];
#endif
}
MASSIF_INLINE float maxLanes(Vector v) {
#if MASSIF_AVX512
  return _mm512_reduce_max_ps((__m512)v);
#else
  float lane[kLanes];
  memcpy(lane, &v, sizeof lane);
  for (int width = kLanes / 2; width > 0; width /= 2)
    for (int i = 0; i < width; i++) lane[i] = lane[i] > lane[i + width] ? lane[i] : lane[i + width];
  return lane[0];
#endif
}

// Transposes a square of kLanes vectors in registers: log2(kLanes) rounds, each of which interleaves the two halves.
#if MASSIF_AVX512
#define MASSIF_LOW 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define MASSIF_HIGH 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#elif MASSIF_AVX2
#define MASSIF_LOW 0, 8, 1, 9, 2, 10, 3, 11
#define MASSIF_HIGH 4, 12, 5, 13, 6, 14, 7, 15
#else
#define MASSIF_LOW 0, 4, 1, 5
#define MASSIF_HIGH 2, 6, 3, 7
#endif
#if defined(__has_builtin) && __has_builtin(__builtin_shufflevector)
#define MASSIF_SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define MASSIF_SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (VectorInt){__VA_ARGS__})
#endif
MASSIF_INLINE void transpose(Vector (&v)[kLanes]) {
#pragma GCC unroll 4
  for (int round = 1; round < kLanes; round *= 2) {
    Vector next[kLanes];
#pragma GCC unroll 8
    for (int i = 0; i < kLanes / 2; i++) {
      next[2 * i] = MASSIF_SHUFFLE(v[i], v[i + kLanes / 2], MASSIF_LOW);
      next[2 * i + 1] = MASSIF_SHUFFLE(v[i], v[i + kLanes / 2], MASSIF_HIGH);
    }
#pragma GCC unroll 16
    for (int i = 0; i < kLanes; i++) v[i] = next[i];
  }
}

// e^x within 2 ulp, without libm: 2^n p(r) with x = n ln 2 + r, |r| <= ln(2)/2, p of degree 7 (Cephes' expf). NaN stays
// NaN; infinities, overflow and underflow give what expf gives.
MASSIF_INLINE Vector exponential(Vector x) {
  const Vector clamped = minOf(splat(89.0f), maxOf(splat(-104.0f), x));  // operands in this order keep NaN
  const Vector magic = splat(12582912.0f);                               // 1.5 * 2^23: adding it rounds to an integer
  const Vector rounded = clamped * splat(1.44269504088896341f) + magic;
  const Vector n = rounded - magic;
  Vector r = clamped - n * splat(0.693359375f);
  r = r + n * splat(2.12194440e-4f);
  Vector p = splat(1.9875691500e-4f);
  p = p * r + splat(1.3981999507e-3f);
  p = p * r + splat(8.3334519073e-3f);
  p = p * r + splat(4.1665795894e-2f);
  p = p * r + splat(1.6666665459e-1f);
  p = p * r + splat(5.0000001201e-1f);
  p = p * (r * r) + r + splat(1.0f);
#if MASSIF_AVX512
  return (Vector)_mm512_scalef_ps((__m512)p, (__m512)n);
#else
  const VectorInt exponent = (VectorInt)rounded - (VectorInt)magic;  // n, as an integer
  const VectorInt half = exponent >> 1;                              // two factors: 2^n alone may not be a float
  return p * (Vector)((half + 127) << 23) * (Vector)((exponent - half + 127) << 23);
#endif
}

}  // namespace massif

// Elementary functions for generated loops: no branches and no calls, so that the compiler vectorises the loop around them.
// NaN stays NaN, and infinities, zeros and overflow give what libm gives.
//
// Tolerance against exact: 3 ulp; massif_sin and massif_cos for |x| < 2^20.
// Polynomials: S. L. Moshier's Cephes library (expf, logf, tanhf, ndtrf, sinf), single precision.
#pragma once
#include <math.h>
#include <stdint.h>
#include <string.h>

#define MASSIF_ELEMENTARY static inline __attribute__((always_inline))

MASSIF_ELEMENTARY float massif_float_of_bits(int32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

MASSIF_ELEMENTARY int32_t massif_bits_of_float(float x) {
  int32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

MASSIF_ELEMENTARY float massif_exp(float x) {
  float y = x < -104.0f ? -104.0f : x;  // comparisons with NaN are false: it goes through
  y = y > 89.0f ? 89.0f : y;
  const float magic = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer
  const float rounded = y * 1.44269504088896341f + magic;
  const float n = rounded - magic;
  float r = y - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  // Two factors, since 2^n alone may be no float.
  const int32_t exponent = massif_bits_of_float(rounded) - massif_bits_of_float(magic), half = exponent >> 1;
  return p * massif_float_of_bits((half + 127) << 23) * massif_float_of_bits((exponent - half + 127) << 23);
}

MASSIF_ELEMENTARY float massif_log(float x) {
  const int tiny = x < 1.17549435e-38f;
  const float y = tiny ? x * 8388608.0f : x;
  const int32_t bits = massif_bits_of_float(y) - 0x3f3504f3;  // sqrt(1/2): mantissas from there to sqrt(2)
  const float e = (float)((bits >> 23) - (tiny ? 23 : 0));
  const float m = massif_float_of_bits((bits & 0x7fffff) + 0x3f3504f3) - 1.0f;
  float p = 7.0376836292e-2f;
  p = p * m - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  const float square = m * m;
  float result = p * (m * square) - e * 2.12194440e-4f;
  result = result - 0.5f * square + m + e * 0.693359375f;
  result = x == INFINITY ? INFINITY : result;
  result = x == 0.0f ? -INFINITY : result;
  return x >= 0.0f ? result : NAN;
}

MASSIF_ELEMENTARY float massif_tanh(float x) {
  const float a = fabsf(x), square = x * x;
  float p = -5.70498872745e-3f;
  p = p * square + 2.06390887954e-2f;
  p = p * square - 5.37397155531e-2f;
  p = p * square + 1.33314422036e-1f;
  p = p * square - 3.33332819422e-1f;
  const float small = p * square * x + x;
  const float large = copysignf(1.0f - 2.0f / (massif_exp(a + a) + 1.0f), x);
  return a < 0.625f ? small : large;
}

MASSIF_ELEMENTARY float massif_erf(float x) {
  const float a = fabsf(x), square = x * x;
  float p = 7.853861353153693e-5f;
  p = p * square - 8.010193625184903e-4f;
  p = p * square + 5.188327685732524e-3f;
  p = p * square - 2.685381193529856e-2f;
  p = p * square + 1.128358514861418e-1f;
  p = p * square - 3.761262582423300e-1f;
  p = p * square + 1.128379165726710e+0f;
  const float small = p * x;
  // 1 - exp(-x^2) / |x| q(1/x^2): one polynomial up to 2, one beyond.
  const float inverse = 1.0f / (a < 1.0f ? 1.0f : a), z = inverse * inverse;
  float q = 2.326819970068386e-2f;
  q = q * z - 1.387039388740657e-1f;
  q = q * z + 3.687424674597105e-1f;
  q = q * z - 5.824733027278666e-1f;
  q = q * z + 6.210004621745983e-1f;
  q = q * z - 4.944515323274145e-1f;
  q = q * z + 3.404879937665872e-1f;
  q = q * z - 2.741127028184656e-1f;
  q = q * z + 5.638259427386472e-1f;
  float s = -1.047766399936249e+1f;
  s = s * z + 1.297719955372516e+1f;
  s = s * z - 7.495518717768503e+0f;
  s = s * z + 2.921019019210786e+0f;
  s = s * z - 1.015265279202700e+0f;
  s = s * z + 4.218463358204948e-1f;
  s = s * z - 2.820767439740514e-1f;
  s = s * z + 5.641895067754075e-1f;
  const float large = copysignf(1.0f - massif_exp(-square) * inverse * (a < 2.0f ? q : s), x);
  return a < 1.0f ? small : large;
}

// Quadrant and remainder of x by pi/2, in f64.
MASSIF_ELEMENTARY float massif_reduce_quadrant(float x, int32_t* quadrant) {
  const double y = x, magic = 6755399441055744.0;  // 1.5 * 2^52
  const double n = y * 0.63661977236758134308 + magic - magic;
  *quadrant = (int32_t)n;
  // pi/2 in two parts, the first short enough for exact products (fdlibm).
  return (float)((y - n * 1.57079632673412561417) - n * 6.07710050650619224932e-11);
}

MASSIF_ELEMENTARY float massif_sine_of_quadrant(float r, int32_t quadrant) {
  const float square = r * r;
  const float sine = ((-1.9515295891e-4f * square + 8.3321608736e-3f) * square - 1.6666654611e-1f) * square * r + r;
  const float cosine = ((2.443315711809948e-5f * square - 1.388731625493765e-3f) * square + 4.166664568298827e-2f) * square * square - 0.5f * square + 1.0f;
  const float value = quadrant & 1 ? cosine : sine;
  return quadrant & 2 ? -value : value;
}

MASSIF_ELEMENTARY float massif_sin(float x) {
  int32_t quadrant;
  const float r = massif_reduce_quadrant(x, &quadrant);
  return massif_sine_of_quadrant(r, quadrant);
}

MASSIF_ELEMENTARY float massif_cos(float x) {
  int32_t quadrant;
  const float r = massif_reduce_quadrant(x, &quadrant);
  return massif_sine_of_quadrant(r, quadrant + 1);
}

// The processor's limit for fused multiply-adds, to hold measured speeds against: independent chains in registers, no memory.
//
// buf: sink [threads * 16]. ints: iterations; each does kChains vector multiply-adds, of 2 kLanes operations each.
#include "massif.h"
#include "simd.h"

namespace {
constexpr int kChains = massif::kVectorRegisters - 4;
}

extern "C" int64_t massif_peak_operations() { return kChains * massif::kLanes * 2; }

extern "C" void massif_peak(void* const* buf, const int64_t* ints, const double*, massif_ctx* ctx) {
  using namespace massif;
  Vector factor = splat(0.999f), term = splat(0.001f), chain[kChains];
  for (int i = 0; i < kChains; i++) chain[i] = splat(0.5f + 0.01f * i);
  for (int64_t n = ints[0]; n > 0; n--) {
#pragma GCC unroll 32
    for (int i = 0; i < kChains; i++) chain[i] = multiplyAdd(chain[i], factor, term);
  }
  Vector sum = {};
  for (int i = 0; i < kChains; i++) sum += chain[i];
  static_cast<float*>(buf[0])[ctx->thread * 16] = sumLanes(sum);
}

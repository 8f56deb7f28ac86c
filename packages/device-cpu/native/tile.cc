// The register tiles of tile.h, one function per number of rows: the loops over rows and vectors must be unrolled for the
// accumulators to stay in registers. Compiled once, since this is most of what the compiler has to do.
#include "tile.h"

namespace massif {
namespace {

template <int MR, int NV, Layout layout>
void tile(const float* __restrict a, int64_t lda, const float* __restrict b, int64_t ldb, int64_t k, const Target& target) {
  Vector acc[MR][NV];
#pragma GCC unroll 16
  for (int i = 0; i < MR; i++)
#pragma GCC unroll 8
    for (int v = 0; v < NV; v++) acc[i][v] = Vector{};
  const int64_t ldc = target.ldc;
  const float* ahead = target.c;
#pragma GCC unroll 1
  for (int i = 0; i < MR; i++, ahead += ldc) {
    __builtin_prefetch(ahead, 1);
    __builtin_prefetch(ahead + (NV - 1) * kLanes, 1);
  }
#pragma GCC unroll 2
  for (int64_t p = 0; p < k; p++) {
    Vector bv[NV];
#pragma GCC unroll 8
    for (int v = 0; v < NV; v++) bv[v] = load(b + v * kLanes);
#pragma GCC unroll 16
    for (int i = 0; i < MR; i++) {
      const Vector av = splat(layout == Layout::rows ? a[i * kRowStride] : a[i]);
#pragma GCC unroll 8
      for (int v = 0; v < NV; v++) acc[i][v] = multiplyAdd(av, bv[v], acc[i][v]);
    }
    a += layout == Layout::rows ? 1 : lda;
    b += ldb;
  }
  float* c = target.c;
  if (target.bias) {
#pragma GCC unroll 8
    for (int v = 0; v < NV; v++) {
      const int64_t left = target.columns - v * kLanes;
      const Vector bias = left >= kLanes ? load(target.bias + v * kLanes) : left > 0 ? loadFirst(target.bias + v * kLanes, left) : Vector{};
#pragma GCC unroll 16
      for (int i = 0; i < MR; i++) acc[i][v] += bias;
    }
  }
  if (target.columns == NV * kLanes) {
    if (target.accumulate) {
#pragma GCC unroll 16
      for (int i = 0; i < MR; i++)
#pragma GCC unroll 8
        for (int v = 0; v < NV; v++) acc[i][v] = load(c + i * ldc + v * kLanes) + acc[i][v];
    }
#pragma GCC unroll 16
    for (int i = 0; i < MR; i++)
#pragma GCC unroll 8
      for (int v = 0; v < NV; v++) store(c + i * ldc + v * kLanes, acc[i][v]);
    return;
  }
#pragma GCC unroll 8
  for (int v = 0; v < NV; v++) {
    int64_t left = target.columns - v * kLanes;
    if (left <= 0) break;
    if (left > kLanes) left = kLanes;
#pragma GCC unroll 16
    for (int i = 0; i < MR; i++) {
      float* at = c + i * ldc + v * kLanes;
      storeFirst(at, target.accumulate ? loadFirst(at, left) + acc[i][v] : acc[i][v], left);
    }
  }
}

}  // namespace

#if MASSIF_AVX512
#define MASSIF_TILES(nv, layout)                                                                                                   \
  {tile<1, nv, layout>, tile<2, nv, layout>,  tile<3, nv, layout>,  tile<4, nv, layout>,  tile<5, nv, layout>,                      \
   tile<6, nv, layout>, tile<7, nv, layout>,  tile<8, nv, layout>,  tile<9, nv, layout>,  tile<10, nv, layout>,                     \
   tile<11, nv, layout>, tile<12, nv, layout>, tile<13, nv, layout>, tile<14, nv, layout>}
#elif MASSIF_NEON
#define MASSIF_TILES(nv, layout)                                                                              \
  {tile<1, nv, layout>, tile<2, nv, layout>, tile<3, nv, layout>, tile<4, nv, layout>, tile<5, nv, layout>, \
   tile<6, nv, layout>, tile<7, nv, layout>, tile<8, nv, layout>}
#else
#define MASSIF_TILES(nv, layout) \
  {tile<1, nv, layout>, tile<2, nv, layout>, tile<3, nv, layout>, tile<4, nv, layout>, tile<5, nv, layout>, tile<6, nv, layout>}
#endif

const Tile kTilesOfRows[kTileRows] = MASSIF_TILES(kTileVectors, Layout::rows);
const Tile kTilesOfColumns[kTileRows] = MASSIF_TILES(kTileVectors, Layout::columns);
const Tile kNarrowTilesOfRows[kTileRows] = MASSIF_TILES(1, Layout::rows);
const Tile kNarrowTilesOfColumns[kTileRows] = MASSIF_TILES(1, Layout::columns);

}  // namespace massif

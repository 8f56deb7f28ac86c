// The register tile that all matrix products run on (matmul, attention): C[mr x nv*kLanes] = A B, accumulated over k in
// order with fused multiply-adds, so an element's bits depend on its own row, column and k only, never on the tile it was
// computed in or on the number of threads.
//
// A is read by broadcast, in one of two layouts: `rows` (row i at a + i*kRowStride, k contiguous) or `columns` (k at
// a + k*stride, rows contiguous). B is read by vectors: k at b + k*ldb, nv*kLanes columns, which must be readable (pad).
// C may be any size within the tile: `columns` of it are written.
//
// AVX-512: 14 x 32 (28 accumulators of 32 registers), AVX2: 6 x 16 (12 of 16), NEON: 8 x 12 (24 of 32).
#pragma once
#include "simd.h"

namespace massif {

#if MASSIF_AVX512
constexpr int kTileRows = 14, kTileVectors = 2;
#elif MASSIF_NEON
constexpr int kTileRows = 8, kTileVectors = 3;
#else
constexpr int kTileRows = 6, kTileVectors = 2;
#endif
constexpr int kTileColumns = kTileVectors * kLanes;

// Longest k in one call with A in rows, and the distance of A's rows: known at compile time, so that all rows are reached
// from one pointer; not a power of two, so that they fall into different cache sets.
constexpr int kBlock = 256;
constexpr int kRowStride = kBlock + 16;
// Distance of successive k with A in packed columns: whole vectors.
constexpr int kColumnStride = (kTileRows + kLanes - 1) / kLanes * kLanes;

enum class Layout { rows, columns };

struct Target {
  float* c;
  int64_t ldc;
  int64_t columns;    // 1..kTileColumns
  const float* bias;  // added to each row, or null; `columns` readable
  bool accumulate;    // c += instead of c =
};

using Tile = void (*)(const float* a, int64_t lda, const float* b, int64_t ldb, int64_t k, const Target& target);
// By number of rows - 1; in tile.cc. The narrow ones compute the first vector of columns only.
extern const Tile kTilesOfRows[kTileRows], kTilesOfColumns[kTileRows], kNarrowTilesOfRows[kTileRows], kNarrowTilesOfColumns[kTileRows];

// The tile of `rows` rows (1..kTileRows). lda is the stride of A in columns, and unused for A in rows.
template <Layout layout>
MASSIF_INLINE void tileOf(int64_t rows, const float* a, int64_t lda, const float* b, int64_t ldb, int64_t k, const Target& target) {
  if (target.columns <= kLanes) (layout == Layout::rows ? kNarrowTilesOfRows : kNarrowTilesOfColumns)[rows - 1](a, lda, b, ldb, k, target);
  else (layout == Layout::rows ? kTilesOfRows : kTilesOfColumns)[rows - 1](a, lda, b, ldb, k, target);
}

// How `count` rows are cut into tiles: as evenly as possible, since a tile of few rows waits for its own additions.
struct RowTiles {
  int64_t count, tiles;
  explicit RowTiles(int64_t rows) : count(rows), tiles((rows + kTileRows - 1) / kTileRows) {}
  int64_t begin(int64_t index) const { return count * index / tiles; }
  int64_t height(int64_t index) const { return begin(index + 1) - begin(index); }
};

}  // namespace massif

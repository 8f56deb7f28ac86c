// Copies of operands in the order the tile reads them. Nothing is read outside the given rows and columns; padding is 0.
#pragma once
#include "tile.h"

namespace massif {

// n floats; vectors first.
MASSIF_INLINE void copyRow(float* to, const float* from, int64_t n) {
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) store(to + i, load(from + i));
  if (i < n) storeFirst(to + i, loadFirst(from + i, n - i), n - i);
}

MASSIF_INLINE void copyScaledRow(float* to, const float* from, int64_t n, Vector scale) {
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) store(to + i, load(from + i) * scale);
  if (i < n) storeFirst(to + i, loadFirst(from + i, n - i) * scale, n - i);
}

// A block of B, k x columns with columns contiguous (k at b + k*ldb), as panels of kTileColumns: panel j at to + j*k*kTileColumns.
static inline void packColumns(float* to, const float* b, int64_t ldb, int64_t k, int64_t columns) {
  const int64_t whole = columns / kTileColumns, left = columns - whole * kTileColumns, panel = k * kTileColumns;
  for (int64_t p = 0; p < k; p++) {
    const float* from = b + p * ldb;
    float* at = to + p * kTileColumns;
    for (int64_t j = 0; j < whole; j++, from += kTileColumns, at += panel)
      for (int v = 0; v < kTileVectors; v++) store(at + v * kLanes, load(from + v * kLanes));
    if (left > 0)
      for (int v = 0; v < kTileVectors; v++) {
        const int64_t n = left - v * kLanes;
        store(at + v * kLanes, n >= kLanes ? load(from + v * kLanes) : n > 0 ? loadFirst(from + v * kLanes, n) : Vector{});
      }
  }
}

// The transpose of a block, `rows` x k with k contiguous (row j at b + j*ldb), as panels [k][ldto] of kTileColumns rows each;
// panel j at to + j*panelStride. Values are multiplied by scale.
static inline void packTransposed(float* to, int64_t ldto, int64_t panelStride, const float* b, int64_t ldb, int64_t k, int64_t rows, float scale = 1.0f) {
  const Vector factor = splat(scale);
  for (int64_t j = 0; j < rows; j += kTileColumns, to += panelStride)
    for (int v = 0; v < kTileVectors; v++) {
      const int64_t row = j + v * kLanes, present = rows - row;
      for (int64_t p = 0; p < k; p += kLanes) {
        const int64_t depth = k - p < kLanes ? k - p : kLanes;
        const float* from = b + row * ldb + p;
        float* at = to + p * ldto + v * kLanes;
        Vector square[kLanes];
        if (depth == kLanes && present >= kLanes) {
#pragma GCC unroll 16
          for (int i = 0; i < kLanes; i++) square[i] = load(from + i * ldb) * factor;
          transpose(square);
#pragma GCC unroll 16
          for (int i = 0; i < kLanes; i++) store(at + i * ldto, square[i]);
        } else {
          for (int i = 0; i < kLanes; i++) square[i] = i < present ? loadFirst(from + i * ldb, depth) * factor : Vector{};
          transpose(square);
          for (int i = 0; i < depth; i++) store(at + i * ldto, square[i]);
        }
      }
    }
}

}  // namespace massif

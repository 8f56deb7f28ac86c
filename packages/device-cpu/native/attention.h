// What the two directions of attention share: their arguments, which keys a query sees, and operands in tiles.
#pragma once
#include "massif.h"
#include "pack.h"
#include "rows.h"

namespace massif {

inline int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

// [batch, time, head, D] anywhere in memory with the last axis contiguous.
struct Heads {
  const float* data;
  int64_t ofBatch, ofTime, ofHead;
  const float* at(int64_t b, int64_t t, int64_t h) const { return data + b * ofBatch + t * ofTime + h * ofHead; }
};

struct Attention {
  int64_t B, Tq, Tk, H, Hkv, D;
  bool causal;
  Heads q, k, v;
  float scale;

  Attention(void* const* buf, const int64_t* ints, const double* floats)
      : B(ints[0]), Tq(ints[1]), Tk(ints[2]), H(ints[3]), Hkv(ints[4]), D(ints[5]), causal(ints[6] != 0), q(heads(buf[0], ints + 7)),
        k(heads(buf[1], ints + 10)), v(heads(buf[2], ints + 13)), scale(float(floats[0])) {}

  static Heads heads(void* data, const int64_t* strides) { return {static_cast<const float*>(data), strides[0], strides[1], strides[2]}; }

  int64_t group() const { return H / Hkv; }
  // Query i sees the keys before this one.
  int64_t visibleKeys(int64_t i) const {
    if (!causal) return Tk;
    const int64_t end = i + 1 + Tk - Tq;
    return end < 0 ? 0 : end < Tk ? end : Tk;
  }
  // A head is cut into blocks of kBlock, so that any D fits the tile.
  int64_t headBlocks() const { return ceilDivide(D, kBlock); }
  int64_t headBlock(int64_t block) const { return least(kBlock, D - block * kBlock); }
  // Calls body(block, column in the block, column in the head, width) for tiles of a head's columns, none across two blocks.
  template <typename Body>
  void eachHeadTile(Body body) const {
    for (int64_t e = 0; e < headBlocks(); e++)
      for (int64_t d = 0; d < headBlock(e); d += kTileColumns) body(e, d, e * kBlock + d, least(kTileColumns, headBlock(e) - d));
  }
};

// Rows x D in scratch: row i of head block e at data + (e * capacity + i) * kRowStride. Serves the tile as A in rows, and
// as B when padded.
struct Rows {
  float* data;
  int64_t capacity;
  float* at(int64_t block, int64_t row) const { return data + (block * capacity + row) * kRowStride; }
  static int64_t floats(int64_t capacity, int64_t blocks) { return capacity * blocks * kRowStride; }

  // Copies rows [begin, begin + count) of one head, times scale; `padded` fills up to whole tiles with 0.
  void load(const Attention& x, const Heads& from, int64_t b, int64_t begin, int64_t count, int64_t h, float scale, bool padded) const {
    for (int64_t e = 0; e < x.headBlocks(); e++) {
      const int64_t width = x.headBlock(e), whole = roundUp(width, kTileColumns);
      for (int64_t i = 0; i < count; i++) {
        float* to = at(e, i);
        copyScaledRow(to, from.at(b, begin + i, h) + e * kBlock, width, splat(scale));
        if (padded)
          for (int64_t d = width; d < whole; d++) to[d] = 0.0f;
      }
    }
  }
};

// The transpose of rows x D in scratch, as panels of kTileColumns rows: B of a product with contraction over D.
struct Panels {
  float* data;
  int64_t capacity;  // rows, a multiple of kTileColumns
  float* at(int64_t block, int64_t row, int64_t width) const { return data + block * capacity * kBlock + row * width; }
  static int64_t floats(int64_t capacity, int64_t blocks) { return capacity * blocks * kBlock; }

  void load(const Attention& x, const Heads& from, int64_t b, int64_t begin, int64_t count, int64_t h) const {
    for (int64_t e = 0; e < x.headBlocks(); e++) {
      const int64_t width = x.headBlock(e);
      packTransposed(at(e, 0, width), kTileColumns, width * kTileColumns, from.at(b, begin, h) + e * kBlock, from.ofTime, width, count);
    }
  }
};

// to[rows x columns, rounded up to panels] = a b^T over D. `a` from the row `row` on.
inline void scores(const Attention& x, float* to, const Rows& a, int64_t row, int64_t rows, const Panels& b, int64_t columns) {
  for (int64_t j = 0; j < columns; j += kTileColumns)
    for (int64_t e = 0; e < x.headBlocks(); e++) {
      const int64_t width = x.headBlock(e);
      tileOf<Layout::rows>(rows, a.at(e, row), 0, b.at(e, j, width), kTileColumns, width, {to + j, kRowStride, kTileColumns, nullptr, e > 0});
    }
}

// The part of a thread of units with different costs: those whose middle falls into its share of the total.
template <typename Cost, typename Run>
inline void shareByCost(int64_t units, Cost cost, const massif_ctx* ctx, Run run) {
  double total = 0, before = 0;
  for (int64_t u = 0; u < units; u++) total += cost(u);
  for (int64_t u = 0; u < units; u++) {
    const double here = cost(u);
    const int64_t owner = int64_t((before + here / 2) / total * ctx->threads);
    if (least(owner, ctx->threads - 1) == ctx->thread) run(u);
    before += here;
  }
}

}  // namespace massif

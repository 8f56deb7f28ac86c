// Attention over tiles, never a whole matrix of scores: out = softmax(scale q k^T) v, lse = log of the softmax' denominator.
//
// buf: q [B,Tq,H,D], k [B,Tk,Hkv,D], v [B,Tk,Hkv,D], out [B,Tq,H,D], lse [B,H,Tq]; ints: B, Tq, Tk, H, Hkv, D, causal, then
// the strides (batch, time, head) of q, k, v; floats: scale. out and lse are contiguous. Head h reads key head h / (H / Hkv).
// Causal: query i sees the keys j <= i + (Tk - Tq); a query that sees none gets out 0 and lse -infinity.
// Tolerance: 1e-5 of the largest |v|. Rows do not depend on each other, nor on `threads`.
//
// Method: Dao et al., "FlashAttention" (2022), and Milakov and Gimelshein, "Online normalizer calculation for softmax" (2018).
// The limit is the multiply-adds of the two products plus an exponential (9 cycles a vector) per score.
#include "attention.h"

namespace massif {
namespace {

constexpr int64_t kQueryTiles = 20;  // most tiles of queries in a unit of work; keys and values are packed once for it
constexpr int64_t kKeys = kBlock;    // in a block

struct Forward {
  Attention x;
  float *out, *lse;
  RowTiles tiles;  // of all queries of a head: the same whatever the units, so that the results are
  int64_t keys, tilesPerUnit, unitsPerHead;
  // Scratch.
  Rows queries;
  Panels keyPanels;
  float *values, *score, *largest, *sum;
  int64_t packed = -1;  // which block of keys is in scratch

  Forward(void* const* buf, const int64_t* ints, const double* floats, const massif_ctx* ctx) : x(buf, ints, floats), tiles(x.Tq) {
    out = static_cast<float*>(buf[3]);
    lse = static_cast<float*>(buf[4]);
    const int64_t blocks = x.headBlocks();
    keys = roundUp(ceilDivide(kKeys, blocks), kTileColumns);
    tilesPerUnit = ceilDivide(kQueryTiles, blocks);
    while (ctx->threads > 1 && tilesPerUnit > 1 && x.B * x.H * ceilDivide(tiles.tiles, tilesPerUnit) < 2 * ctx->threads) tilesPerUnit--;
    unitsPerHead = ceilDivide(tiles.tiles, tilesPerUnit);
    const int64_t rows = tilesPerUnit * kTileRows;
    float* at = static_cast<float*>(ctx->scratch);
    auto take = [&](int64_t count) { return at += count, at - count; };
    queries = {take(Rows::floats(rows, blocks)), rows};
    keyPanels = {take(Panels::floats(keys, blocks)), keys};
    values = take(keys * roundUp(x.D, kTileColumns));
    score = take(kTileRows * kRowStride);
    largest = take(rows);
    sum = take(rows);
  }

  // Turns scores into weights exp(score - largest), and scales what was summed with an older `largest`.
  void weigh(int64_t first, int64_t query, int64_t count, int64_t key, int64_t columns, float* outTile) {
    const int64_t ldo = x.H * x.D;
    for (int64_t i = 0; i < count; i++) {
      float* s = score + i * kRowStride;
      const int64_t seen = least(columns, x.visibleKeys(query + i) - key), r = query - first + i;
      if (seen > 0) {
        const float before = largest[r];
        const float top = maxOfRow(s, seen), now = top > before || top != top ? top : before;
        const Vector shift = splat(now);
        const float added = sumOf(seen, [&](int64_t j, int64_t lanes) {
          const Vector weight = onlyFirst(exponential(load(s + j) - shift), lanes, 0.0f);
          store(s + j, weight);
          return weight;
        });
        if (now > before && before > -INFINITY) {
          const float shrink = expf(before - now);
          sum[r] *= shrink;
          float* o = outTile + i * ldo;
          for (int64_t d = 0; d < x.D; d++) o[d] *= shrink;
        }
        sum[r] += added;
        largest[r] = now;
      }
      for (int64_t j = seen > 0 ? roundUp(seen, kLanes) : 0; j < columns; j++) s[j] = 0.0f;
    }
  }

  void run(int64_t unit) {
    const int64_t head = unit / unitsPerHead, b = head / x.H, h = head % x.H, hkv = h / x.group(), ldo = x.H * x.D;
    const int64_t firstTile = unit % unitsPerHead * tilesPerUnit, lastTile = least(firstTile + tilesPerUnit, tiles.tiles);
    const int64_t first = tiles.begin(firstTile), count = tiles.begin(lastTile) - first;
    queries.load(x, x.q, b, first, count, h, x.scale, false);
    for (int64_t i = 0; i < count; i++) largest[i] = -INFINITY, sum[i] = 0.0f;
    const int64_t end = x.visibleKeys(first + count - 1);
    for (int64_t key = 0; key < end; key += keys) {
      const int64_t present = least(keys, x.Tk - key), id = ((b * x.Hkv + hkv) * (x.Tk + 1)) + key;
      if (packed != id) {
        keyPanels.load(x, x.k, b, key, present, hkv);
        packColumns(values, x.v.at(b, key, hkv), x.v.ofTime, present, x.D);
        packed = id;
      }
      for (int64_t t = firstTile; t < lastTile; t++) {
        const int64_t row = tiles.begin(t), height = tiles.height(t), columns = least(present, x.visibleKeys(row + height - 1) - key);
        if (columns <= 0) continue;
        float* o = out + ((b * x.Tq + row) * x.H + h) * x.D;
        scores(x, score, queries, row - first, height, keyPanels, columns);
        weigh(first, row, height, key, columns, o);
        for (int64_t d = 0; d < x.D; d += kTileColumns)
          tileOf<Layout::rows>(height, score, 0, values + d * present, kTileColumns, columns, {o + d, ldo, least(kTileColumns, x.D - d), nullptr, key > 0});
      }
    }
    for (int64_t i = 0; i < count; i++) {
      const int64_t row = first + i;
      float* o = out + ((b * x.Tq + row) * x.H + h) * x.D;
      lse[(b * x.H + h) * x.Tq + row] = largest[i] + logf(sum[i]);
      if (x.visibleKeys(row) == 0) memset(o, 0, x.D * sizeof(float));
      const Vector share = splat(1.0f / sum[i]);
      if (x.visibleKeys(row) > 0) eachVector(x.D, [&](int64_t d, int64_t lanes) { storeSome(o + d, loadSome(o + d, lanes) * share, lanes); });
    }
  }
};

}  // namespace
}  // namespace massif

extern "C" void massif_attention(void* const* buf, const int64_t* ints, const double* floats, massif_ctx* ctx) {
  using namespace massif;
  Forward forward(buf, ints, floats, ctx);
  const auto cost = [&](int64_t unit) {
    const int64_t firstTile = unit % forward.unitsPerHead * forward.tilesPerUnit, lastTile = least(firstTile + forward.tilesPerUnit, forward.tiles.tiles);
    const int64_t first = forward.tiles.begin(firstTile), end = forward.tiles.begin(lastTile);
    return double(end - first) * double(forward.x.visibleKeys(first) + forward.x.visibleKeys(end - 1) + 2 * kTileRows);
  };
  shareByCost(forward.x.B * forward.x.H * forward.unitsPerHead, cost, ctx, [&](int64_t unit) { forward.run(unit); });
}

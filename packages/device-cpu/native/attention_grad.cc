// The gradient of attention, recomputing the weights from lse by tiles.
//
// buf: q, k, v, out [B,Tq,H,D], lse [B,H,Tq], dout [B,Tq,H,D], dq [B,Tq,H,D], dk [B,Tk,Hkv,D], dv [B,Tk,Hkv,D]; ints and
// floats as for attention (attention.cc). Everything but q, k, v is contiguous. Tolerance: 1e-4 of the largest gradient.
//
// With P = exp(scale q k^T - lse), delta = rowsum(dout * out): dv = P^T dout, dS = P (dout v^T - delta),
// dk = dS^T scale q, dq = dS scale k. dq of a row is summed over blocks of keys in order, dk and dv over heads and blocks of
// queries in order, so the bits do not depend on `threads`.
//
// Units of work are key heads, with five products per block. When these do not fill the threads, dk and dv are made per
// block of keys, and dq per block of queries: seven products, the same bits.
#include "attention.h"

namespace massif {
namespace {

constexpr int64_t kSide = 128;  // of a block of scores: P and dS stay in L2

struct Backward {
  Attention x;
  const float *out, *lse, *dout;
  float *dq, *dk, *dv;
  int64_t side, queryBlocks, keyBlocks;
  // Scratch.
  Rows queries, douts, keyRows;
  Panels keyPanels, valuePanels;
  float *weights, *dscores, *delta;

  Backward(void* const* buf, const int64_t* ints, const double* floats, const massif_ctx* ctx) : x(buf, ints, floats) {
    out = static_cast<const float*>(buf[3]), lse = static_cast<const float*>(buf[4]), dout = static_cast<const float*>(buf[5]);
    dq = static_cast<float*>(buf[6]), dk = static_cast<float*>(buf[7]), dv = static_cast<float*>(buf[8]);
    const int64_t blocks = x.headBlocks();
    side = roundUp(ceilDivide(kSide, blocks), kTileColumns);
    queryBlocks = ceilDivide(x.Tq, side);
    keyBlocks = ceilDivide(x.Tk, side);
    float* at = static_cast<float*>(ctx->scratch);
    auto take = [&](int64_t count) { return at += count, at - count; };
    queries = {take(Rows::floats(side, blocks)), side};
    douts = {take(Rows::floats(side, blocks)), side};
    keyRows = {take(Rows::floats(side, blocks)), side};
    keyPanels = {take(Panels::floats(side, blocks)), side};
    valuePanels = {take(Panels::floats(side, blocks)), side};
    weights = take(side * kRowStride);
    dscores = take(side * kRowStride);
    delta = take(side);
  }

  void loadKeys(int64_t b, int64_t hkv, int64_t block) const {
    const int64_t key = block * side, count = least(side, x.Tk - key);
    keyPanels.load(x, x.k, b, key, count, hkv);
    valuePanels.load(x, x.v, b, key, count, hkv);
    keyRows.load(x, x.k, b, key, count, hkv, x.scale, true);
  }

  void loadQueries(int64_t b, int64_t h, int64_t block) const {
    const int64_t query = block * side, count = least(side, x.Tq - query);
    const Heads contiguous{dout, x.Tq * x.H * x.D, x.H * x.D, x.D};
    queries.load(x, x.q, b, query, count, h, x.scale, true);
    douts.load(x, contiguous, b, query, count, h, 1.0f, true);
    for (int64_t i = 0; i < count; i++) {
      const float *o = out + ((b * x.Tq + query + i) * x.H + h) * x.D, *d = contiguous.at(b, query + i, h);
      delta[i] = sumOf(x.D, [&](int64_t at, int64_t lanes) { return loadSome(o + at, lanes) * loadSome(d + at, lanes); });
    }
  }

  // P and dS of a block into scratch, with zeros where a query does not see a key.
  void differentiateScores(int64_t b, int64_t h, int64_t query, int64_t rows, int64_t key, int64_t columns) const {
    const RowTiles tiles(rows);
    for (int64_t t = 0; t < tiles.tiles; t++) {
      const int64_t row = tiles.begin(t), height = tiles.height(t);
      const int64_t seenByLast = least(columns, x.visibleKeys(query + row + height - 1) - key);
      if (seenByLast > 0) {
        scores(x, weights + row * kRowStride, queries, row, height, keyPanels, seenByLast);
        scores(x, dscores + row * kRowStride, douts, row, height, valuePanels, seenByLast);
      }
      for (int64_t i = row; i < row + height; i++) {
        float *p = weights + i * kRowStride, *ds = dscores + i * kRowStride;
        const int64_t visible = least(columns, x.visibleKeys(query + i) - key), seen = visible > 0 ? visible : 0;
        const Vector shift = splat(lse[(b * x.H + h) * x.Tq + query + i]), base = splat(delta[i]);
        for (int64_t j = 0; j < seen; j += kLanes) {
          const Vector weight = exponential(load(p + j) - shift);
          store(p + j, weight);
          store(ds + j, weight * (load(ds + j) - base));
        }
        for (int64_t j = seen; j < columns; j++) p[j] = ds[j] = 0.0f;
      }
    }
  }

  // dv += P^T dout and dk += dS^T q, of a block. Queries before the first that sees a key tile are passed over.
  void addToKeys(int64_t b, int64_t hkv, int64_t query, int64_t rows, int64_t key, int64_t columns) const {
    const RowTiles tiles(columns);
    const int64_t ld = x.Hkv * x.D;
    for (int64_t t = 0; t < tiles.tiles; t++) {
      const int64_t column = tiles.begin(t), height = tiles.height(t);
      int64_t skip = x.causal ? key + column - (x.Tk - x.Tq) - query : 0;
      if (skip < 0) skip = 0;
      if (skip >= rows) continue;
      const int64_t to = ((b * x.Tk + key + column) * x.Hkv + hkv) * x.D, from = skip * kRowStride + column;
      x.eachHeadTile([&](int64_t e, int64_t within, int64_t d, int64_t width) {
        tileOf<Layout::columns>(height, weights + from, kRowStride, douts.at(e, skip) + within, kRowStride, rows - skip, {dv + to + d, ld, width, nullptr, true});
        tileOf<Layout::columns>(height, dscores + from, kRowStride, queries.at(e, skip) + within, kRowStride, rows - skip, {dk + to + d, ld, width, nullptr, true});
      });
    }
  }

  // dq += dS k, of a block.
  void addToQueries(int64_t b, int64_t h, int64_t query, int64_t rows, int64_t key, int64_t columns) const {
    const RowTiles tiles(rows);
    for (int64_t t = 0; t < tiles.tiles; t++) {
      const int64_t row = tiles.begin(t), height = tiles.height(t), seen = least(columns, x.visibleKeys(query + row + height - 1) - key);
      if (seen <= 0) continue;
      const int64_t to = ((b * x.Tq + query + row) * x.H + h) * x.D;
      x.eachHeadTile([&](int64_t e, int64_t within, int64_t d, int64_t width) {
        tileOf<Layout::rows>(height, dscores + row * kRowStride, 0, keyRows.at(e, 0) + within, kRowStride, seen, {dq + to + d, x.H * x.D, width, nullptr, true});
      });
    }
  }

  void clear(float* to, int64_t T, int64_t heads, int64_t b, int64_t begin, int64_t end, int64_t h) const {
    for (int64_t t = begin; t < end; t++) memset(to + ((b * T + t) * heads + h) * x.D, 0, x.D * sizeof(float));
  }

  // One block of queries against one of keys.
  void block(int64_t b, int64_t h, int64_t queryBlock, int64_t keyBlock, bool keysToo, bool queriesToo) const {
    const int64_t query = queryBlock * side, rows = least(side, x.Tq - query), key = keyBlock * side, columns = least(side, x.Tk - key);
    if (x.visibleKeys(query + rows - 1) <= key) return;
    loadQueries(b, h, queryBlock);
    differentiateScores(b, h, query, rows, key, columns);
    if (keysToo) addToKeys(b, h / x.group(), query, rows, key, columns);
    if (queriesToo) addToQueries(b, h, query, rows, key, columns);
  }

  void keyHead(int64_t b, int64_t hkv) const {
    const int64_t group = x.group();
    for (int64_t h = hkv * group; h < (hkv + 1) * group; h++) clear(dq, x.Tq, x.H, b, 0, x.Tq, h);
    for (int64_t j = 0; j < keyBlocks; j++) keyBlockOf(b, hkv, j, true);
  }

  void keyBlockOf(int64_t b, int64_t hkv, int64_t j, bool queriesToo) const {
    const int64_t group = x.group();
    clear(dk, x.Tk, x.Hkv, b, j * side, least((j + 1) * side, x.Tk), hkv);
    clear(dv, x.Tk, x.Hkv, b, j * side, least((j + 1) * side, x.Tk), hkv);
    loadKeys(b, hkv, j);
    for (int64_t h = hkv * group; h < (hkv + 1) * group; h++)
      for (int64_t i = 0; i < queryBlocks; i++) block(b, h, i, j, true, queriesToo);
  }

  void queryBlockOf(int64_t b, int64_t h, int64_t i) const {
    clear(dq, x.Tq, x.H, b, i * side, least((i + 1) * side, x.Tq), h);
    for (int64_t j = 0; j < keyBlocks; j++) {
      if (x.visibleKeys(least((i + 1) * side, x.Tq) - 1) <= j * side) break;
      loadKeys(b, h / x.group(), j);
      block(b, h, i, j, false, true);
    }
  }
};

}  // namespace
}  // namespace massif

extern "C" void massif_attention_grad(void* const* buf, const int64_t* ints, const double* floats, massif_ctx* ctx) {
  using namespace massif;
  const Backward backward(buf, ints, floats, ctx);
  const Attention& x = backward.x;
  const int64_t keyHeads = x.B * x.Hkv, rounds = ceilDivide(keyHeads, ctx->threads);
  if (rounds * ctx->threads * 5 <= keyHeads * 7) {
    const Range mine = ofThread(keyHeads, ctx);
    for (int64_t u = mine.begin; u < mine.end; u++) backward.keyHead(u / x.Hkv, u % x.Hkv);
    return;
  }
  const int64_t keyBlocks = backward.keyBlocks, queryBlocks = backward.queryBlocks, ofKeys = keyHeads * keyBlocks;
  const auto cost = [&](int64_t unit) {
    if (unit < ofKeys) {
      const int64_t j = unit % keyBlocks;
      return 4.0 * double(x.group() * (x.causal ? queryBlocks - j * queryBlocks / keyBlocks : queryBlocks));
    }
    const int64_t i = (unit - ofKeys) % queryBlocks;
    return 3.0 * double(x.causal ? (i + 1) * ceilDivide(keyBlocks, queryBlocks) : keyBlocks);
  };
  shareByCost(ofKeys + x.B * x.H * queryBlocks, cost, ctx, [&](int64_t unit) {
    if (unit < ofKeys) {
      const int64_t head = unit / keyBlocks;
      backward.keyBlockOf(head / x.Hkv, head % x.Hkv, unit % keyBlocks, false);
    } else {
      const int64_t head = (unit - ofKeys) / queryBlocks;
      backward.queryBlockOf(head / x.H, head % x.H, (unit - ofKeys) % queryBlocks);
    }
  });
}

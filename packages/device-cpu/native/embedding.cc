// Rows of a table by id, and the gradient of the table.
//
// massif_embedding. buf: table [V,C], ids int32 [R], out [R,C]. ints: R, C, V. An id outside the table is refused and reads NaN.
// massif_embedding_grad. buf: dy [R,C], ids int32 [R], dtable [V,C]. ints: R, C, V, accumulate. An id outside is refused and left out.
//   Each thread owns columns (or, of a narrow table, also rows) of dtable and adds in the order of R: deterministic,
//   whatever `threads`, and exact copies of dy where an id occurs once.
// Both are bound by memory bandwidth.
#include "massif.h"
#include "pack.h"

extern "C" void massif_embedding(void* const* buf, const int64_t* ints, const double*, massif_ctx* ctx) {
  using namespace massif;
  const float* table = static_cast<const float*>(buf[0]);
  const int32_t* ids = static_cast<const int32_t*>(buf[1]);
  float* out = static_cast<float*>(buf[2]);
  const int64_t R = ints[0], C = ints[1], V = ints[2];
  const Range rows = ofThread(R, ctx);
  for (int64_t r = rows.begin; r < rows.end; r++) {
    if (ids[r] >= 0 && ids[r] < V) copyRow(out + r * C, table + ids[r] * C, C);
    else {
      ctx->refuse(ctx, r, ids[r], V);
      for (int64_t i = 0; i < C; i++) out[r * C + i] = NAN;
    }
  }
}

extern "C" void massif_embedding_grad(void* const* buf, const int64_t* ints, const double*, massif_ctx* ctx) {
  using namespace massif;
  constexpr int64_t kCacheLine = 16;
  const float* dy = static_cast<const float*>(buf[0]);
  const int32_t* ids = static_cast<const int32_t*>(buf[1]);
  float* dtable = static_cast<float*>(buf[2]);
  const int64_t R = ints[0], C = ints[1], V = ints[2];
  const int64_t lines = ceilDivide(C, kCacheLine);
  const int64_t columnParts = lines < ctx->threads ? lines : ctx->threads, rowParts = ctx->threads / columnParts;
  if (ctx->thread >= columnParts * rowParts) return;
  const Range columns = partOfGrains(C, kCacheLine, ctx->thread % columnParts, columnParts);
  const Range rows = part(V, ctx->thread / columnParts, rowParts);
  if (ints[3] == 0)
    for (int64_t v = rows.begin; v < rows.end; v++) memset(dtable + v * C + columns.begin, 0, columns.size() * sizeof(float));
  for (int64_t r = 0; r < R; r++) {
    if (ids[r] < 0 || ids[r] >= V) ctx->refuse(ctx, r, ids[r], V);
    if (ids[r] < rows.begin || ids[r] >= rows.end) continue;
    const float* from = dy + r * C;
    float* to = dtable + ids[r] * C;
    int64_t i = columns.begin;
    for (; i + kLanes <= columns.end; i += kLanes) store(to + i, load(to + i) + load(from + i));
    for (; i < columns.end; i++) to[i] += from[i];
  }
}

// y = (x - mean) rstd gamma + beta over the last axis, and its gradient.
//
// massif_layernorm. buf: x [R,C], gamma [C], beta [C], y [R,C], mean [R], rstd [R]. ints: R, C. floats: eps.
//   mean and variance in two passes over the row; rstd = 1 / sqrt(variance + eps). Relative tolerance 1e-5.
// massif_layernorm_grad. buf: dy [R,C], x [R,C], gamma [C], mean [R], rstd [R], dx [R,C], dgamma [C], dbeta [C].
//   ints: R, C, accumulate (adds to dgamma and dbeta). dx may be dy.
//   dgamma and dbeta are summed in blocks of rows that depend on R and C only, then over the blocks in order, so the
//   result does not depend on `threads`. Relative tolerance 1e-4.
// Both read and write each element once; the limit is memory bandwidth.
#include "massif.h"
#include "rows.h"

namespace massif {
namespace {

constexpr int64_t kMostBlocks = 64;
constexpr int64_t kRowsPerBlock = 16;

// How many blocks of rows have partial sums: as many as fit into `floats`.
int64_t blocksOfRows(int64_t R, int64_t C, int64_t floats) {
  int64_t blocks = ceilDivide(R, kRowsPerBlock);
  if (blocks > kMostBlocks) blocks = kMostBlocks;
  if (blocks * 2 * C > floats) blocks = floats / (2 * C);
  return blocks > 0 ? blocks : 1;
}

}  // namespace
}  // namespace massif

extern "C" void massif_layernorm(void* const* buf, const int64_t* ints, const double* floats, massif_ctx* ctx) {
  using namespace massif;
  const float *x = static_cast<const float*>(buf[0]), *gamma = static_cast<const float*>(buf[1]), *beta = static_cast<const float*>(buf[2]);
  float *y = static_cast<float*>(buf[3]), *means = static_cast<float*>(buf[4]), *rstds = static_cast<float*>(buf[5]);
  const int64_t R = ints[0], C = ints[1];
  const Range rows = ofThread(R, ctx);
  for (int64_t r = rows.begin; r < rows.end; r++) {
    const float* from = x + r * C;
    float* to = y + r * C;
    const float mean = sumOf(C, [&](int64_t i, int64_t lanes) { return loadSome(from + i, lanes); }) / float(C);
    const Vector center = splat(mean);
    const float variance = sumOf(C, [&](int64_t i, int64_t lanes) {
      const Vector d = onlyFirst(loadSome(from + i, lanes) - center, lanes, 0.0f);
      return d * d;
    }) / float(C);
    const float rstd = 1.0f / sqrtf(variance + float(floats[0]));
    const Vector scale = splat(rstd);
    eachVector(C, [&](int64_t i, int64_t lanes) {
      storeSome(to + i, (loadSome(from + i, lanes) - center) * scale * loadSome(gamma + i, lanes) + loadSome(beta + i, lanes), lanes);
    });
    means[r] = mean;
    rstds[r] = rstd;
  }
}

extern "C" void massif_layernorm_grad(void* const* buf, const int64_t* ints, const double*, massif_ctx* ctx) {
  using namespace massif;
  const float *dy = static_cast<const float*>(buf[0]), *x = static_cast<const float*>(buf[1]), *gamma = static_cast<const float*>(buf[2]);
  const float *means = static_cast<const float*>(buf[3]), *rstds = static_cast<const float*>(buf[4]);
  float *dx = static_cast<float*>(buf[5]), *dgamma = static_cast<float*>(buf[6]), *dbeta = static_cast<float*>(buf[7]);
  const int64_t R = ints[0], C = ints[1];
  const bool accumulate = ints[2] != 0;
  // Partial sums of all blocks, [block][dgamma then dbeta][C], in the memory that all threads share.
  float* partial = reinterpret_cast<float*>(static_cast<char*>(ctx->scratch) - ctx->thread * ctx->scratchBytes);
  const int64_t blocks = blocksOfRows(R, C, ctx->scratchBytes / int64_t(sizeof(float)));
  const Range mine = ofThread(blocks, ctx);
  for (int64_t b = mine.begin; b < mine.end; b++) {
    float *sumGamma = partial + b * 2 * C, *sumBeta = sumGamma + C;
    memset(sumGamma, 0, 2 * C * sizeof(float));
    const Range rows = part(R, b, blocks);
    for (int64_t r = rows.begin; r < rows.end; r++) {
      const float *dyRow = dy + r * C, *xRow = x + r * C;
      float* dxRow = dx + r * C;
      const Vector mean = splat(means[r]), rstd = splat(rstds[r]);
      // One element is normalised to 0 whatever it is: its gradient is exactly 0, not what a contracted product leaves.
      const Vector scale = splat(C == 1 ? 0.0f : rstds[r]);
      const float meanOfScaled = sumOf(C, [&](int64_t i, int64_t lanes) { return loadSome(dyRow + i, lanes) * loadSome(gamma + i, lanes); }) / float(C);
      const float meanOfProduct = sumOf(C, [&](int64_t i, int64_t lanes) {
        return loadSome(dyRow + i, lanes) * loadSome(gamma + i, lanes) * onlyFirst((loadSome(xRow + i, lanes) - mean) * rstd, lanes, 0.0f);
      }) / float(C);
      const Vector first = splat(meanOfScaled), second = splat(meanOfProduct);
      eachVector(C, [&](int64_t i, int64_t lanes) {
        const Vector d = loadSome(dyRow + i, lanes), normal = (loadSome(xRow + i, lanes) - mean) * rstd;
        storeSome(sumGamma + i, loadSome(sumGamma + i, lanes) + d * normal, lanes);
        storeSome(sumBeta + i, loadSome(sumBeta + i, lanes) + d, lanes);
        storeSome(dxRow + i, (d * loadSome(gamma + i, lanes) - first - normal * second) * scale, lanes);
      });
    }
  }
  ctx->barrier(ctx);
  const Range columns = partOfGrains(C, kLanes, ctx->thread, ctx->threads);
  for (int64_t i = columns.begin; i < columns.end; i += kLanes) {
    const int64_t lanes = columns.end - i < kLanes ? columns.end - i : kLanes;
    Vector ofGamma = {}, ofBeta = {};
    for (int64_t b = 0; b < blocks; b++) {
      ofGamma += loadSome(partial + b * 2 * C + i, lanes);
      ofBeta += loadSome(partial + b * 2 * C + C + i, lanes);
    }
    storeSome(dgamma + i, accumulate ? loadSome(dgamma + i, lanes) + ofGamma : ofGamma, lanes);
    storeSome(dbeta + i, accumulate ? loadSome(dbeta + i, lanes) + ofBeta : ofBeta, lanes);
  }
}

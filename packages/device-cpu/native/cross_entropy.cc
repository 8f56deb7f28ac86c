// loss = logsumexp(logits) - logits[target] of each row, and its gradient (softmax - one-hot) dloss.
//
// massif_softmax_cross_entropy. buf: logits [R,V], targets int32 [R], loss [R], lse [R]. ints: R, V.
// massif_softmax_cross_entropy_grad. buf: logits [R,V], targets, lse [R], dloss [R], dlogits [R,V]. ints: R, V. dlogits may be logits.
// A target < 0 is masked: loss 0 and gradient 0 whatever the logits. A target >= V is refused: loss NaN.
// Tolerance: loss 1e-6 of max(1, |lse|), gradient 1e-6 of |dloss|. Rows are independent of each other and of `threads`.
// The limit is memory bandwidth for the gradient, the exponential (9 cycles a vector) for the loss.
#include "massif.h"
#include "rows.h"

extern "C" void massif_softmax_cross_entropy(void* const* buf, const int64_t* ints, const double*, massif_ctx* ctx) {
  using namespace massif;
  const float* logits = static_cast<const float*>(buf[0]);
  const int32_t* targets = static_cast<const int32_t*>(buf[1]);
  float *loss = static_cast<float*>(buf[2]), *lse = static_cast<float*>(buf[3]);
  const int64_t R = ints[0], V = ints[1];
  const Range rows = ofThread(R, ctx);
  for (int64_t r = rows.begin; r < rows.end; r++) {
    const float* row = logits + r * V;
    const float largest = maxOfRow(row, V);
    const Vector shift = splat(largest);
    const float sum = sumOf(V, [&](int64_t i, int64_t lanes) { return onlyFirst(exponential(loadSome(row + i, lanes) - shift), lanes, 0.0f); });
    lse[r] = largest + logf(sum);
    if (targets[r] >= V) ctx->refuse(ctx, r, targets[r], V);
    loss[r] = targets[r] < 0 ? 0.0f : targets[r] < V ? lse[r] - row[targets[r]] : NAN;
  }
}

extern "C" void massif_softmax_cross_entropy_grad(void* const* buf, const int64_t* ints, const double*, massif_ctx* ctx) {
  using namespace massif;
  const float* logits = static_cast<const float*>(buf[0]);
  const int32_t* targets = static_cast<const int32_t*>(buf[1]);
  const float *lse = static_cast<const float*>(buf[2]), *dloss = static_cast<const float*>(buf[3]);
  float* dlogits = static_cast<float*>(buf[4]);
  const int64_t R = ints[0], V = ints[1];
  const Range rows = ofThread(R, ctx);
  for (int64_t r = rows.begin; r < rows.end; r++) {
    const float* row = logits + r * V;
    float* to = dlogits + r * V;
    const int32_t target = targets[r];
    if (target < 0) {
      memset(to, 0, V * sizeof(float));
      continue;
    }
    const Vector shift = splat(lse[r]), scale = splat(dloss[r]);
    eachVector(V, [&](int64_t i, int64_t lanes) { storeSome(to + i, exponential(loadSome(row + i, lanes) - shift) * scale, lanes); });
    if (target < V) to[target] -= dloss[r];
    else ctx->refuse(ctx, r, target, V);
  }
}

// c[z] = op(a[z]) op(b[z]) (+ bias) (+ c[z]) for z < batch, op being the identity or the transpose; fp32, row-major.
//
// buf: a, b, c, bias [N] or null. ints: batch, M, N, K, transA, transB, lda, ldb, ldc, strideA, strideB, strideC, accumulate
// (strides in elements; a batch stride of 0 shares the operand). a is [M, K] ([K, M] when transA), b [K, N] ([N, K]).
// Tolerance against exact arithmetic: |error| <= K 2^-24 sum |a||b| per element, in practice about sqrt(K) 2^-24.
// An element is summed over k in order, in blocks that depend on K only: its bits depend neither on `threads` nor on the
// other rows and columns. NaN and infinity propagate.
//
// Method: Goto and van de Geijn, "Anatomy of high-performance matrix multiplication" (2008): B in panels that stay in L1,
// blocks of A in L2.
// Speed (bench/matmul.bench.ts): 81-96 % of the multiply-add limit at 512 to 1024 and at a small GPT's
// shapes on a Xeon with 48 KiB of L1, 88-96 % on a Zen 5; on two threads the same.
#include "massif.h"
#include "pack.h"

namespace massif {
namespace {

constexpr int64_t kBlockRows = kTileRows * 12;             // of A, packed: 180 KiB at most, in L2
constexpr int64_t kBlockColumns = kTileColumns * 32;       // of B, packed: 1 MiB at most
// Packing is for operands that are read often: with fewer rows than this B, and with fewer columns A^T, are read as they lie.
constexpr int64_t kPackRows = kTileRows * 20;
constexpr int64_t kPackColumns = kTileColumns * 12 + 1;
constexpr int64_t kPackedA = kBlockRows / kTileRows * (kTileRows > kColumnStride ? kTileRows : kColumnStride) * kRowStride;
constexpr double kSerialFlops = 1e5;                       // below it, other threads would only wait

struct Product {
  const float *a, *b, *bias;
  float* c;
  int64_t M, N, K;
  bool transA, transB;
  int64_t lda, ldb, ldc;
  bool accumulate;
};

// k is cut into equal blocks: no short last one, whose tiles would mostly load and store c.
int64_t blocksOf(int64_t k) { return k > 0 ? ceilDivide(k, kBlock) : 1; }

// op(A)[row.., k..] for tiles of the given rows: in rows as it lies, or, transposed, one panel [depth][kColumnStride] per tile.
void packA(float* to, const Product& x, int64_t row, int64_t rows, int64_t k, int64_t depth) {
  if (!x.transA) {
    for (int64_t i = 0; i < rows; i++) copyRow(to + i * kRowStride, x.a + (row + i) * x.lda + k, depth);
    return;
  }
  const RowTiles tiles(rows);
  int64_t begin[kBlockRows / kTileRows + 1];
  for (int64_t t = 0; t <= tiles.tiles; t++) begin[t] = tiles.begin(t);
  for (int64_t p = 0; p < depth; p++) {
    const float* from = x.a + (k + p) * x.lda + row;
    float* at = to + p * kColumnStride;
    for (int64_t t = 0; t < tiles.tiles; t++, at += depth * kColumnStride)
      for (int v = 0; v < kColumnStride; v += kLanes) {
        const int64_t left = begin[t + 1] - begin[t] - v;
        if (left > 0) store(at + v, left >= kLanes ? load(from + begin[t] + v) : loadFirst(from + begin[t] + v, left));
      }
  }
}

// Rows x columns of one product, by one thread.
void multiply(const Product& x, Range rows, Range columns, float* scratch) {
  float* packedA = scratch;
  float* packedB = scratch + kPackedA;
  const int64_t blocks = blocksOf(x.K);
  const bool readA = x.transA && columns.size() < kPackColumns;
  const bool readB = !x.transB && rows.size() < kPackRows;  // but for a last panel narrower than a tile
  for (int64_t jc = columns.begin; jc < columns.end; jc += kBlockColumns) {
    const int64_t width = columns.end - jc < kBlockColumns ? columns.end - jc : kBlockColumns;
    const int64_t wholeWidth = readB ? width / kTileColumns * kTileColumns : 0;
    for (int64_t block = 0; block < blocks; block++) {
      const Range ks = part(x.K, block, blocks);
      const int64_t depth = ks.size();
      if (x.transB) packTransposed(packedB, kTileColumns, depth * kTileColumns, x.b + jc * x.ldb + ks.begin, x.ldb, depth, width);
      else packColumns(packedB + depth * wholeWidth, x.b + ks.begin * x.ldb + jc + wholeWidth, x.ldb, depth, width - wholeWidth);
      for (int64_t ic = rows.begin; ic < rows.end; ic += kBlockRows) {
        const int64_t height = rows.end - ic < kBlockRows ? rows.end - ic : kBlockRows;
        if (!readA) packA(packedA, x, ic, height, ks.begin, depth);
        const RowTiles tiles(height);
        for (int64_t j = 0; j < width; j += kTileColumns) {
          const bool direct = j < wholeWidth;
          const float* b = direct ? x.b + ks.begin * x.ldb + jc + j : packedB + j * depth;
          const int64_t ldb = direct ? x.ldb : kTileColumns;
          Target target{nullptr, x.ldc, width - j < kTileColumns ? width - j : kTileColumns, nullptr, x.accumulate || block > 0};
          if (x.bias && block == 0) target.bias = x.bias + jc + j;
          for (int64_t t = 0; t < tiles.tiles; t++) {
            const int64_t begin = tiles.begin(t), count = tiles.height(t);
            target.c = x.c + (ic + begin) * x.ldc + jc + j;
            if (readA) tileOf<Layout::columns>(count, x.a + ks.begin * x.lda + ic + begin, x.lda, b, ldb, depth, target);
            else if (x.transA) tileOf<Layout::columns>(count, packedA + t * depth * kColumnStride, kColumnStride, b, ldb, depth, target);
            else tileOf<Layout::rows>(count, packedA + begin * kRowStride, 0, b, ldb, depth, target);
          }
        }
      }
    }
  }
}

// How many ways to cut batch, rows and columns, so that the busiest thread does the least.
struct Grid {
  int64_t batches = 1, rows = 1, columns = 1;
};

Grid gridOf(int64_t batch, int64_t M, int64_t N, bool transB, int64_t threads) {
  Grid best;
  double least = 1e300;
  for (int64_t z = 1; z <= threads && z <= batch; z++)
    for (int64_t r = 1; z * r <= threads; r++) {
      const int64_t c = threads / (z * r);
      const double products = double(ceilDivide(batch, z));
      const double rowTiles = double(ceilDivide(ceilDivide(M, kTileRows), r)), columnTiles = double(ceilDivide(ceilDivide(N, kTileColumns), c));
      // In units of one tile's multiply-adds; packing costs a share of that per tile of A and of B.
      const double cost = products * (rowTiles * columnTiles + 0.5 * rowTiles + (transB ? 1.5 : 0.5) * columnTiles);
      if (cost < least) least = cost, best = {z, r, c};
    }
  return best;
}

}  // namespace
}  // namespace massif

extern "C" void massif_matmul(void* const* buf, const int64_t* ints, const double*, massif_ctx* ctx) {
  using namespace massif;
  const int64_t batch = ints[0], strideA = ints[9], strideB = ints[10], strideC = ints[11];
  const Product first{static_cast<const float*>(buf[0]), static_cast<const float*>(buf[1]), static_cast<const float*>(buf[3]), static_cast<float*>(buf[2]),
                      ints[1], ints[2], ints[3], ints[4] != 0, ints[5] != 0, ints[6], ints[7], ints[8], ints[12] != 0};
  const bool serial = 2.0 * double(batch) * double(first.M) * double(first.N) * double(first.K) < kSerialFlops;
  if (serial && ctx->thread > 0) return;
  const Grid grid = gridOf(batch, first.M, first.N, first.transB, serial ? 1 : ctx->threads);
  const int64_t part0 = ctx->thread / (grid.rows * grid.columns), inner = ctx->thread % (grid.rows * grid.columns);
  if (part0 >= grid.batches) return;
  const Range batches = part(batch, part0, grid.batches);
  const Range rows = partOfGrains(first.M, kTileRows, inner / grid.columns, grid.rows);
  const Range columns = partOfGrains(first.N, kTileColumns, inner % grid.columns, grid.columns);
  for (int64_t z = batches.begin; z < batches.end; z++) {
    Product x = first;
    x.a += z * strideA, x.b += z * strideB, x.c += z * strideC;
    multiply(x, rows, columns, static_cast<float*>(ctx->scratch));
  }
}

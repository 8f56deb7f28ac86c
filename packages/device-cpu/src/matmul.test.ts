import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHarness, instructionSets, randomFloats, absoluteError, type Harness } from './testing/harness.ts';

interface Case {
  batch?: number;
  M: number;
  N: number;
  K: number;
  transA?: boolean;
  transB?: boolean;
  bias?: boolean;
  accumulate?: boolean;
  /** Added to each leading dimension. */
  pad?: number;
  shareB?: boolean;
}

let harness: Harness;

function problem({ batch = 1, M, N, K, transA = false, transB = false, bias = false, accumulate = false, pad = 0, shareB = false }: Case) {
  const lda = (transA ? M : K) + pad;
  const ldb = (transB ? K : N) + pad;
  const ldc = N + pad;
  const strideA = (transA ? K : M) * lda;
  const strideB = shareB ? 0 : (transB ? N : K) * ldb;
  const strideC = M * ldc;
  const a = randomFloats(batch * strideA, 1);
  const b = randomFloats(shareB ? (transB ? N : K) * ldb : batch * strideB, 2);
  const c = randomFloats(batch * strideC, 3);
  const biasRow = bias ? randomFloats(N, 4) : null;
  const expected = Float64Array.from(c);
  for (let z = 0; z < batch; z++)
    for (let i = 0; i < M; i++)
      for (let j = 0; j < N; j++) {
        let sum = biasRow ? biasRow[j]! : 0;
        for (let k = 0; k < K; k++)
          sum += a[z * strideA + (transA ? k * lda + i : i * lda + k)]! * b[z * strideB + (transB ? j * ldb + k : k * ldb + j)]!;
        const at = z * strideC + i * ldc + j;
        expected[at] = (accumulate ? c[at]! : 0) + sum;
      }
  const ints = [batch, M, N, K, Number(transA), Number(transB), lda, ldb, ldc, strideA, strideB, strideC, Number(accumulate)];
  const run = async (threads: number) => {
    const out = c.slice();
    await harness.call({ kernel: 'massif_matmul', buffers: [a, b, out, biasRow], ints }, threads);
    return out;
  };
  return { a, b, run, expected };
}

const layouts = [
  { transA: false, transB: false },
  { transA: false, transB: true },
  { transA: true, transB: false },
  { transA: true, transB: true },
];
const sizes = [
  [1, 1, 1],
  [1, 1, 300],
  [1, 77, 40],
  [2, 5, 3],
  [7, 5, 3],
  [13, 31, 17],
  [14, 32, 256],
  [15, 33, 257],
  [29, 64, 31],
  [43, 97, 129],
  [100, 1, 65],
  [170, 35, 300],
  [3, 1030, 20],
  [61, 1, 513],
];

describe.each(instructionSets)('$name', ({ flags }) => {
  beforeAll(async () => {
    harness = await createHarness(flags);
  }, 120_000);
  afterAll(() => harness.close());

  describe.each(layouts)('matmul transA $transA, transB $transB', (layout) => {
    it.each(sizes)('multiplies %i x %i over %i like the plain loop, the same on 1, 2 and 3 threads', async (M, N, K) => {
      for (const extra of [
        {},
        { bias: true },
        { accumulate: true, pad: 3 },
        { bias: true, accumulate: true, batch: 2 },
        { batch: 3, shareB: true, pad: 1 },
      ]) {
        const { run, expected } = problem({ M, N, K, ...layout, ...extra });
        const one = await run(1);
        expect(absoluteError(one, expected)).toBeLessThan(1e-6 * Math.sqrt(K + 1));
        expect(await run(2)).toEqual(one);
        expect(await run(3)).toEqual(one);
      }
    });
  });

  it('gives a row the same bits whatever the number of rows beside it', async () => {
    const [K, N] = [300, 70];
    const b = randomFloats(K * N, 2);
    const a = randomFloats(64 * K, 1);
    const rows = async (M: number) => {
      const c = new Float32Array(M * N);
      await harness.call({
        kernel: 'massif_matmul',
        buffers: [a.subarray(0, M * K), b, c, null],
        ints: [1, M, N, K, 0, 0, K, N, N, 0, 0, 0, 0],
      });
      return c.subarray(0, N);
    };
    const alone = await rows(1);
    for (const M of [2, 14, 41, 42, 64]) expect(await rows(M)).toEqual(alone);
  });

  it('writes zeros or the bias where K is 0', async () => {
    const bias = randomFloats(5, 1);
    const c = randomFloats(10, 2);
    await harness.call({
      kernel: 'massif_matmul',
      buffers: [new Float32Array(1), new Float32Array(1), c, bias],
      ints: [1, 2, 5, 0, 0, 0, 1, 5, 5, 0, 0, 0, 0],
    });
    expect(c).toEqual(Float32Array.of(...bias, ...bias));
  });

  it('carries NaN and infinity to the rows and columns that they are in, and to no other', async () => {
    const { a, b, run, expected } = problem({ M: 20, N: 40, K: 30 });
    a[3 * 30 + 7] = NaN;
    b[5 * 40 + 33] = Infinity;
    const c = await run(1);
    for (let i = 0; i < 20; i++)
      for (let j = 0; j < 40; j++) {
        if (i === 3) expect(c[i * 40 + j]).toBeNaN();
        else if (j === 33) expect(Math.abs(c[i * 40 + j]!)).toBe(Infinity);
        else expect(c[i * 40 + j]).toBeCloseTo(expected[i * 40 + j]!, 4);
      }
  });
});

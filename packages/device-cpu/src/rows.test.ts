import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { absoluteError, createHarness, instructionSets, randomFloats, relativeError, type Harness } from './testing/harness.ts';

let harness: Harness;

/** Runs on 1, 2 and 3 threads, expects the same bits, and returns them. */
async function sameOnAllThreads<T>(run: (threads: number) => Promise<T>): Promise<T> {
  const one = await run(1);
  expect(await run(2)).toEqual(one);
  expect(await run(3)).toEqual(one);
  return one;
}

const shapes = [
  [1, 1],
  [3, 5],
  [17, 20],
  [70, 33],
  [129, 384],
  [2000, 31],
];

describe.each(instructionSets)('$name', ({ flags }) => {
  beforeAll(async () => {
    harness = await createHarness(flags);
  }, 120_000);
  afterAll(() => harness.close());

  describe('layernorm', () => {
    it.each(shapes)('normalises %i rows of %i and gives the gradient', async (R, C) => {
      const eps = 1e-5;
      const [x, gamma, beta, dy] = [randomFloats(R * C, 1), randomFloats(C, 2), randomFloats(C, 3), randomFloats(R * C, 4)];
      const expected = {
        y: new Float64Array(R * C),
        mean: new Float64Array(R),
        rstd: new Float64Array(R),
        dx: new Float64Array(R * C),
        dgamma: new Float64Array(C),
        dbeta: new Float64Array(C),
      };
      for (let r = 0; r < R; r++) {
        const row = Array.from(x.subarray(r * C, (r + 1) * C));
        const mean = row.reduce((a, b) => a + b, 0) / C;
        const rstd = 1 / Math.sqrt(row.reduce((a, b) => a + (b - mean) ** 2, 0) / C + eps);
        const normal = row.map((value) => (value - mean) * rstd);
        const scaled = row.map((_, i) => dy[r * C + i]! * gamma[i]!);
        const first = scaled.reduce((a, b) => a + b, 0) / C;
        const second = scaled.reduce((a, b, i) => a + b * normal[i]!, 0) / C;
        expected.mean[r] = mean;
        expected.rstd[r] = rstd;
        for (let i = 0; i < C; i++) {
          expected.y[r * C + i] = normal[i]! * gamma[i]! + beta[i]!;
          expected.dx[r * C + i] = (scaled[i]! - first - normal[i]! * second) * rstd;
          expected.dgamma[i]! += dy[r * C + i]! * normal[i]!;
          expected.dbeta[i]! += dy[r * C + i]!;
        }
      }
      const actual = await sameOnAllThreads(async (threads) => {
        const [y, mean, rstd] = [new Float32Array(R * C), new Float32Array(R), new Float32Array(R)];
        await harness.call({ kernel: 'massif_layernorm', buffers: [x, gamma, beta, y, mean, rstd], ints: [R, C], floats: [eps] }, threads);
        const [dx, dgamma, dbeta] = [new Float32Array(R * C), randomFloats(C, 8), randomFloats(C, 8)];
        await harness.call(
          { kernel: 'massif_layernorm_grad', buffers: [dy, x, gamma, mean, rstd, dx, dgamma, dbeta], ints: [R, C, 0] },
          threads,
        );
        return { y, mean, rstd, dx, dgamma, dbeta };
      });
      for (const name of ['y', 'mean', 'rstd', 'dx', 'dgamma', 'dbeta'] as const)
        expect([name, relativeError(actual[name], expected[name]) < 1e-5]).toEqual([name, true]);

      const accumulated = { dgamma: randomFloats(C, 8), dbeta: randomFloats(C, 8) };
      await harness.call({
        kernel: 'massif_layernorm_grad',
        buffers: [dy, x, gamma, actual.mean, actual.rstd, dy.slice(), accumulated.dgamma, accumulated.dbeta],
        ints: [R, C, 1],
      });
      const before = randomFloats(C, 8);
      expect(accumulated.dgamma).toEqual(actual.dgamma.map((value, i) => before[i]! + value));
      expect(accumulated.dbeta).toEqual(actual.dbeta.map((value, i) => before[i]! + value));
    });

    it('keeps a NaN in its row', async () => {
      const x = randomFloats(3 * 20, 1);
      x[25] = NaN;
      const y = new Float32Array(60);
      await harness.call({
        kernel: 'massif_layernorm',
        buffers: [x, randomFloats(20, 2), randomFloats(20, 3), y, new Float32Array(3), new Float32Array(3)],
        ints: [3, 20],
        floats: [1e-5],
      });
      expect(Array.from(y, Number.isNaN)).toEqual(Array.from(y, (_, i) => i >= 20 && i < 40));
    });
  });

  describe('softmax cross-entropy', () => {
    it.each(shapes)('gives loss and gradient of %i rows of %i, masked where the target is negative', async (R, V) => {
      const logits = randomFloats(R * V, 1).map((value) => value * 20);
      const targets = Int32Array.from({ length: R }, (_, r) => (r % 5 === 4 ? -1 : (r * 7) % V));
      const dloss = randomFloats(R, 2);
      const expected = { loss: new Float64Array(R), lse: new Float64Array(R), dlogits: new Float64Array(R * V) };
      for (let r = 0; r < R; r++) {
        const row = logits.subarray(r * V, (r + 1) * V);
        const top = row.reduce((a, b) => Math.max(a, b));
        const lse = top + Math.log(row.reduce((sum, value) => sum + Math.exp(value - top), 0));
        expected.lse[r] = lse;
        if (targets[r]! < 0) continue;
        expected.loss[r] = lse - row[targets[r]!]!;
        for (let i = 0; i < V; i++) expected.dlogits[r * V + i] = (Math.exp(row[i]! - lse) - (i === targets[r] ? 1 : 0)) * dloss[r]!;
      }
      const actual = await sameOnAllThreads(async (threads) => {
        const [loss, lse, dlogits] = [randomFloats(R, 8), randomFloats(R, 8), randomFloats(R * V, 8)];
        await harness.call({ kernel: 'massif_softmax_cross_entropy', buffers: [logits, targets, loss, lse], ints: [R, V] }, threads);
        await harness.call(
          { kernel: 'massif_softmax_cross_entropy_grad', buffers: [logits, targets, lse, dloss, dlogits], ints: [R, V] },
          threads,
        );
        return { loss, lse, dlogits };
      });
      expect(absoluteError(actual.loss, expected.loss)).toBeLessThan(1e-5);
      expect(absoluteError(actual.lse, expected.lse)).toBeLessThan(1e-5);
      expect(absoluteError(actual.dlogits, expected.dlogits)).toBeLessThan(3e-6);
    });

    it('is NaN where the row is, infinite where the target is impossible, and 0 with a masked row of NaN', async () => {
      const logits = Float32Array.of(1, NaN, 2, 1, -Infinity, 2, NaN, NaN, NaN);
      const [loss, lse, dlogits] = [new Float32Array(3), new Float32Array(3), new Float32Array(9)];
      const targets = Int32Array.of(0, 1, -100);
      await harness.call({ kernel: 'massif_softmax_cross_entropy', buffers: [logits, targets, loss, lse], ints: [3, 3] });
      expect(loss).toEqual(Float32Array.of(NaN, Infinity, 0));
      await harness.call({
        kernel: 'massif_softmax_cross_entropy_grad',
        buffers: [logits, targets, lse, Float32Array.of(1, 1, 1), dlogits],
        ints: [3, 3],
      });
      expect(dlogits.subarray(0, 3).every(Number.isNaN)).toBe(true);
      expect(Math.sign(dlogits[4]!)).toBe(-1);
      expect(dlogits.subarray(6)).toEqual(new Float32Array(3));
    });

    it('refuses a target beyond the row', async () => {
      const operands = [randomFloats(6, 1), Int32Array.of(2, 3)];
      const refusal = { code: 'invalid_argument', context: { row: 1, index: 3, bound: 3 } };
      const [first, second, dlogits] = [new Float32Array(2), new Float32Array(2), new Float32Array(6)];
      const forward = { kernel: 'massif_softmax_cross_entropy', buffers: [...operands, first, second], ints: [2, 3] };
      await expect(harness.call(forward)).rejects.toMatchObject(refusal);
      const gradient = { kernel: 'massif_softmax_cross_entropy_grad', buffers: [...operands, first, second, dlogits], ints: [2, 3] };
      await expect(harness.call(gradient)).rejects.toMatchObject(refusal);
    });

    it('has an exponential that is right from the smallest to the largest float', async () => {
      const V = 4001;
      const logits = Float32Array.from({ length: V }, (_, i) => (i - 2000) / 10); // e^-200 .. e^200
      const [targets, lse, dloss, dlogits] = [Int32Array.of(0), Float32Array.of(0), Float32Array.of(1), new Float32Array(V)];
      await harness.call({ kernel: 'massif_softmax_cross_entropy_grad', buffers: [logits, targets, lse, dloss, dlogits], ints: [1, V] });
      for (let i = 1; i < V; i++) {
        const exact = Math.exp(logits[i]!);
        if (exact > 3.5e38) expect(dlogits[i]).toBe(Infinity);
        else expect(Math.abs(dlogits[i]! - exact)).toBeLessThanOrEqual(Math.max(exact * 2.5e-7, 1.5e-45));
      }
    });
  });

  describe('embedding', () => {
    it.each([
      [1, 1, 1],
      [7, 5, 3],
      [100, 33, 10],
      [257, 64, 50],
    ])('gathers %i rows of %i from a table of %i and adds their gradients', async (R, C, V) => {
      const table = randomFloats(V * C, 1);
      const ids = Int32Array.from({ length: R }, (_, r) => (r * r) % V);
      const dy = randomFloats(R * C, 2);
      const expected = new Float64Array(V * C);
      for (let r = 0; r < R; r++) for (let i = 0; i < C; i++) expected[ids[r]! * C + i]! += dy[r * C + i]!;
      const out = await sameOnAllThreads(async (threads) => {
        const gathered = new Float32Array(R * C);
        await harness.call({ kernel: 'massif_embedding', buffers: [table, ids, gathered], ints: [R, C, V] }, threads);
        return gathered;
      });
      for (let r = 0; r < R; r++) expect(out.subarray(r * C, (r + 1) * C)).toEqual(table.subarray(ids[r]! * C, (ids[r]! + 1) * C));
      for (const accumulate of [0, 1]) {
        const dtable = await sameOnAllThreads(async (threads) => {
          const gradient = table.slice();
          await harness.call({ kernel: 'massif_embedding_grad', buffers: [dy, ids, gradient], ints: [R, C, V, accumulate] }, threads);
          return gradient;
        });
        expect(
          absoluteError(
            dtable,
            expected.map((value, i) => value + accumulate * table[i]!),
          ),
        ).toBeLessThan(1e-5);
      }
    });

    it('refuses an id outside the table, naming the first, and touches nothing outside', async () => {
      const ids = Int32Array.of(1, -1, 2, 1);
      for (const threads of [1, 3]) {
        const [out, dtable] = [new Float32Array(4), new Float32Array(2)];
        const forward = { kernel: 'massif_embedding', buffers: [Float32Array.of(5, 6), ids, out], ints: [4, 1, 2] };
        const refusal = { code: 'invalid_argument', context: { row: 1, index: -1, bound: 2 } };
        await expect(harness.call(forward, threads)).rejects.toMatchObject(refusal);
        expect(out).toEqual(Float32Array.of(6, NaN, NaN, 6));
        const gradient = { kernel: 'massif_embedding_grad', buffers: [Float32Array.of(6, 7, 8, 9), ids, dtable], ints: [4, 1, 2, 0] };
        await expect(harness.call(gradient, threads)).rejects.toMatchObject(refusal);
        expect(dtable).toEqual(Float32Array.of(0, 15));
        await harness.call({ ...forward, ints: [1, 1, 2] }, threads);
      }
    });
  });
});

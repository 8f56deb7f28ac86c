import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHarness, instructionSets, randomFloats, relativeError, type Harness } from './testing/harness.ts';

interface Case {
  B: number;
  Tq: number;
  Tk: number;
  H: number;
  Hkv: number;
  D: number;
  causal: boolean;
}

let harness: Harness;

/** q, k, v as one packed projection [B, T, (H + 2 Hkv) D] when the lengths agree, as a model would have them; else apart. */
function operands({ B, Tq, Tk, H, Hkv, D }: Case) {
  if (Tq === Tk) {
    const width = (H + 2 * Hkv) * D;
    const packed = randomFloats(B * Tq * width, 1);
    const view = (offset: number) => ({ data: packed.subarray(offset), strides: [Tq * width, width, D] });
    return { q: view(0), k: view(H * D), v: view((H + Hkv) * D) };
  }
  const separate = (T: number, heads: number, seed: number) => ({
    data: randomFloats(B * T * heads * D, seed),
    strides: [T * heads * D, heads * D, D],
  });
  return { q: separate(Tq, H, 1), k: separate(Tk, Hkv, 2), v: separate(Tk, Hkv, 3) };
}

/** Plain attention and its gradient in f64. */
function reference(c: Case, { q, k, v }: ReturnType<typeof operands>, scale: number, dout: Float32Array) {
  const { B, Tq, Tk, H, Hkv, D, causal } = c;
  const at = ({ data, strides }: { data: Float32Array; strides: number[] }, b: number, t: number, h: number, d: number) =>
    data[b * strides[0]! + t * strides[1]! + h * strides[2]! + d]!;
  const out = new Float64Array(B * Tq * H * D);
  const lse = new Float64Array(B * H * Tq);
  const [dq, dk, dv] = [new Float64Array(out.length), new Float64Array(B * Tk * Hkv * D), new Float64Array(B * Tk * Hkv * D)];
  for (let b = 0; b < B; b++)
    for (let h = 0; h < H; h++)
      for (let i = 0; i < Tq; i++) {
        const hk = Math.floor(h / (H / Hkv));
        const seen = causal ? Math.max(0, Math.min(Tk, i + 1 + Tk - Tq)) : Tk;
        const row = ((b * Tq + i) * H + h) * D;
        const scores = Array.from({ length: seen }, (_, j) => {
          let sum = 0;
          for (let d = 0; d < D; d++) sum += at(q, b, i, h, d) * at(k, b, j, hk, d);
          return sum * scale;
        });
        const top = Math.max(...scores);
        const total = scores.reduce((sum, s) => sum + Math.exp(s - top), 0);
        lse[(b * H + h) * Tq + i] = seen === 0 ? -Infinity : top + Math.log(total);
        const weights = scores.map((s) => Math.exp(s - top) / total);
        for (let d = 0; d < D; d++) for (let j = 0; j < seen; j++) out[row + d]! += weights[j]! * at(v, b, j, hk, d);
        let delta = 0;
        for (let d = 0; d < D; d++) delta += out[row + d]! * dout[row + d]!;
        for (let j = 0; j < seen; j++) {
          const key = ((b * Tk + j) * Hkv + hk) * D;
          let dp = 0;
          for (let d = 0; d < D; d++) dp += dout[row + d]! * at(v, b, j, hk, d);
          const ds = weights[j]! * (dp - delta) * scale;
          for (let d = 0; d < D; d++) {
            dv[key + d]! += weights[j]! * dout[row + d]!;
            dk[key + d]! += ds * at(q, b, i, h, d);
            dq[row + d]! += ds * at(k, b, j, hk, d);
          }
        }
      }
  return { out, lse, dq, dk, dv };
}

async function run(c: Case, { q, k, v }: ReturnType<typeof operands>, scale: number, dout: Float32Array, threads: number) {
  const { B, Tq, Tk, H, Hkv, D, causal } = c;
  const ints = [B, Tq, Tk, H, Hkv, D, Number(causal), ...q.strides, ...k.strides, ...v.strides];
  const out = randomFloats(B * Tq * H * D, 9);
  const lse = randomFloats(B * H * Tq, 9);
  await harness.call({ kernel: 'massif_attention', buffers: [q.data, k.data, v.data, out, lse], ints, floats: [scale] }, threads);
  const [dq, dk, dv] = [randomFloats(out.length, 9), randomFloats(B * Tk * Hkv * D, 9), randomFloats(B * Tk * Hkv * D, 9)];
  await harness.call(
    { kernel: 'massif_attention_grad', buffers: [q.data, k.data, v.data, out, lse, dout, dq, dk, dv], ints, floats: [scale] },
    threads,
  );
  return { out, lse, dq, dk, dv };
}

const cases: Case[] = [
  { B: 1, Tq: 1, Tk: 1, H: 1, Hkv: 1, D: 1, causal: true },
  { B: 2, Tq: 7, Tk: 7, H: 3, Hkv: 3, D: 5, causal: true },
  { B: 1, Tq: 33, Tk: 33, H: 2, Hkv: 1, D: 20, causal: false },
  { B: 2, Tq: 65, Tk: 65, H: 4, Hkv: 2, D: 33, causal: true },
  { B: 1, Tq: 130, Tk: 130, H: 1, Hkv: 1, D: 64, causal: true },
  { B: 1, Tq: 256, Tk: 256, H: 2, Hkv: 2, D: 32, causal: true },
  { B: 1, Tq: 300, Tk: 300, H: 1, Hkv: 1, D: 16, causal: true },
  { B: 1, Tq: 290, Tk: 290, H: 1, Hkv: 1, D: 40, causal: false },
  { B: 1, Tq: 3, Tk: 270, H: 2, Hkv: 1, D: 24, causal: true },
  { B: 1, Tq: 20, Tk: 9, H: 1, Hkv: 1, D: 8, causal: true },
  { B: 1, Tq: 150, Tk: 40, H: 1, Hkv: 1, D: 8, causal: true },
  { B: 1, Tq: 1, Tk: 600, H: 2, Hkv: 2, D: 64, causal: false },
  { B: 1, Tq: 40, Tk: 40, H: 1, Hkv: 1, D: 257, causal: true },
  { B: 1, Tq: 100, Tk: 150, H: 1, Hkv: 1, D: 600, causal: true },
];

describe.each(instructionSets)('$name', ({ flags }) => {
  beforeAll(async () => {
    harness = await createHarness(flags);
  }, 120_000);
  afterAll(() => harness.close());

  describe.each(cases)('attention B $B, $Tq queries, $Tk keys, $H/$Hkv heads of $D, causal $causal', (c) => {
    it('follows the plain formula forward and backward, the same on 1, 2 and 3 threads', async () => {
      const input = operands(c);
      const scale = 1 / Math.sqrt(c.D);
      const dout = randomFloats(c.B * c.Tq * c.H * c.D, 4);
      const expected = reference(c, input, scale, dout);
      const one = await run(c, input, scale, dout, 1);
      expect(relativeError(one.out, expected.out)).toBeLessThan(2e-6);
      expect(relativeError(one.lse, expected.lse)).toBeLessThan(2e-6);
      for (const name of ['dq', 'dk', 'dv'] as const) expect([name, relativeError(one[name], expected[name]) < 2e-5]).toEqual([name, true]);
      expect(await run(c, input, scale, dout, 2)).toEqual(one);
      expect(await run(c, input, scale, dout, 3)).toEqual(one);
    });
  });

  it('stays exact when scores are far apart and rise along the keys, so that every block rescales the sum', async () => {
    const c: Case = { B: 1, Tq: 2, Tk: 900, H: 1, Hkv: 1, D: 3, causal: false };
    const input = operands(c);
    for (let j = 0; j < c.Tk; j++) for (let d = 0; d < 3; d++) input.k.data[j * 3 + d] = j / 10 + d;
    input.q.data.fill(1);
    const dout = randomFloats(6, 4);
    const expected = reference(c, input, 1, dout);
    const { out, lse } = await run(c, input, 1, dout, 1);
    expect(relativeError(out, expected.out)).toBeLessThan(1e-5);
    expect(relativeError(lse, expected.lse)).toBeLessThan(1e-6);
  });

  it('carries a NaN key to every query that sees it, and to no earlier one', async () => {
    const c: Case = { B: 1, Tq: 40, Tk: 40, H: 1, Hkv: 1, D: 8, causal: true };
    const input = operands(c);
    input.k.data[20 * input.k.strides[1]! + 3] = NaN;
    const { out } = await run(c, input, 1, randomFloats(40 * 8, 4), 1);
    for (let i = 0; i < 40; i++) expect(out.subarray(i * 8, i * 8 + 8).every(Number.isNaN)).toBe(i >= 20);
  });
});

import { expect, it } from 'vitest';
import type { LoopNest, Value } from '../program.ts';
import { renderC } from './c.ts';

const load = (buffer: number, strides: number[], offset = 0): Value => ({
  kind: 'load',
  dtype: 'fp32',
  buffer,
  at: { offset, strides },
  where: [],
});
const render = (nest: Partial<LoopNest>) =>
  renderC({
    kind: 'generated',
    name: 'massif_k_test',
    nest: { buffers: [], loops: [], reduction: [], accumulators: [], values: [], stores: [], ...nest },
  });
const read = { dtype: 'fp32', access: 'read' } as const;
const write = { dtype: 'fp32', access: 'write' } as const;

it('walks blocks of the innermost loop, with what it does not change before it', () => {
  const source = render({
    buffers: [read, read, write],
    loops: [3, 100_000],
    values: [
      load(0, [100_000, 1]),
      load(1, [1, 0]),
      { kind: 'op', dtype: 'fp32', op: 'exp', src: [1] },
      { kind: 'op', dtype: 'fp32', op: 'mul', src: [0, 2] },
      { kind: 'constant', dtype: 'fp32', value: -0.1 },
      { kind: 'op', dtype: 'fp32', op: 'maximum', src: [3, 4] },
    ],
    stores: [{ buffer: 2, at: { offset: 0, strides: [100_000, 1] }, value: 5 }],
  });
  expect(source).toMatchInlineSnapshot(`
    "// [3, 100000]
    extern "C" void massif_k_test(void* const* buf, const int64_t*, const double*, massif_ctx* ctx) {
      const float* b0 = (const float*)buf[0];
      const float* b1 = (const float*)buf[1];
      float* b2 = (float*)buf[2];
      const massif::Range items = massif::ofThread(66, ctx);
      for (int64_t item = items.begin; item < items.end; item++) {
        MASSIF_ONE_BY_ONE
        const int64_t i1 = item % 22 * 4560;
        const int32_t n = massif_least(4560, 100000 - i1);
        const int64_t i0 = item / 22;
        const int64_t p0 = (int64_t)(100000LL * i0 + i1);
        const int64_t p1 = (int64_t)(i0);
        const float v1 = b1[p1];
        const float v2 = massif_exp(v1);
        MASSIF_INDEPENDENT
        for (int32_t l = 0; l < n; l++) {
          const float v0 = b0[p0 + l];
          const float v3 = v0 * v2;
          const float v5 = massif_max(v3, (-0.1f));
          b2[p0 + l] = v5;
        }
      }
    }
    "
  `);
});

it('reduces rows in lanes, and folds them at the end', () => {
  const source = render({
    buffers: [read, read, write],
    loops: [500],
    reduction: [{ size: 70 }],
    accumulators: [{ dtype: 'fp32', combine: 'sum', value: 2 }],
    values: [
      load(0, [70, 1]),
      load(1, [1, 0]),
      { kind: 'op', dtype: 'fp32', op: 'sub', src: [0, 1] },
      { kind: 'accumulator', dtype: 'fp32', accumulator: 0 },
      { kind: 'op', dtype: 'fp32', op: 'rsqrt', src: [3] },
    ],
    stores: [{ buffer: 2, at: { offset: 0, strides: [1, 0] }, value: 4 }],
  });
  expect(source).toMatchInlineSnapshot(`
    "// [500] over [70]
    extern "C" void massif_k_test(void* const* buf, const int64_t*, const double*, massif_ctx* ctx) {
      const float* b0 = (const float*)buf[0];
      const float* b1 = (const float*)buf[1];
      float* b2 = (float*)buf[2];
      const massif::Range items = massif::ofThread(500, ctx);
      for (int64_t item = items.begin; item < items.end; item++) {
        MASSIF_ONE_BY_ONE
        const int64_t i0 = item;
        const int64_t p0 = (int64_t)(i0);
        const int64_t p1 = (int64_t)(70LL * i0);
        const float v1 = b1[p0];
        float a0[16]; massif_fill(a0, 0);
        int64_t r0 = 0;
        for (; r0 + 16 <= 70; r0 += 16) {
          MASSIF_INDEPENDENT
          for (int32_t l = 0; l < 16; l++) {
            const float v0 = b0[p1 + r0 + l];
            const float v2 = v0 - v1;
            a0[l] = a0[l] + v2;
          }
        }
        MASSIF_INDEPENDENT
        for (int32_t l = 0; l < 70 - r0; l++) {
          const float v0 = b0[p1 + r0 + l];
          const float v2 = v0 - v1;
          a0[l] = a0[l] + v2;
        }
        const float s0 = massif_fold_sum(a0);
        const float v4 = 1.0f / sqrtf(s0);
        b2[p0] = v4;
      }
    }
    "
  `);
});

it('reduces columns with an accumulator for each, in parts for a second pass', () => {
  const source = render({
    buffers: [read, read, write],
    loops: [4, 48],
    reduction: [{ size: 1001, partOf: 0 }],
    accumulators: [{ dtype: 'fp32', combine: 'max', value: 2 }],
    values: [
      load(0, [0, 1, 48]),
      load(1, [0, 0, 1]),
      { kind: 'op', dtype: 'fp32', op: 'mul', src: [0, 1] },
      { kind: 'accumulator', dtype: 'fp32', accumulator: 0 },
    ],
    stores: [{ buffer: 2, at: { offset: 0, strides: [48, 1, 0] }, value: 3 }],
  });
  expect(source).toMatchInlineSnapshot(`
    "// [4, 48] over [1001 in parts]
    extern "C" void massif_k_test(void* const* buf, const int64_t*, const double*, massif_ctx* ctx) {
      const float* b0 = (const float*)buf[0];
      const float* b1 = (const float*)buf[1];
      float* b2 = (float*)buf[2];
      const massif::Range items = massif::ofThread(4, ctx);
      for (int64_t item = items.begin; item < items.end; item++) {
        MASSIF_ONE_BY_ONE
        const int64_t i1 = 0;
        const int64_t i0 = item;
        const int64_t p0 = (int64_t)(48LL * i0 + i1);
        const int64_t p1 = (int64_t)(i1);
        float a0[48]; massif_fill(a0, -INFINITY);
        for (int64_t r0 = 1001 * i0 / 4; r0 < 1001 * (i0 + 1) / 4; r0++) {
          MASSIF_ONE_BY_ONE
          const float v1 = b1[r0];
          MASSIF_INDEPENDENT
          for (int32_t l = 0; l < 48; l++) {
            const float v0 = b0[p1 + l + 48LL * r0];
            const float v2 = v0 * v1;
            a0[l] = massif_max(a0[l], v2);
          }
        }
        MASSIF_INDEPENDENT
        for (int32_t l = 0; l < 48; l++) {
          b2[p0 + l] = a0[l];
        }
      }
    }
    "
  `);
});

it('touches no memory where a condition does not hold, and leaves small work to one thread', () => {
  const source = render({
    buffers: [read, { dtype: 'int32', access: 'write' }],
    loops: [2, 20],
    values: [
      { kind: 'load', dtype: 'fp32', buffer: 0, at: { offset: -3, strides: [15, 1] }, where: [{ offset: -3, strides: [0, 1], size: 15 }] },
      { kind: 'index', dtype: 'int32', at: { offset: 0, strides: [20, 1] } },
      { kind: 'op', dtype: 'int32', op: 'cast', src: [0] },
      { kind: 'op', dtype: 'int32', op: 'add', src: [1, 2] },
    ],
    stores: [{ buffer: 1, at: { offset: 0, strides: [20, 1] }, value: 3 }],
  });
  expect(source).toMatchInlineSnapshot(`
    "// [2, 20]
    extern "C" void massif_k_test(void* const* buf, const int64_t*, const double*, massif_ctx* ctx) {
      const float* b0 = (const float*)buf[0];
      int32_t* b1 = (int32_t*)buf[1];
      const massif::Range items = massif::ofFirstThread(2, ctx);
      for (int64_t item = items.begin; item < items.end; item++) {
        MASSIF_ONE_BY_ONE
        const int64_t i1 = 0;
        const int64_t i0 = item;
        const int64_t p0 = (int64_t)(20LL * i0 + i1);
        const int64_t p1 = (int64_t)(15LL * i0 + i1 + -3);
        const int32_t c2 = (int32_t)(i1 + -3);
        const int32_t c3 = (int32_t)(20LL * i0 + i1);
        MASSIF_INDEPENDENT
        for (int32_t l = 0; l < 20; l++) {
          const float v0 = ((uint32_t)(c2 + l) < 15u) ? b0[p1 + l] : 0;
          const int32_t v1 = c3 + l;
          const int32_t v2 = massif_to_int32(v0);
          const int32_t v3 = massif_add(v1, v2);
          b1[p0 + l] = v3;
        }
      }
    }
    "
  `);
});

it.each([
  [0.1, '0.1f'],
  [-0, '(-0.0f)'],
  [1 / 3, '0.33333334f'],
  [1e30, '1e+30f'],
  [3, '3.0f'],
  [2 ** 40, '1.0995116e+12f'],
  [NaN, 'NAN'],
  [-Infinity, '(-INFINITY)'],
])('writes %f as %s', (value, text) => {
  const values: Value[] = [load(0, []), { kind: 'constant', dtype: 'fp32', value }, { kind: 'op', dtype: 'fp32', op: 'add', src: [0, 1] }];
  expect(render({ buffers: [read, write], values, stores: [{ buffer: 1, at: { offset: 0, strides: [] }, value: 2 }] })).toContain(
    `v0 + ${text};`,
  );
});

it('refuses what C cannot say', () => {
  const values: Value[] = [{ ...load(0, []), dtype: 'bf16' } as Value];
  expect(() => render({ buffers: [{ dtype: 'bf16', access: 'read' }], values })).toThrow(
    expect.objectContaining({ code: 'not_supported' }),
  );
});

import { expect, it } from 'vitest';
import { add, exp, less, mul, where } from '../graph/elementwise.ts';
import { call, fn, spec } from '../graph/fn.ts';
import { pad, slice } from '../graph/movement.ts';
import { mean } from '../graph/reduce.ts';
import { layernorm, matmul } from '../graph/routines.ts';
import { compileProgram } from '../schedule/compile.ts';
import { print } from './print.ts';

const limits = { buffersPerKernel: 8, dtypes: ['fp32', 'int32', 'bool'] as const };
const layer = fn(
  'layer',
  { x: spec('fp32', [2, 3]), w: spec('fp32', [3, 3]), g: spec('fp32', [3]) },
  ({ x, w, g }) => ({ y: add(x, matmul(layernorm(x, g, g, { eps: 0.5 }).y, w, { transposeB: true })), m: mean(x, { axes: [1] }) }),
  { donates: { y: 'x' } },
);
const net = fn('net', { x: spec('fp32', [2, 3]), w: spec('fp32', [3, 3]), g: spec('fp32', [3]) }, ({ x, w, g }) => {
  const { y, m } = call(layer, { x, w, g });
  return { z: pad(where(less(y, 0.25), 0, exp(slice(y, { axis: 0, start: 0, end: 1 }))), { axis: 1, before: 1 }), m: mul(m, -0.5) };
});

it('prints a Fn and those that it calls', () => {
  expect(print(net)).toMatchInlineSnapshot(`
    "fn net(x: fp32[2,3], w: fp32[3,3], g: fp32[3])
      %3 = call layer(x, w, g): fp32[2,3]
      %4 = %3.0: fp32[2,3]
      %5 = %3.1: fp32[2]
      %6 = 0.25: fp32[]
      %7 = reshape(%6): fp32[1,1]
      %8 = expand(%7): fp32[2,3]
      %9 = less(%4, %8): bool[2,3]
      %10 = slice(%4) {axis=0 start=0 end=1}: fp32[1,3]
      %11 = exp(%10): fp32[1,3]
      %12 = 0: fp32[]
      %13 = reshape(%12): fp32[1,1]
      %14 = expand(%13): fp32[2,3]
      %15 = expand(%11): fp32[2,3]
      %16 = where(%9, %14, %15): fp32[2,3]
      %17 = pad(%16) {axis=1 before=1 after=0}: fp32[2,4]
      %18 = -0.5: fp32[]
      %19 = reshape(%18): fp32[1]
      %20 = expand(%19): fp32[2]
      %21 = mul(%5, %20): fp32[2]
      return z = %17, m = %21

    fn layer(x: fp32[2,3], w: fp32[3,3], g: fp32[3])
      %3 = layernorm(x, g, g) {eps=0.5}: fp32[2,3]
      %4 = %3.0: fp32[2,3]
      %7 = matmul(%4, w) {transposeB}: fp32[2,3]
      %8 = %7.0: fp32[2,3]
      %9 = add(x, %8): fp32[2,3]
      %10 = sum(x) over 1: fp32[2,1]
      %11 = reshape(%10): fp32[2]
      %12 = 0.3333333333333333: fp32[]
      %13 = reshape(%12): fp32[1]
      %14 = expand(%13): fp32[2]
      %15 = mul(%11, %14): fp32[2]
      return y = %9 in x, m = %15"
  `);
});

it('prints a program: ports, launches, kernels', () => {
  expect(print(compileProgram(net, { limits }))).toMatchInlineSnapshot(`
    "program net: arena 320 bytes, predicted peak 432 bytes
      in  x: fp32[2,3]
      in  w: fp32[3,3]
      in  g: fp32[3]
      out z: fp32[2,4]
      out m: fp32[2]
      massif_k_10df2dcbb9b6d318(x, -> arena+192)
      layernorm(arena+192, g, g, arena+0, arena+64, arena+128) [2 3 0.5]
      matmul(arena+0, w, arena+64, -) [1 2 3 3 0 1 3 3 3 0 0 0 0]
      massif_k_d9aca59ac35fc139(arena+192, -> arena+256)
      massif_k_94290b8f31355a58(arena+192, arena+64, -> arena+192)
      massif_k_659fa60678f590a0(arena+192, -> arena+0)
      massif_k_2d3e6aeb6344797e(arena+192, arena+0, -> z)
      massif_k_db68b2932a9a6ca1(arena+256, -> m)

    massif_k_10df2dcbb9b6d318(b0 fp32, b1 out fp32) for i0 < 6
      v0 = b0[i0]
      b1[i0] = v0

    massif_k_d9aca59ac35fc139(b0 fp32, b1 out fp32) for i0 < 2 reduce r0 < 3
      v0 = b0[3 i0 + r0]
      sum0 += v0
      v1 = sum0
      v2 = fp32 0.3333333333333333
      v3 = mul(v1, v2)
      b1[i0] = v3

    massif_k_94290b8f31355a58(b0 fp32, b1 fp32, b2 out fp32) for i0 < 6
      v0 = b0[i0]
      v1 = b1[i0]
      v2 = add(v0, v1)
      b2[i0] = v2

    massif_k_659fa60678f590a0(b0 fp32, b1 out fp32) for i0 < 3
      v0 = b0[i0]
      v1 = exp(v0)
      b1[i0] = v1

    massif_k_2d3e6aeb6344797e(b0 fp32, b1 fp32, b2 out fp32) for i0 < 2, i1 < 4
      v0 = b0[3 i0 + i1 + -1] where 0 <= i1 + -1 < 3
      v1 = fp32 0.25
      v2 = less(v0, v1)
      v3 = fp32 0
      v4 = b1[i1 + -1] where 0 <= i1 + -1 < 3
      v5 = where(v2, v3, v4)
      v6 = 0 <= i1 + -1 < 3
      v7 = where(v6, v5, v3)
      b2[4 i0 + i1] = v7

    massif_k_db68b2932a9a6ca1(b0 fp32, b1 out fp32) for i0 < 2
      v0 = b0[i0]
      v1 = fp32 -0.5
      v2 = mul(v0, v1)
      b1[i0] = v2"
  `);
});

it('prints reductions in two passes', () => {
  const f = fn('norm', { x: spec('fp32', [50_000]) }, ({ x }) => ({ y: mean(mul(x, x)) }));
  expect(print(compileProgram(f, { limits }))).toMatchInlineSnapshot(`
    "program norm: arena 64 bytes, predicted peak 200068 bytes
      in  x: fp32[50000]
      out y: fp32[]
      massif_k_c8cd953ca0a02b0a(x, -> arena+0)
      massif_k_e1cc53b85634c51a(arena+0, -> y)

    massif_k_c8cd953ca0a02b0a(b0 fp32, b1 out fp32) for i0 < 3 reduce r0 < 50000 in parts by i0
      v0 = b0[r0]
      v1 = mul(v0, v0)
      sum0 += v1
      v2 = sum0
      b1[i0] = v2

    massif_k_e1cc53b85634c51a(b0 fp32, b1 out fp32) reduce r0 < 3
      v0 = b0[r0]
      sum0 += v0
      v1 = sum0
      v2 = fp32 0.00002
      v3 = mul(v1, v2)
      b1[0] = v3"
  `);
});

import { geluTanh } from '../../graph/activations.ts';
import { add, exp, mul, sub, tanh } from '../../graph/elementwise.ts';
import { call, fn, spec } from '../../graph/fn.ts';
import { broadcastTo, concat, reshape, slice, transpose } from '../../graph/movement.ts';
import { sum } from '../../graph/reduce.ts';
import { layernorm, matmul } from '../../graph/routines.ts';
import type { Case } from '../case.ts';

const floats = (...shape: number[]) => spec('fp32', shape);

const layer = fn('layer', { x: floats(3, 5), gamma: floats(5), beta: floats(5), w: floats(5, 5) }, ({ x, gamma, beta, w }) => {
  const h = matmul(layernorm(x, gamma, beta, { eps: 1e-3 }).y, w);
  return { out: add(x, geluTanh(h)), norm: sum(mul(h, h), { axes: [1] }) };
});
const layerInputs = { x: floats(3, 5), gamma: floats(5), beta: floats(5), w: floats(5, 5) };
const increment = fn('increment', { x: floats(3, 5), by: floats(5) }, ({ x, by }) => ({ y: add(x, exp(by)) }), { donates: { y: 'x' } });

export const callCases: readonly Case[] = [
  { name: 'a Fn called once', fn: fn('once', layerInputs, (ports) => call(layer, ports)), wrt: ['x', 'gamma', 'beta', 'w'] },
  {
    name: 'a layer called again and again with the same weights',
    fn: fn('deep', layerInputs, ({ x, ...weights }) => {
      let [h, total] = [x, sum(x, { axes: [1] })];
      for (let i = 0; i < 6; i++) {
        const { out, norm } = call(layer, { x: h, ...weights });
        [h, total] = [out, add(total, norm)];
      }
      return { h, total };
    }),
    wrt: ['x', 'gamma', 'beta', 'w'],
  },
  {
    name: 'results of a call that nobody uses',
    fn: fn('unused', layerInputs, (ports) => ({ norm: call(layer, ports).norm })),
    wrt: ['x', 'w'],
  },
  {
    name: 'parts and turned matrices as arguments',
    fn: fn('views', { x: floats(6, 5), gamma: floats(10), w: floats(5, 5) }, ({ x, gamma, w }) => ({
      y: call(layer, {
        x: slice(x, { axis: 0, start: 3, end: 6 }),
        gamma: slice(gamma, { axis: 0, start: 0, end: 5 }),
        beta: slice(gamma, { axis: 0, start: 5, end: 10 }),
        w: transpose(w),
      }).out,
    })),
    wrt: ['x', 'gamma', 'w'],
  },
  {
    name: 'calls in calls',
    fn: fn('outer', { x: floats(15), w: floats(5, 5), g: floats(5) }, ({ x, w, g }) => {
      const middle = fn('middle', layerInputs, (ports) => ({ y: call(layer, { ...ports, x: call(layer, ports).out }).out }));
      const h = call(middle, { x: reshape(x, [3, 5]), gamma: g, beta: g, w }).y;
      return { y: call(middle, { x: h, gamma: g, beta: mul(g, 2), w }).y };
    }),
    wrt: ['x', 'w', 'g'],
  },
  {
    name: 'a call that overwrites an argument that is needed again',
    fn: fn('overwrites', { x: floats(3, 5), by: floats(5) }, ({ x, by }) => {
      const h = mul(x, 2);
      return {
        y: sub(call(increment, { x: h, by }).y, h),
        z: call(increment, { x, by }).y,
        twice: call(increment, { x: call(increment, { x: h, by }).y, by }).y,
      };
    }),
    wrt: ['x', 'by'],
  },
  {
    name: 'a donation',
    fn: fn('donation', { x: floats(7, 5), g: floats(7, 5) }, ({ x, g }) => ({ y: sub(x, mul(g, 0.1)), old: sum(x) }), {
      donates: { y: 'x' },
    }),
  },
  {
    name: 'a donation that turns what it overwrites',
    fn: fn('turned_donation', { x: floats(6, 6) }, ({ x }) => ({ y: add(transpose(x), x) }), { donates: { y: 'x' } }),
  },
  {
    name: 'donations that change places',
    fn: fn('swap', { x: floats(6, 6), z: floats(6, 6) }, ({ x, z }) => ({ y: z, w: x }), { donates: { y: 'x', w: 'z' } }),
  },
  {
    name: 'donations that need one another',
    fn: fn('coupled', { x: floats(6, 6), z: floats(6, 6) }, ({ x, z }) => ({ y: add(x, transpose(z)), w: sub(z, transpose(x)) }), {
      donates: { y: 'x', w: 'z' },
    }),
  },
  {
    name: 'a donation through a call and a product',
    fn: fn(
      'chain',
      { x: floats(3, 5), by: floats(5), a: floats(3, 4), b: floats(4, 5) },
      ({ x, by, a, b }) => ({ y: call(increment, { x: matmul(a, b, { into: x }), by }).y }),
      { donates: { y: 'x' } },
    ),
  },
  {
    name: 'a product that may not be left where its operand lies',
    fn: fn(
      'busy',
      { x: floats(1, 3), w: floats(3, 3) },
      ({ x, w }) => {
        const product = matmul(x, w);
        return { y: tanh(tanh(product)), product, z: tanh(tanh(product)) };
      },
      { donates: { product: 'x' } },
    ),
  },
  {
    name: 'kernels that merge against their order',
    fn: fn(
      'merged',
      { x: floats(1), z: floats(5) },
      ({ x, z }) => {
        const once = tanh(x);
        const last = slice(z, { axis: 0, start: 4, end: 5 });
        const twice = tanh(once);
        const sum = tanh(add(tanh(twice), last));
        const gamma = broadcastTo(x, [5]);
        const h = tanh(layernorm(z, gamma, gamma, { eps: 1e-3 }).y);
        const y = tanh(concat([tanh(h), mul(broadcastTo(twice, [5]), 2)], { axis: 0 }));
        return { y, part: slice(y, { axis: 0, start: 5, end: 10 }), last, sum, x0: x, z0: z, h };
      },
      { donates: { part: 'z', last: 'x' } },
    ),
  },
];

import { compileProgram, differentiate, elementCount, evaluateFn, print, type Fn } from '@massif/tensor';
import { runFn } from '@massif/tensor/conformance';
import * as fc from 'fast-check';
import { createReferenceDevice } from '../device.ts';
import { buildFn, graphArbitrary } from './random-fn.ts';

type Values = Record<string, Float64Array>;

const reference = createReferenceDevice({ precision: 'fp64' });
const deviceOf = (buffersPerKernel: number) => ({ ...reference, limits: { ...reference.limits, buffersPerKernel } });

/** Compiled and run, a random graph gives what its nodes give one by one, and its kernels keep the device's limits. */
export const runsAsWritten = fc.asyncProperty(graphArbitrary, async (graph) => {
  const fn = buildFn(graph);
  await compare(fn, inputsFor(fn, 0), graph.buffersPerKernel);
});

/** So do its forward and backward Fns, with gradients accumulated or not. */
export const differentiatesAsWritten = fc.asyncProperty(graphArbitrary, fc.boolean(), async (graph, accumulate) => {
  const fn = buildFn(graph);
  const { forward, backward } = differentiate(fn, { wrt: fn.inputs.map(({ name }) => name), accumulate });
  const inputs = inputsFor(fn, 0);
  const results = await compare(forward, inputs, graph.buffersPerKernel);
  await compare(backward, { ...inputsFor(backward, 9), ...inputs, ...results }, graph.buffersPerKernel);
});

const inputsFor = (fn: Fn, seed: number): Values =>
  Object.fromEntries(fn.inputs.map(({ name, node }, i) => [name, numbers(elementCount(node.shape), seed + i)]));

const numbers = (count: number, seed: number) =>
  Float64Array.from({ length: count }, (_, i) => Math.fround(Math.sin((i + 1) * 12.9898 + seed * 78.233)));

async function compare(fn: Fn, inputs: Values, buffersPerKernel: number): Promise<Values> {
  const device = deviceOf(buffersPerKernel);
  const program = compileProgram(fn, device);
  const refuse = (problem: string) => new Error(`${problem}\n${print(fn)}\n${print(program)}`);
  for (const kernel of program.kernels)
    if (kernel.kind === 'generated' && kernel.nest.buffers.length > buffersPerKernel) throw refuse(`${kernel.name} touches too much`);
  const expected = evaluateFn(fn, inputs);
  const actual = await runFn(device, fn, inputs, { wide: true }).catch((error: unknown) => {
    throw refuse(String(error));
  });
  for (const { name } of fn.outputs) {
    const [have, want] = [actual[name]!, expected[name]!];
    const largest = want.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 1);
    const wrong = want.findIndex((x, i) => !Object.is(x, have[i]) && !(Math.abs(x - have[i]!) <= 1e-9 * largest));
    if (wrong >= 0) throw refuse(`${name}[${wrong}] is ${have[wrong]}, not ${want[wrong]}`);
  }
  return expected;
}

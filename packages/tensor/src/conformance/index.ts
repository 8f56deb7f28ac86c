import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differentiate } from '../autograd/differentiate.ts';
import type { Device } from '../device.ts';
import { elementCount } from '../graph/dtype.ts';
import { evaluateFn } from '../graph/evaluate.ts';
import type { Fn } from '../graph/fn.ts';
import { inputsOf, type Case } from './case.ts';
import { callCases } from './cases/calls.ts';
import { elementwiseCases } from './cases/elementwise.ts';
import { movementCases } from './cases/movement.ts';
import { reductionCases } from './cases/reductions.ts';
import { routineCases } from './cases/routines.ts';
import { difference } from './compare.ts';
import { describePort } from './port.ts';
import type { Kernel } from '../program.ts';
import { compileProgram } from '../schedule/compile.ts';
import { centralDifferences } from './gradients.ts';
import { pseudoRandom } from './random.ts';
import { runFn, type Values } from './run.ts';

export { evaluateWithErrors } from './rounding.ts';
export { runFn, type RunOptions, type Values } from './run.ts';

export interface ConformanceOptions {
  /** A new device, with at most this much memory when it is given. */
  create(options: { memoryBytes?: number }): Device | Promise<Device>;
  /** Largest error relative to the largest element of a result: 1e-5 for fp32. */
  tolerance: number;
  /** The device computes in f64, and floats are written and read as such. */
  wide?: boolean;
}

const groups = {
  elementwise: elementwiseCases,
  movement: movementCases,
  reductions: reductionCases,
  routines: routineCases,
  calls: callCases,
};

/**
 * The suite that every device passes, as Vitest tests: each op forwards and backwards against the oracle in f64, gradients against
 * central differences too, and the promises of the port.
 */
export function describeDevice(name: string, options: ConformanceOptions): void {
  describe(`${name}`, () => {
    let device: Device;
    beforeAll(async () => {
      device = await options.create({});
      await warmUp(device, Object.values(groups).flat());
    }, 600_000);
    afterAll(() => device.close());
    for (const [group, cases] of Object.entries(groups)) {
      describe(`${group}`, () => {
        it.each(cases.map((own) => [own.name, own] as const))('%s', (_, own) => checkForward(device, own, options));
        const differentiable = cases.filter(({ wrt = [] }) => wrt.length > 0);
        it.each(differentiable.map((own) => [own.name, own] as const))('gradient of %s', (_, own) => checkGradient(device, own, options));
      });
    }
    describePort(options);
  });
}

/** Loads the kernels of all cases as one program: a device that compiles does so once, not hundreds of times. */
async function warmUp(device: Device, cases: readonly Case[]): Promise<void> {
  const kernels = new Map<string, Kernel>();
  for (const { fn, wrt = [] } of cases) {
    try {
      const gradients = [false, true].flatMap((accumulate) =>
        wrt.length > 0 ? Object.values(differentiate(fn, { wrt, accumulate })) : [],
      );
      for (const kernel of [fn, ...gradients].flatMap((f: Fn) => compileProgram(f, device).kernels))
        kernels.set(kernel.kind === 'generated' ? kernel.name : kernel.routine, kernel);
    } catch {
      continue; // the case's own test says what is wrong
    }
  }
  await device.load({
    name: 'warm-up',
    inputs: [],
    outputs: [],
    arenaBytes: 0,
    predictedPeakBytes: 0,
    kernels: [...kernels.values()],
    launches: [],
  });
}

async function checkForward(device: Device, own: Case, { wide, tolerance }: ConformanceOptions): Promise<void> {
  const inputs = inputsOf(own);
  const actual = await runFn(device, own.fn, inputs, { wide });
  expectClose(actual, evaluateFn(own.fn, inputs), { ...own, tolerance });
}

/** Above this many inputs central differences would take minutes. */
const perturbedMax = 130;

async function checkGradient(device: Device, own: Case, { wide, tolerance }: ConformanceOptions): Promise<void> {
  const { fn, wrt = [] } = own;
  const inputs = inputsOf(own);
  const seeds = Object.fromEntries(fn.outputs.map(({ name, node }, i) => [`d:${name}`, pseudoRandom(elementCount(node.shape), 50 + i)]));
  const before = Object.fromEntries(wrt.map((name) => [`acc:${name}`, pseudoRandom(inputs[name]!.length, 60)]));
  const oracle = await gradients((f, values) => evaluateFn(f, values), { fn, wrt, inputs: { ...inputs, ...seeds } });
  const onDevice = (f: Fn, values: Values) => runFn(device, f, values, { wide });
  expectClose(await gradients(onDevice, { fn, wrt, inputs: { ...inputs, ...seeds } }), oracle, { ...own, tolerance });

  const accumulated = await gradients(onDevice, { fn, wrt, inputs: { ...inputs, ...seeds, ...before }, accumulate: true });
  const sums = Object.fromEntries(wrt.map((name) => [`d:${name}`, oracle[`d:${name}`]!.map((x, i) => x + before[`acc:${name}`]![i]!)]));
  expectClose(accumulated, sums, { ...own, tolerance });

  const count = wrt.reduce((total, name) => total + inputs[name]!.length, 0);
  if (count <= perturbedMax) expectClose(oracle, centralDifferences(fn, inputs, { wrt, seeds }), { name: own.name, tolerance: 1e-6 });
}

async function gradients(
  run: (fn: Fn, inputs: Values) => Record<string, Float64Array> | Promise<Record<string, Float64Array>>,
  options: { fn: Fn; wrt: readonly string[]; inputs: Values; accumulate?: boolean },
): Promise<Record<string, Float64Array>> {
  const { fn, wrt, inputs, accumulate } = options;
  const { forward, backward } = differentiate(fn, { wrt, accumulate });
  return run(backward, { ...inputs, ...(await run(forward, inputs)) });
}

function expectClose(
  actual: Values,
  expected: Values,
  { tolerance, factor = 1, elementwise }: { name: string; tolerance: number; factor?: number; elementwise?: boolean },
) {
  const wrong = Object.entries(expected).flatMap(([name, values]) => {
    const problem = difference(actual[name]!, values, { tolerance: tolerance * factor, elementwise });
    return problem ? [`${name}: ${problem}`] : [];
  });
  expect(wrong).toEqual([]);
}

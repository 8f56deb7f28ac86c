import { differentiate, fn, inline, type Fn, type Node, type TensorType } from '@massif/tensor';

export interface GradientOptions {
  /** Parameters whose gradients are taken: inputs of the loss. */
  wrt: readonly string[];
  /** Adds to what the gradients and the loss hold, instead of replacing it. */
  accumulate: boolean;
}

/**
 * Forward and backward of one micro-batch as one Fn. Inputs: those of `loss`, and `d:loss`, what the gradients are scaled with. Outputs: `loss` and
 * `d:NAME` for each parameter. When accumulating, `acc:NAME` is taken over by `d:NAME`; the loss is not accumulated.
 */
export function gradientFn(loss: Fn, { wrt, accumulate }: GradientOptions): Fn {
  const { forward, backward } = differentiate(loss, { wrt, accumulate: accumulate ? wrt : [] });
  const own = new Set([...loss.inputs, ...loss.outputs].map(({ name }) => name));
  const isPort = (name: string) => loss.inputs.some((input) => input.name === name);
  const typeOf = ({ dtype, shape }: Node): TensorType => ({ dtype, shape });
  const inputs = Object.fromEntries([
    ...loss.inputs.map(({ name, node }) => [name, typeOf(node)] as const),
    // What the forward pass leaves stays inside.
    ...backward.inputs
      .filter(({ name }) => !own.has(name) && !name.startsWith('saved:'))
      .map(({ name, node }) => [name, typeOf(node)] as const),
  ]);
  const donates = Object.fromEntries(accumulate ? wrt.map((name) => [`d:${name}`, `acc:${name}`]) : []);
  return fn(
    `${loss.name}_${accumulate ? 'accumulate' : 'gradients'}`,
    inputs,
    (ports) => {
      const results = inline(forward, Object.fromEntries(forward.inputs.map(({ name }) => [name, ports[name]!])));
      const argument = (name: string) => (isPort(name) || !(name in results) ? ports[name]! : results[name]!);
      const gradients = inline(backward, Object.fromEntries(backward.inputs.map(({ name }) => [name, argument(name)])));
      const lossPort = loss.outputs.map(({ name }) => [name, results[name]!] as const);
      return Object.fromEntries([...lossPort, ...wrt.map((name) => [`d:${name}`, gradients[`d:${name}`]!] as const)]);
    },
    { donates },
  ) as Fn;
}

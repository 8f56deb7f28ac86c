import { gelu, geluTanh, less, minimum, mul, relu, sigmoid, silu, tanh, where, type Node } from '@massif/tensor';
import type { ActivationKind } from '../config/activations.ts';

type Activation = (x: Node<'fp32'>) => Node<'fp32'>;

/** Slope of PyTorch's leaky ReLU below zero. */
const LEAK = 0.01;

/** ACT2FN of transformers, without the aliases. */
export const activations: Readonly<Record<ActivationKind, Activation>> = {
  gelu,
  geluTanh,
  /** x sigmoid(1.702 x) */
  quickGelu: (x) => mul(x, sigmoid(mul(x, 1.702))),
  relu,
  relu2: (x) => mul(relu(x), relu(x)),
  relu6: (x) => minimum(relu(x), 6),
  leakyRelu: (x) => where(less(x, 0), mul(x, LEAK), x),
  silu,
  sigmoid,
  tanh,
  linear: (x) => x,
};

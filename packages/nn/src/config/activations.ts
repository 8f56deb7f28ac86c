/**
 * The activation functions of transformers (ACT2FN) that models here can use, under all their names. The formulas are in models/activations.ts.
 * `gelu_new` is the tanh form; `gelu_fast` writes the same formula with rounded constants.
 */
export const activationKinds = {
  gelu: 'gelu',
  gelu_python: 'gelu',
  gelu_new: 'geluTanh',
  gelu_python_tanh: 'geluTanh',
  gelu_pytorch_tanh: 'geluTanh',
  gelu_accurate: 'geluTanh',
  gelu_fast: 'geluTanh',
  quick_gelu: 'quickGelu',
  relu: 'relu',
  relu2: 'relu2',
  relu6: 'relu6',
  leaky_relu: 'leakyRelu',
  silu: 'silu',
  swish: 'silu',
  sigmoid: 'sigmoid',
  tanh: 'tanh',
  linear: 'linear',
} as const;

export type ActivationName = keyof typeof activationKinds;
export type ActivationKind = (typeof activationKinds)[ActivationName];

export function isActivationName(name: string): name is ActivationName {
  return Object.hasOwn(activationKinds, name);
}

import { attention, attentionGrad } from './attention.ts';
import type { Routine, RoutineAttributes, RoutineName } from './contract.ts';
import { softmaxCrossEntropy, softmaxCrossEntropyGrad } from './cross-entropy.ts';
import { embedding, embeddingGrad } from './embedding.ts';
import { layernorm, layernormGrad } from './layernorm.ts';
import { matmul } from './matmul.ts';

const table: { readonly [R in RoutineName]: Routine<RoutineAttributes[R]> } = {
  matmul,
  attention,
  attention_grad: attentionGrad,
  layernorm,
  layernorm_grad: layernormGrad,
  softmax_cross_entropy: softmaxCrossEntropy,
  softmax_cross_entropy_grad: softmaxCrossEntropyGrad,
  embedding,
  embedding_grad: embeddingGrad,
};

export const routineNames = Object.keys(table) as readonly RoutineName[];

/** The contract of a routine. */
export function routineOf<R extends RoutineName>(name: R): Routine<RoutineAttributes[R]> {
  return table[name];
}

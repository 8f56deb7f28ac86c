// loss[r] = lse[r] - logits[r, target[r]], lse[r] = log of the sum of exp(logits[r]); 0 where the target is negative (masked).
// dlogits[r, v] = (exp(logits[r, v] - lse[r]) - (v = target[r])) dloss[r]; 0 where masked.
//
// buffers  softmax_cross_entropy: logits, targets, loss, lse
//          softmax_cross_entropy_grad: logits, targets, lse, dloss, dlogits (which may be logits)
// ints     R, V
// Tolerance: 1e-6 absolute per nat of lse; targets below V are the caller's promise, checked here.
import { shapeError, TensorError } from '../errors.ts';
import type { TensorType } from '../graph/dtype.ts';
import { hasType, type Elements, type Routine, type RoutineAttributes } from './contract.ts';

function check(op: string, inputs: readonly TensorType[]): { R: number; V: number } {
  const [logits, targets, ...perRow] = inputs as [TensorType, TensorType, ...TensorType[]];
  const [R, V] = logits.shape as [number, number];
  if (
    logits.shape.length !== 2 ||
    logits.dtype !== 'fp32' ||
    !hasType(targets, 'int32', [R]) ||
    perRow.some((type) => !hasType(type, 'fp32', [R]))
  )
    throw shapeError(
      op,
      'fp32 logits [rows, vocabulary] and int32 targets [rows] are needed',
      inputs.map(({ shape }) => shape),
    );
  return { R, V };
}

const kernelArguments = ([logits]: readonly TensorType[]) => ({ ints: [...logits!.shape], floats: [] });

function targetOf(targets: Elements, row: number, V: number): number {
  const target = targets[row]!;
  if (target >= V)
    throw new TensorError('invalid_argument', `softmax_cross_entropy: target ${target} of row ${row} is not below ${V}`, {
      target,
      row,
      V,
    });
  return target;
}

export const softmaxCrossEntropy: Routine<RoutineAttributes['softmax_cross_entropy']> = {
  infer(inputs) {
    const { R } = check('softmax_cross_entropy', inputs);
    return [
      { dtype: 'fp32', shape: [R] },
      { dtype: 'fp32', shape: [R] },
    ];
  },
  buffers: (inputs, outputs) => [...inputs, ...outputs],
  arguments: kernelArguments,
  reference([logits, targets, loss, lse], ints) {
    const [R, V] = ints as [number, number];
    for (let r = 0; r < R; r++) {
      const target = targetOf(targets!, r, V);
      let largest = -Infinity;
      for (let v = 0; v < V; v++) largest = Math.max(largest, logits![r * V + v]!);
      let sum = 0;
      for (let v = 0; v < V; v++) sum += Math.exp(logits![r * V + v]! - largest);
      const total = largest + Math.log(sum);
      lse![r] = total;
      loss![r] = target < 0 ? 0 : total - logits![r * V + target]!;
    }
  },
};

export const softmaxCrossEntropyGrad: Routine<RoutineAttributes['softmax_cross_entropy_grad']> = {
  infer(inputs) {
    const { R, V } = check('softmax_cross_entropy_grad', inputs);
    return [{ dtype: 'fp32', shape: [R, V] }];
  },
  mayOverwrite: [{ output: 0, input: 0 }],
  buffers: (inputs, outputs) => [...inputs, ...outputs],
  arguments: kernelArguments,
  reference([logits, targets, lse, dloss, dlogits], ints) {
    const [R, V] = ints as [number, number];
    for (let r = 0; r < R; r++) {
      const target = targetOf(targets!, r, V);
      for (let v = 0; v < V; v++) {
        const probability = Math.exp(logits![r * V + v]! - lse![r]!);
        dlogits![r * V + v] = target < 0 ? 0 : (probability - (v === target ? 1 : 0)) * dloss![r]!;
      }
    }
  },
};

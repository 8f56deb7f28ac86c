import { roundTo, routineOf, type BufferRef, type Dtype, type Elements, type RoutineName, type Submission } from '@massif/tensor';
import { interpretNest, type Round } from './interpret.ts';
import { elementsAt, type Precision, type ReferenceBuffer } from './memory.ts';

/** In f64, fp32 values are not rounded. */
const roundLoosely: Round = (dtype, value) => (dtype === 'fp32' ? value : roundTo(dtype, value));

/** Runs the launches one after the other. Every port is bound. */
export function runProgram({ executable, bindings, arena }: Submission, precision: Precision): void {
  const { program } = executable;
  const round = precision === 'fp64' ? roundLoosely : roundTo;
  const elements = (ref: BufferRef, dtype: Dtype): Elements => {
    const [{ buffer, offsetBytes }, more] = 'arena' in ref ? [arena!, ref.arena] : [bindings[ref.port]!, ref.offsetBytes];
    return elementsAt(buffer as ReferenceBuffer, offsetBytes + more, { dtype, precision });
  };
  for (const { kernel: index, buffers, ints, floats } of program.launches) {
    const kernel = program.kernels[index]!;
    if (kernel.kind === 'generated') {
      interpretNest(
        kernel.nest,
        buffers.map((ref, i) => elements(ref!, kernel.nest.buffers[i]!.dtype)),
        round,
      );
    } else {
      routineOf<RoutineName>(kernel.routine).reference(
        buffers.map((ref, i) => ref && elements(ref, integerOperand(kernel.routine, i) ? 'int32' : 'fp32')),
        ints,
        floats,
      );
    }
  }
}

const integerOperands: Partial<Record<RoutineName, number>> = {
  softmax_cross_entropy: 1,
  softmax_cross_entropy_grad: 1,
  embedding: 1,
  embedding_grad: 1,
};
const integerOperand = (routine: RoutineName, buffer: number): boolean => integerOperands[routine] === buffer;

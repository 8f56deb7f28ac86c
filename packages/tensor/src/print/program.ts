import type { Affine, BufferRef, Condition, GeneratedKernel, LoopNest, Program, Value } from '../program.ts';
import { printType } from './fn.ts';

/** Ports, launches in their order with the memory that each gets, then every generated kernel. */
export function printProgram({ name, inputs, outputs, arenaBytes, predictedPeakBytes, kernels, launches }: Program): string {
  const lines = [`program ${name}: arena ${arenaBytes} bytes, predicted peak ${predictedPeakBytes} bytes`];
  for (const port of inputs) lines.push(`  in  ${port.name}: ${printType(port)}`);
  for (const port of outputs)
    lines.push(`  out ${port.name}: ${printType(port)}${port.donates === undefined ? '' : ` in ${port.donates}`}`);
  for (const { kernel: index, buffers, ints, floats } of launches) {
    const kernel = kernels[index]!;
    const places = buffers.map((ref, i) => {
      if (!ref) return '-';
      return kernel.kind === 'generated' && kernel.nest.buffers[i]!.access === 'write' ? `-> ${place(ref)}` : place(ref);
    });
    const numbers = [...ints, ...floats].length === 0 ? '' : ` [${[...ints, ...floats].join(' ')}]`;
    lines.push(`  ${kernel.kind === 'generated' ? kernel.name : kernel.routine}(${places.join(', ')})${numbers}`);
  }
  for (const kernel of kernels) if (kernel.kind === 'generated') lines.push('', printKernel(kernel));
  return lines.join('\n');
}

function place(ref: BufferRef): string {
  if ('arena' in ref) return `arena+${ref.arena}`;
  return ref.offsetBytes === 0 ? ref.port : `${ref.port}+${ref.offsetBytes}`;
}

/**
 *     massif_k_1234(b0 fp32, b1 out fp32) for i0 < 2, i1 < 3 reduce r0 < 4
 *       v0 = b0[12 i0 + 4 i1 + r0]
 *       sum0 += v0
 *       v1 = sum0
 *       b1[3 i0 + i1] = v1
 */
function printKernel({ name, nest }: GeneratedKernel): string {
  const { buffers, loops, reduction, accumulators, values, stores } = nest;
  const names = [...loops.map((_, i) => `i${i}`), ...reduction.map((_, i) => `r${i}`)];
  const index = ({ offset, strides }: Affine): string => {
    const terms = strides.flatMap((stride, i) => (stride === 0 ? [] : [stride === 1 ? names[i]! : `${stride} ${names[i]}`]));
    return [...terms, ...(offset !== 0 || terms.length === 0 ? [String(offset)] : [])].join(' + ');
  };
  const conditions = (where: readonly Condition[]) =>
    where.map((condition) => `0 <= ${index(condition)} < ${condition.size}`).join(' and ');
  const value = (v: Value): string => {
    switch (v.kind) {
      case 'constant':
        return `${v.dtype} ${v.value}`;
      case 'load':
        return `b${v.buffer}[${index(v.at)}]${v.where.length === 0 ? '' : ` where ${conditions(v.where)}`}`;
      case 'inside':
        return conditions(v.where);
      case 'index':
        return index(v.at);
      case 'accumulator':
        return accumulatorName(nest, v.accumulator);
      case 'op':
        return `${v.op}${v.op === 'cast' ? ` ${v.dtype}` : ''}(${v.src.map((i) => `v${i}`).join(', ')})`;
      default:
        return v satisfies never;
    }
  };
  const sizes = loops.map((size, i) => `i${i} < ${size}`).join(', ');
  const reduced = reduction
    .map(({ size, partOf }, i) => `r${i} < ${size}${partOf === undefined ? '' : ` in parts by i${partOf}`}`)
    .join(', ');
  const ports = buffers.map(({ dtype, access }, i) => `b${i}${access === 'write' ? ' out' : ''} ${dtype}`).join(', ');
  const lines = [`${name}(${ports})${sizes && ` for ${sizes}`}${reduced && ` reduce ${reduced}`}`];
  for (const [i, v] of values.entries()) {
    lines.push(`  v${i} = ${value(v)}`);
    for (const [a, accumulator] of accumulators.entries())
      if (accumulator.value === i) lines.push(`  ${accumulatorName(nest, a)} ${accumulator.combine === 'sum' ? '+=' : 'max='} v${i}`);
  }
  for (const { buffer, at, value: stored } of stores) lines.push(`  b${buffer}[${index(at)}] = v${stored}`);
  return lines.join('\n');
}

const accumulatorName = ({ accumulators }: LoopNest, index: number): string => `${accumulators[index]!.combine}${index}`;

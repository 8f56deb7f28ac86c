export { differentiate, type Differentiated, type DifferentiateOptions } from './autograd/differentiate.ts';
export { dropout, gelu, geluTanh, relu, sigmoid, silu } from './graph/activations.ts';
export { byteCount, dtypeBytes, elementCount, type Dtype, type FloatDtype, type NumberDtype, type TensorType } from './graph/dtype.ts';
export {
  abs,
  add,
  cast,
  constant,
  cos,
  div,
  equal,
  erf,
  exp,
  iota,
  less,
  log,
  maximum,
  minimum,
  mul,
  neg,
  randomUniform,
  reciprocal,
  rsqrt,
  sin,
  sqrt,
  sub,
  tanh,
  where,
} from './graph/elementwise.ts';
export { elementwiseTable, roundTo, type ElementwiseOp } from './graph/elementwise-table.ts';
export { evaluateFn } from './graph/evaluate.ts';
export { call, fn, inline, spec, type Fn, type FnInput, type FnOutput } from './graph/fn.ts';
export { broadcastTo, concat, pad, permute, reshape, slice, split, transpose } from './graph/movement.ts';
export { Graph, isOp, Node, topological, type Operand } from './graph/node.ts';
export { max, mean, sum, type ReduceOptions } from './graph/reduce.ts';
export { attention, embedding, layernorm, matmul, softmaxCrossEntropy, type MatmulOptions } from './graph/routines.ts';
export { routineNames, routineOf } from './routines/table.ts';
export type { Elements, Routine, RoutineAttributes, RoutineCall, RoutineName, StridedView } from './routines/contract.ts';
export type {
  Affine,
  BufferRef,
  Condition,
  GeneratedKernel,
  Kernel,
  Launch,
  LoopNest,
  Port,
  Program,
  ReductionLoop,
  RoutineKernel,
  Value,
} from './program.ts';
export type { Binding, Device, DeviceBuffer, DeviceLimits, Executable, Fence, Submission } from './device.ts';
export { TensorError, type TensorErrorCode } from './errors.ts';
export { print } from './print/print.ts';
export { compileProgram, type CompileOptions } from './schedule/compile.ts';

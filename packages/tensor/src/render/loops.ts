import { elementCount } from '../graph/dtype.ts';
import { elementwiseTable } from '../graph/elementwise-table.ts';
import type { LoopNest, ReductionLoop } from '../program.ts';
import { reachable } from '../schedule/nest.ts';
import { fill, look, type Dialect } from './dialect.ts';
import { chooseShape, type Shape } from './shape.ts';
import { levels, writeValues, type ValueWriter, type Variable } from './values.ts';

/** Below this many operations the first thread does it all: handing out work would take longer. */
const operationsToShare = 8192;

/**
 * The loops of a kernel for processors with a few threads and wide vectors. The work is cut into items, a function of the nest
 * alone; threads take even shares of them, so that results do not depend on how many threads there are.
 */
export function writeLoops(name: string, nest: LoopNest, dialect: Dialect): string {
  const { loops, reduction, accumulators, values, stores, buffers } = nest;
  const shape = chooseShape(nest);
  const { axes, decode, items } = outerLoops(nest, shape);
  const accumulator = (index: number) => (shape.kind === 'rows' ? `s${index}` : `a${index}${shape.block > 1 ? '[l]' : ''}`);
  const writer = writeValues(nest, { dialect, axes, accumulator });

  const inStores = reachable(
    values,
    stores.map(({ value }) => value),
  );
  const inReduction = reachable(
    values,
    accumulators.map(({ value }) => value),
  );
  const statements = (needed: readonly boolean[], ...at: number[]): string[] =>
    values.flatMap(({ kind }, i) =>
      needed[i] && kind !== 'constant' && kind !== 'accumulator' && at.includes(writer.level(i)) ? [writer.statement(i)] : [],
    );
  const stored = stores.map(({ buffer, at, value }) => `b${buffer}[${writer.position(at)}] = ${writer.operand(value)};`);
  const both = values.map((_, i) => inStores[i]! || inReduction[i]!);
  const once = statements(both, levels.item);
  const finish = [...statements(inStores, levels.reduction, levels.inner), ...stored];
  const reduced =
    reduction.length === 0 ? [] : writeReduction(nest, { dialect, shape, writer, statements: (...at) => statements(inReduction, ...at) });
  const body = [...reduced, ...(shape.kind === 'rows' ? finish : loop(shape, finish))];

  const operations = elementCount(loops) * elementCount(reduction.map(({ size }) => size)) * weightOf(nest);
  const share = operations < operationsToShare || items === 1 ? 'ofFirstThread' : 'ofThread';
  return [
    `// ${summary(nest)}`,
    `extern "C" void ${name}(void* const* buf, const int64_t*, const double*, massif_ctx* ctx) {`,
    ...indent([
      ...buffers.map(({ dtype, access }, i) => {
        const type = `${access === 'read' ? 'const ' : ''}${look(dialect, dialect.types, dtype, 'a buffer')}*`;
        return `${type} b${i} = (${type})buf[${i}];`;
      }),
      `const massif::Range items = massif::${share}(${items}, ctx);`,
      'for (int64_t item = items.begin; item < items.end; item++) {',
      ...indent([...asOne(shape), ...decode, ...writer.declarations(), ...once, ...body]),
      '}',
    ]),
    '}',
    '',
  ].join('\n');
}

/** The index variables, and how those outside the innermost loop follow from the number of the item. */
function outerLoops({ loops, reduction }: LoopNest, shape: Shape) {
  const axes: Variable[][] = [
    ...loops.map((_, axis) => [{ name: `i${axis}`, level: levels.item }]),
    ...reduction.map((_, i) => [{ name: `r${i}`, level: levels.reduction }]),
  ];
  if (shape.axis !== null) axes[shape.axis]!.push({ name: 'l', level: levels.inner });

  // The axis that is cut into blocks varies fastest, or slowest where memory is walked across.
  const decode: string[] = [];
  const digits = loops.map((size, axis) => ({ axis, size, step: 1 }));
  if (shape.kind !== 'rows' && shape.axis !== null) {
    const { axis: walked, block, beside } = shape;
    const own = { ...digits[walked]!, step: block };
    const others = digits.filter(({ axis }) => axis !== walked && axis !== beside);
    digits.splice(0, digits.length, ...(beside === null ? [...others, own] : [own, ...others, digits[beside]!]));
  }
  let items = 1;
  for (const [place, { axis, size, step }] of digits.toReversed().entries()) {
    const count = Math.ceil(size / step);
    const index = `${items === 1 ? 'item' : `item / ${items}`}${place === digits.length - 1 ? '' : ` % ${count}`}`;
    decode.push(`const int64_t i${axis} = ${count === 1 ? '0' : step === 1 ? index : `${index} * ${step}`};`);
    if (step > 1 && size % step !== 0) decode.push(`const int32_t n = massif_least(${step}, ${size} - i${axis});`);
    items *= count;
  }
  return { axes, decode, items };
}

/** Vectors run over the innermost loop only: what lies around it is walked one by one. */
const asOne = (shape: Shape): string[] => (shape.axis === null ? [] : ['MASSIF_ONE_BY_ONE']);

/** One pass over the elements of an item. */
function loop(shape: Shape, body: readonly string[]): string[] {
  if (shape.axis === null) return [...body];
  return ['MASSIF_INDEPENDENT', `for (int32_t l = 0; l < ${shape.count}; l++) {`, ...indent(body), '}'];
}

function writeReduction(
  nest: LoopNest,
  options: { dialect: Dialect; shape: Shape; writer: ValueWriter; statements(...at: number[]): string[] },
): string[] {
  const { dialect, shape, writer, statements } = options;
  const { accumulators, reduction } = nest;
  const width = shape.kind === 'columns' ? shape.block : shape.kind === 'rows' ? shape.lanes : 1;
  const typed = accumulators.map(({ dtype, combine, value }, i) => {
    const neutral = look(dialect, dialect.neutral[combine], dtype, combine);
    const step = look(dialect, dialect.combine[combine], dtype, combine);
    return { name: `a${i}`, combine, neutral, step, type: look(dialect, dialect.types, dtype, combine), value: writer.operand(value) };
  });
  const element = width > 1 ? '[l]' : '';
  const add = typed.map(({ name, step, value }) => `${name}${element} = ${fill(step, [`${name}${element}`, value])};`);
  const start = typed.map(({ name, type, neutral }) =>
    width > 1 ? `${type} ${name}[${width}]; massif_fill(${name}, ${neutral});` : `${type} ${name} = ${neutral};`,
  );

  if (shape.kind === 'columns') {
    const inner = [...asOne(shape), ...statements(levels.reduction), ...loop(shape, [...statements(levels.inner), ...add])];
    return [
      ...start,
      ...reductionLoops(
        nest,
        reduction.map((_, i) => i),
        inner,
      ),
    ];
  }
  const lane = shape.axis === null ? null : shape.axis - nest.loops.length;
  const order = reduction.map((_, i) => i).filter((i) => i !== lane);
  if (lane === null) {
    const inner = [...statements(levels.reduction, levels.inner), ...add];
    return [...start, ...reductionLoops(nest, order, inner), ...typed.map(({ type, name }, i) => `const ${type} s${i} = ${name};`)];
  }
  const [begin, end] = bounds(nest, reduction[lane]!);
  const each = [...statements(levels.inner), ...add];
  const constant = reduction[lane]!.partOf === undefined;
  const lanes = [
    ...(order.length === 0 ? [] : asOne(shape)),
    ...statements(levels.reduction),
    `int64_t r${lane} = ${begin};`,
    `for (; r${lane} + ${width} <= ${end}; r${lane} += ${width}) {`,
    ...indent(loop({ ...shape, count: `${width}` }, each)),
    '}',
    ...(constant && reduction[lane]!.size % width === 0 ? [] : loop({ ...shape, count: `${end} - r${lane}` }, each)),
  ];
  return [
    ...start,
    ...reductionLoops(nest, order, lanes),
    ...typed.map(({ type, name, combine }, i) => `const ${type} s${i} = massif_fold_${combine}(${name});`),
  ];
}

function reductionLoops(nest: LoopNest, order: readonly number[], body: readonly string[]): string[] {
  return order.reduceRight<readonly string[]>((inner, i) => {
    const [begin, end] = bounds(nest, nest.reduction[i]!);
    return [`for (int64_t r${i} = ${begin}; r${i} < ${end}; r${i}++) {`, ...indent(inner), '}'];
  }, body) as string[];
}

function bounds({ loops }: LoopNest, { size, partOf }: ReductionLoop): [string, string] {
  if (partOf === undefined) return ['0', `${size}`];
  return [`${size} * i${partOf} / ${loops[partOf]}`, `${size} * (i${partOf} + 1) / ${loops[partOf]}`];
}

/** Operations for each element, roughly: a division or an exponential counts as ten. */
function weightOf({ values }: LoopNest): number {
  return values.reduce((sum, value) => sum + (value.kind === 'op' && elementwiseTable[value.op].costly ? 10 : 1), 0);
}

function summary({ loops, reduction }: LoopNest): string {
  const sizes = reduction.map(({ size, partOf }) => (partOf === undefined ? `${size}` : `${size} in parts`));
  return `[${loops.join(', ')}]${sizes.length === 0 ? '' : ` over [${sizes.join(', ')}]`}`;
}

const indent = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);

import type { Dtype } from '../graph/dtype.ts';
import type { Affine, Condition, LoopNest, Value } from '../program.ts';
import { fill, look, type Dialect } from './dialect.ts';

/** How deep inside the loops something is known: `item` once for each piece of work, `inner` once for each element. */
export const levels = { item: 1, reduction: 2, inner: 3 } as const;

/** A variable of the generated code; the index along an axis is the sum of a few of them. */
export interface Variable {
  name: string;
  level: number;
}

/** The statements that compute the values of a nest, each to be placed in the outermost loop in which it is known. */
export interface ValueWriter {
  level(value: number): number;
  /** `const float v3 = ...;` */
  statement(value: number): string;
  /** A value's name, or its literal. */
  operand(value: number): string;
  /** Index of an element, in elements. */
  position(at: Affine): string;
  /** The parts of index expressions that are known at `item` level; complete when all else is written. */
  declarations(): readonly string[];
}

/** @param axes for every axis (loops, then reduction) the variables that make up its index */
export function writeValues(
  { values, buffers }: LoopNest,
  options: { dialect: Dialect; axes: readonly (readonly Variable[])[]; accumulator(index: number): string },
): ValueWriter {
  const { dialect, axes } = options;
  const bases = new Map<string, string>();

  const termsOf = ({ strides }: Affine) =>
    strides.flatMap((stride, axis) => (stride === 0 ? [] : axes[axis]!.map(({ name, level }) => ({ name, level, stride }))));
  const levelOf = (at: Affine): number => Math.max(levels.item, ...termsOf(at).map(({ level }) => level));

  /** An index expression: what is known at `item` level under a name of its own, and the rest. */
  const index = (at: Affine, { type, prefix }: { type: string; prefix: string }): string => {
    const terms = termsOf(at);
    const outer = terms.filter(({ level }) => level === levels.item).map(({ name, stride }) => product(name, stride, 'LL'));
    const inner = terms
      .filter(({ level }) => level > levels.item)
      .map(({ name, stride }) => product(name, stride, type === 'int64_t' ? 'LL' : ''));
    if (outer.length === 0) return [...(at.offset === 0 && inner.length > 0 ? [] : [`${at.offset}`]), ...inner].join(' + ');
    const text = `(${type})(${[...outer, ...(at.offset === 0 ? [] : [`${at.offset}`])].join(' + ')})`;
    if (!bases.has(text)) bases.set(text, `${prefix}${bases.size}`);
    return [bases.get(text)!, ...inner].join(' + ');
  };
  const element = (at: Affine) => index(at, { type: 'int64_t', prefix: 'p' });
  const number = (at: Affine) => index(at, { type: 'int32_t', prefix: 'c' });
  const holds = (where: readonly Condition[]) =>
    where.length === 0 ? '1' : where.map((condition) => `(${fill(dialect.inside, [number(condition), `${condition.size}`])})`).join(' & ');

  const valueLevels: number[] = [];
  for (const value of values) valueLevels.push(levelOfValue(value));

  function levelOfValue(value: Value): number {
    switch (value.kind) {
      case 'constant':
        return levels.item;
      case 'load':
        return Math.max(levelOf(value.at), ...value.where.map(levelOf));
      case 'inside':
        return Math.max(levels.item, ...value.where.map(levelOf));
      case 'index':
        return levelOf(value.at);
      case 'accumulator':
        return levels.inner;
      case 'op':
        return Math.max(...value.src.map((operand) => valueLevels[operand]!));
      default:
        return value satisfies never;
    }
  }

  const operand = (index: number): string => {
    const value = values[index]!;
    if (value.kind === 'constant') return dialect.constant(value.dtype, value.value);
    return value.kind === 'accumulator' ? options.accumulator(value.accumulator) : `v${index}`;
  };

  const expression = (value: Value): string => {
    switch (value.kind) {
      case 'load': {
        const loaded = `b${value.buffer}[${element(value.at)}]`;
        return value.where.length === 0 ? loaded : `${holds(value.where)} ? ${loaded} : 0`;
      }
      case 'inside':
        return holds(value.where);
      case 'index':
        return number(value.at);
      case 'op': {
        const last = values[value.src.at(-1)!]!;
        const template =
          value.op === 'cast'
            ? look(dialect, dialect.casts[last.dtype], value.dtype, `cast from ${last.dtype}`)
            : look(dialect, dialect.ops[value.op], last.dtype, value.op);
        return fill(template, value.src.map(operand));
      }
      case 'constant':
      case 'accumulator':
        throw new Error(`${value.kind} is an operand, not a statement`);
      default:
        return value satisfies never;
    }
  };

  const typeOf = (dtype: Dtype) => look(dialect, dialect.types, dtype, 'a value');
  for (const { dtype } of buffers) typeOf(dtype);
  return {
    level: (value) => valueLevels[value]!,
    statement: (value) => `const ${typeOf(values[value]!.dtype)} v${value} = ${expression(values[value]!)};`,
    operand,
    position: element,
    declarations: () => [...bases].map(([text, name]) => `const ${/^\((\w+)\)/.exec(text)![1]} ${name} = ${text};`),
  };
}

function product(name: string, stride: number, suffix: string): string {
  return stride === 1 ? name : `${stride}${suffix} * ${name}`;
}

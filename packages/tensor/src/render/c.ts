import type { Dtype } from '../graph/dtype.ts';
import type { GeneratedKernel } from '../program.ts';
import type { Dialect } from './dialect.ts';
import { writeLoops } from './loops.ts';

const number = (fp32: string, int32: string) => ({ fp32, int32 });
const float = (fp32: string) => ({ fp32 });
const any = (text: string) => ({ fp32: text, int32: text, bool: text });

/** C++ with the functions of device-cpu's `generated.h`. int32 wraps around, as everywhere. */
const cDialect: Dialect = {
  name: 'C',
  types: { fp32: 'float', int32: 'int32_t', bool: 'int32_t' },
  constant,
  ops: {
    neg: number('-$0', 'massif_neg($0)'),
    abs: number('fabsf($0)', 'massif_abs($0)'),
    exp: float('massif_exp($0)'),
    log: float('massif_log($0)'),
    sqrt: float('sqrtf($0)'),
    rsqrt: float('1.0f / sqrtf($0)'),
    reciprocal: float('1.0f / $0'),
    tanh: float('massif_tanh($0)'),
    erf: float('massif_erf($0)'),
    sin: float('massif_sin($0)'),
    cos: float('massif_cos($0)'),
    add: number('$0 + $1', 'massif_add($0, $1)'),
    sub: number('$0 - $1', 'massif_sub($0, $1)'),
    mul: number('$0 * $1', 'massif_mul($0, $1)'),
    div: float('$0 / $1'),
    maximum: number('massif_max($0, $1)', 'massif_max($0, $1)'),
    minimum: number('massif_min($0, $1)', 'massif_min($0, $1)'),
    less: any('$0 < $1'),
    equal: any('$0 == $1'),
    where: any('$0 ? $1 : $2'),
    random: { int32: 'massif_random($0, $1, $2)' },
  },
  casts: {
    fp32: { fp32: '$0', int32: 'massif_to_int32($0)', bool: '$0 != 0' },
    int32: { fp32: '(float)$0', int32: '$0', bool: '$0 != 0' },
    bool: { fp32: '(float)$0', int32: '$0', bool: '$0' },
  },
  combine: {
    sum: number('$0 + $1', 'massif_add($0, $1)'),
    max: any('massif_max($0, $1)'),
  },
  neutral: { sum: any('0'), max: { fp32: '-INFINITY', int32: 'INT32_MIN', bool: '0' } },
  inside: '(uint32_t)($0) < $1u',
};

function constant(dtype: Dtype, value: number): string {
  if (dtype !== 'fp32') return value === -(2 ** 31) ? 'INT32_MIN' : value < 0 ? `(${value})` : `${value}`;
  const rounded = Math.fround(value);
  if (Number.isNaN(rounded)) return 'NAN';
  if (!Number.isFinite(rounded)) return rounded > 0 ? 'INFINITY' : '(-INFINITY)';
  const digits = `${shortest(Math.abs(rounded))}f`;
  return rounded < 0 || Object.is(rounded, -0) ? `(-${digits})` : digits;
}

/** Decimal digits that are read back as the same fp32, with a point or an exponent. */
function shortest(value: number): string {
  for (let digits = 1; ; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return /[.e]/.test(text) ? text : `${text}.0`;
  }
}

/** A generated kernel as a C++ function in the interface of device-cpu's `massif.h`; it needs `generated.h` of the same place. */
export function renderC({ name, nest }: GeneratedKernel): string {
  return writeLoops(name, nest, cDialect);
}

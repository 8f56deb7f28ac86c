/** A parameter as the model declares it. */
export interface ParameterShape {
  name: string;
  shape: readonly number[];
}

/** Where a parameter lies in the flat fp32 buffers (parameters, gradients and both moments share one table). */
export interface FlatParameter extends ParameterShape {
  /** In elements. */
  offset: number;
  /** In elements. */
  length: number;
  /** Weight decay applies: two or more dimensions. */
  decays: boolean;
}

export interface FlatLayout {
  parameters: FlatParameter[];
  /** Elements under weight decay; they come first, so the optimizer is two launches over two ranges. */
  decayedLength: number;
  /** Elements in all, padding included. */
  length: number;
}

/** Every parameter starts on a cache line, which the kernels' aligned loads like. */
const alignmentElements = 16;

/** Lays parameters out one after the other, decayed ones first, in declaration order within each group. */
export function flatLayout(shapes: readonly ParameterShape[]): FlatLayout {
  const decays = ({ shape }: ParameterShape) => shape.length >= 2;
  const parameters: FlatParameter[] = [];
  let offset = 0;
  const place = (group: readonly ParameterShape[], decay: boolean) => {
    for (const { name, shape } of group) {
      const length = shape.reduce((product, size) => product * size, 1);
      parameters.push({ name, shape, offset, length, decays: decay });
      offset += Math.ceil(length / alignmentElements) * alignmentElements;
    }
  };
  place(shapes.filter(decays), true);
  const decayedLength = offset;
  place(
    shapes.filter((shape) => !decays(shape)),
    false,
  );
  return { parameters, decayedLength, length: offset };
}

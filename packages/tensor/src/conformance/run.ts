import { byteCount, elementCount } from '../graph/dtype.ts';
import type { Fn } from '../graph/fn.ts';
import type { Binding, Device } from '../device.ts';
import { compileProgram } from '../schedule/compile.ts';

export type Values = Readonly<Record<string, ArrayLike<number>>>;

export interface RunOptions {
  /** The device computes in f64, and floats are written and read as such. */
  wide?: boolean;
}

/**
 * Compiles a Fn for a device, runs it once and reads its outputs, then every input that no output took over. What must be written before it
 * is read holds NaN, and there are guards on both sides of all memory.
 * @throws Error when an input or a guard has changed
 */
export async function runFn(
  device: Device,
  fn: Fn,
  inputs: Values,
  { wide = false }: RunOptions = {},
): Promise<Record<string, Float64Array>> {
  const program = compileProgram(fn, { limits: device.limits });
  const executable = await device.load(program);
  const guardBytes = 64;
  const guard = new Int32Array(guardBytes / 4).fill(0x7fc0dead);
  const regions: { binding: Binding; bytes: number }[] = [];
  const place = async (bytes: number, data: ArrayBufferView): Promise<Binding> => {
    const padded = Math.ceil(bytes / guardBytes) * guardBytes;
    const buffer = device.allocate(padded + 2 * guardBytes);
    if (!wide) await device.write(buffer, 0, guard);
    if (!wide) await device.write(buffer, guardBytes + padded, guard);
    const binding = { buffer, offsetBytes: guardBytes };
    await device.write(buffer, guardBytes, data);
    regions.push({ binding, bytes: padded });
    return binding;
  };
  const poison = (bytes: number) => (wide ? new Float64Array(bytes / 4).fill(NaN) : new Int32Array(bytes / 4).fill(0x7fc00000));
  const read = async (binding: Binding, { dtype, shape }: { dtype: string; shape: readonly number[] }): Promise<Float64Array> => {
    const count = elementCount(shape);
    const into = dtype === 'fp32' ? (wide ? new Float64Array(count) : new Float32Array(count)) : new Int32Array(count);
    await device.read(binding.buffer, binding.offsetBytes, into);
    return Float64Array.from(into);
  };

  const bindings: Record<string, Binding> = {};
  for (const port of program.inputs) {
    const values = inputs[port.name];
    if (values?.length !== elementCount(port.shape)) throw new RangeError(`input "${port.name}" needs ${elementCount(port.shape)} numbers`);
    const data = port.dtype === 'fp32' ? (wide ? Float64Array.from(values) : Float32Array.from(values)) : Int32Array.from(values);
    bindings[port.name] = await place(byteCount(port), data);
  }
  for (const port of program.outputs)
    if (port.donates === undefined) bindings[port.name] = await place(byteCount(port), poison(byteCount(port)));
  const arena = program.arenaBytes > 0 ? await place(program.arenaBytes, poison(program.arenaBytes)) : undefined;
  await device.submit([{ executable, bindings, ...(arena ? { arena } : {}) }]).done;

  const outputs: Record<string, Float64Array> = {};
  for (const port of program.outputs) outputs[port.name] = await read(bindings[port.donates ?? port.name]!, port);
  for (const port of program.inputs) {
    if (program.outputs.some(({ donates }) => donates === port.name)) continue;
    const now = await read(bindings[port.name]!, port);
    const given = port.dtype === 'fp32' && !wide ? Float32Array.from(inputs[port.name]!) : inputs[port.name]!;
    if (now.some((value, i) => !Object.is(value, given[i]) && value !== given[i]))
      throw new Error(`${fn.name}: input "${port.name}" has changed`);
  }
  for (const { binding, bytes } of regions) {
    for (const at of wide ? [] : [0, guardBytes + bytes]) {
      const found = new Int32Array(guardBytes / 4);
      await device.read(binding.buffer, at, found);
      if (found.some((word) => word !== guard[0])) throw new Error(`${fn.name}: memory beyond its ports and arena has changed`);
    }
    device.release(binding.buffer);
  }
  return outputs;
}

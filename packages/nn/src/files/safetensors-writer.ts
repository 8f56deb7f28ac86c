import { open } from 'node:fs/promises';
import { formatHeader } from '../safetensors/header.ts';
import { bytesOf, writeRange } from './read-range.ts';

/** One fp32 tensor to write; `data` is called when its turn comes, so that one tensor at a time need be in memory. */
export interface TensorToWrite {
  name: string;
  shape: readonly number[];
  data: () => Float32Array | Promise<Float32Array>;
}

/** Writes a safetensors file with fp32 tensors in the order given and flushes it to the disk. The metadata `format: pt` is what transformers expects. */
export async function writeSafetensors(
  path: string,
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>> = { format: 'pt' },
): Promise<void> {
  const header = formatHeader(
    tensors.map(({ name, shape }) => ({ name, shape, dtype: 'F32' })),
    metadata,
  );
  const handle = await open(path, 'w');
  try {
    await writeRange(handle, header, 0);
    let position = header.byteLength;
    for (const { name, shape, data } of tensors) {
      const values = await data();
      const elements = shape.reduce((product, size) => product * size, 1);
      if (values.length !== elements)
        throw new Error(`writing ${name}: shape [${shape.join(', ')}] has ${elements} elements, got ${values.length}`);
      await writeRange(handle, bytesOf(values), position);
      position += values.byteLength;
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

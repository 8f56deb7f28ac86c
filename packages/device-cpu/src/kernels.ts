import { buildLibrary, loadLibrary } from '@massif/native';
import type { GeneratedKernel } from '@massif/tensor';
import { renderC } from '@massif/tensor/render';
import { includeDirectories, type NativeOptions } from './routines.ts';

/** Addresses of generated kernels, each compiled once however many programs it is part of. */
export interface Kernels {
  /** @throws NativeError `compiler_missing`, `compile_failed` */
  load(kernels: readonly GeneratedKernel[]): Promise<void>;
  /** Of a kernel that is loaded. */
  address(name: string): bigint;
}

/** Files small enough to keep two compilers busy, and large enough that reading the headers does not count. */
const kernelsPerFile = 8;

export function createKernels({ cacheDirectory, compiler, flags }: NativeOptions): Kernels {
  const addresses = new Map<string, Promise<bigint>>();
  const loaded = new Map<string, bigint>();

  const compile = async (kernels: readonly GeneratedKernel[]) => {
    const sources = Array.from({ length: Math.ceil(kernels.length / kernelsPerFile) }, (_, i) => ({
      name: `kernels-${i}.cc`,
      text: ['#include "generated.h"', ...kernels.slice(i * kernelsPerFile, (i + 1) * kernelsPerFile).map(renderC)].join('\n'),
    }));
    return loadLibrary(await buildLibrary({ name: 'cpu-kernels', sources, flags, includeDirectories, cacheDirectory, compiler }));
  };
  return {
    async load(kernels) {
      const unknown = new Map(kernels.flatMap((kernel) => (addresses.has(kernel.name) ? [] : [[kernel.name, kernel] as const])));
      if (unknown.size > 0) {
        const library = compile([...unknown.values()]);
        for (const name of unknown.keys()) {
          const address = library.then((symbols) => symbols.symbol(name) as bigint);
          addresses.set(name, address);
          address.catch(() => addresses.delete(name)); // a compiler may be installed while we run
        }
      }
      await Promise.all(kernels.map(async ({ name }) => loaded.set(name, await addresses.get(name)!)));
    },
    address: (name) => loaded.get(name)!,
  };
}

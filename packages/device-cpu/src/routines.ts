import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildLibrary, loadLibrary } from '@massif/native';

/** The compiled routines and the pool that runs them: ../native, one library. */
export interface Routines {
  /** Address of an exported kernel, e.g. `massif_matmul`. */
  address(name: string): bigint;
  allocate(bytes: number): bigint | null;
  release(block: bigint, bytes: number): void;
  poolCreate(threads: number, scratchBytes: number): bigint | null;
  poolProgress(pool: bigint): number;
  poolAbort(pool: bigint): void;
  poolClose(pool: bigint): void;
  /** Replays a list on all threads; resolves to the number of launches left out. See pool.cc. */
  run(pool: bigint, list: bigint, segments: number, ticket: number): Promise<number>;
  /** Floating-point operations in one iteration of `massif_peak`. */
  peakOperations: number;
}

export interface NativeOptions {
  /** Where compiled libraries are kept; see `nativeCacheDirectory` of @massif/native. */
  cacheDirectory: string;
  /** The user's choice of compiler (`$CXX`). */
  compiler?: string | undefined;
  /** For the compiler, after the default ones. */
  flags?: readonly string[];
}

const nativeDirectory = fileURLToPath(new URL('../native/', import.meta.url));

/** Where generated kernels find `massif.h` and `elementary.h`. */
export const includeDirectories: readonly string[] = [nativeDirectory];

/**
 * Compiles (once per machine, about 4 s on one core) and loads the routines.
 * @throws NativeError `compiler_missing`, `compile_failed`
 */
export async function loadRoutines({ cacheDirectory, compiler, flags = [] }: NativeOptions): Promise<Routines> {
  const sources = readdirSync(nativeDirectory)
    .filter((name) => name.endsWith('.cc'))
    .sort()
    .map((name) => nativeDirectory + name);
  const library = loadLibrary(await buildLibrary({ name: 'cpu-routines', sources, flags, cacheDirectory, compiler }));
  const run = library.func('int64_t massif_run(void* pool, void* list, int64_t segments, int64_t ticket)');
  return {
    address: (name) => library.symbol(name) as bigint,
    allocate: library.func('void* massif_allocate(uint64_t bytes)') as Routines['allocate'],
    release: library.func('void massif_release(void* block, uint64_t bytes)') as Routines['release'],
    poolCreate: library.func('void* massif_pool_create(int32_t threads, int64_t scratchBytes)') as Routines['poolCreate'],
    poolProgress: library.func('int64_t massif_pool_progress(void* pool)') as Routines['poolProgress'],
    poolAbort: library.func('void massif_pool_abort(void* pool)') as Routines['poolAbort'],
    poolClose: library.func('void massif_pool_close(void* pool)') as Routines['poolClose'],
    run: (...args) =>
      new Promise((resolve, reject) => {
        run.async(...args, (error: Error | null, left: number | bigint) => (error ? reject(error) : resolve(Number(left))));
      }),
    peakOperations: Number(library.func('int64_t massif_peak_operations()')()),
  };
}

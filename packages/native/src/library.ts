import koffi, { type LibraryHandle } from 'koffi';
import { NativeError } from './errors.ts';

/** Everything that was loaded: koffi unloads a library that is garbage, and addresses of its code do not keep it. */
const loaded = new Set<LibraryHandle>();

/**
 * Loads a shared library through koffi, for as long as the process lives. All worker threads of a process share one image of it.
 * @throws NativeError `library_unloadable` when the system's loader refuses it.
 */
export function loadLibrary(path: string): LibraryHandle {
  try {
    const library = koffi.load(path);
    loaded.add(library);
    return library;
  } catch (cause) {
    throw new NativeError(
      'library_unloadable',
      `Cannot load ${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
      { path },
      { cause },
    );
  }
}

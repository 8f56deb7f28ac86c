export { buildLibrary, type BuildOptions, type Source } from './build.ts';
export { nativeCacheDirectory } from './cache.ts';
export { findCompiler, type Compiler } from './compiler.ts';
export { NativeError, type NativeErrorCode } from './errors.ts';
export { cpuFeatures, type CpuFeatures } from './features.ts';
export { loadLibrary } from './library.ts';

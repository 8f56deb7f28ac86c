import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { availableParallelism, hostname, platform } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isIntact, libraryFile, sha256, sumFile } from './cache.ts';
import { findCompiler, type Compiler } from './compiler.ts';
import { NativeError } from './errors.ts';
import { cpuFeatures } from './features.ts';

/** Raise when libraries built before must not be used any more. */
const abiVersion = 1;

/** A C++ file on disk, or generated text with the name it should have in error messages. */
export type Source = string | { name: string; text: string };

export interface BuildOptions {
  /** Readable part of the name in the cache: `routines`, `mesh`. */
  name: string;
  sources: readonly Source[];
  /** Added after the default flags. */
  flags?: readonly string[];
  /** Where `#include "..."` is looked for, beside the file's own directory. Headers are part of the key, their place is not. */
  includeDirectories?: readonly string[];
  /** See {@link nativeCacheDirectory}. */
  cacheDirectory: string;
  /** The user's choice of compiler (`$CXX`). */
  compiler?: string | undefined;
}

/**
 * Optimised for this processor and safe for numbers: contraction is allowed, anything that would assume away NaN or
 * infinity, or reorder sums, is not. Signalling traps and errno are never read.
 */
const defaultFlags = [
  '-std=c++17',
  '-O3',
  '-fPIC',
  '-fno-semantic-interposition',
  '-fno-math-errno',
  '-fno-trapping-math',
  '-ffp-contract=fast',
  '-w',
];

/**
 * Compiles sources to a shared library and returns its path. Cached by everything the result depends on (sources and
 * the headers beside them, flags, compiler, processor features), so a second call costs one read of the library, which
 * is checked against its hash and rebuilt when damaged. Processes may race: one builds, the others wait for it.
 * @throws NativeError `compiler_missing`, `compile_failed` (with the end of the compiler's output).
 */
export async function buildLibrary({
  name,
  sources,
  flags = [],
  includeDirectories = [],
  cacheDirectory,
  compiler: chosen,
}: BuildOptions): Promise<string> {
  const compiler = await findCompiler(chosen);
  const features = cpuFeatures();
  const allFlags = [...defaultFlags, ...tuningFlags(features), ...flags];
  const texts = await Promise.all(sources.map((source) => sourceText(source, includeDirectories)));
  const key = sha256(JSON.stringify([abiVersion, platform(), features, compiler, allFlags, texts]));
  const directory = join(cacheDirectory, `${name}-${key.slice(0, 32)}`);
  const path = join(directory, libraryFile);
  await mkdir(cacheDirectory, { recursive: true, mode: 0o700 });
  const lock = `${directory}.lock`;
  for (;;) {
    if (await isIntact(directory)) return path;
    const release = await tryLock(lock);
    if (!release) {
      await delay(20);
      continue;
    }
    try {
      if (await isIntact(directory)) return path; // built between our look and our lock
      await build(directory, sources, compiler, [...allFlags, ...includeDirectories.map((path) => `-I${path}`)], name);
      return path;
    } finally {
      await release();
    }
  }
}

/** `-march=native` for gcc and clang on x86; clang on ARM spells it `-mcpu=native`. Full-width vectors where there are any. */
function tuningFlags({ architecture, flags }: { architecture: string; flags: readonly string[] }): string[] {
  const native = architecture === 'arm64' ? '-mcpu=native' : '-march=native';
  return flags.includes('avx512f') ? [native, '-mprefer-vector-width=512'] : [native];
}

/** A source's text followed by the texts of the local headers it includes, all of which decide the result. */
async function sourceText(source: Source, includeDirectories: readonly string[]): Promise<string[]> {
  const texts: string[] = [];
  const seen = new Set<string>();
  const visit = async (name: string, text: string, directories: readonly string[]): Promise<void> => {
    texts.push(name, text);
    for (const [, header] of text.matchAll(/^\s*#\s*include\s*"([^"]+)"/gm)) {
      const found = await firstReadable(directories.map((directory) => resolve(directory, header!)));
      if (!found || seen.has(found.path)) continue; // not found: the compiler will say so
      seen.add(found.path);
      await visit(basename(found.path), found.text, [dirname(found.path), ...includeDirectories]);
    }
  };
  if (typeof source === 'string') await visit(basename(source), await readFile(source, 'utf8'), [dirname(source), ...includeDirectories]);
  else await visit(source.name, source.text, includeDirectories);
  return texts;
}

async function firstReadable(paths: readonly string[]): Promise<{ path: string; text: string } | undefined> {
  for (const path of paths) {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text !== undefined) return { path, text };
  }
  return undefined;
}

async function build(
  directory: string,
  sources: readonly Source[],
  compiler: Compiler,
  flags: readonly string[],
  name: string,
): Promise<void> {
  const aside = await mkdtemp(`${directory}.`);
  try {
    const objects = sources.map((_, index) => join(aside, `${index}.o`));
    const pending = sources.entries();
    const worker = async (): Promise<void> => {
      for (const [index, source] of pending) {
        let file = source;
        if (typeof file !== 'string') {
          await writeFile(join(aside, file.name), file.text);
          file = join(aside, file.name);
        }
        await runCompiler(compiler, [...flags, '-c', file, '-o', objects[index]!], name);
      }
    };
    await Promise.all(Array.from({ length: Math.min(sources.length, availableParallelism()) }, worker));
    await runCompiler(compiler, [...flags, '-shared', ...objects, '-o', join(aside, libraryFile), '-pthread'], name);
    await writeFile(join(aside, sumFile), sha256(await readFile(join(aside, libraryFile))));
    for (const object of objects) await rm(object);
    await rm(directory, { recursive: true, force: true }); // a damaged one
    await rename(aside, directory).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error; // else another builder was faster
    });
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

const outputTailChars = 2000;

async function runCompiler(compiler: Compiler, args: readonly string[], name: string): Promise<void> {
  const [command, ...leading] = compiler.command;
  await new Promise<void>((settle, reject) => {
    execFile(command!, [...leading, ...args], { maxBuffer: 64 << 20 }, (error, _stdout, stderr) => {
      if (!error) return settle();
      const tail = stderr.trim().slice(-outputTailChars);
      const message = `Compiling ${name} with ${compiler.command.join(' ')} (${compiler.version}) failed:\n${tail || error.message}`;
      reject(new NativeError('compile_failed', message, { name, command: [command, ...leading, ...args].join(' ') }, { cause: error }));
    });
  });
}

const lockRefreshMs = 1000;
const lockStaleMs = 10_000;

/** Takes the lock file and keeps it fresh, or returns undefined while another process holds it. One left behind expires. */
async function tryLock(path: string): Promise<(() => Promise<void>) | undefined> {
  try {
    await writeFile(path, JSON.stringify({ host: hostname(), pid: process.pid }), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (await isAbandoned(path)) await rm(path, { force: true });
    return undefined;
  }
  const refresh = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {}); // gone: someone took us for dead, and building twice is harmless
  }, lockRefreshMs);
  return async () => {
    clearInterval(refresh);
    await rm(path, { force: true });
  };
}

/** The holder is gone: at once when it was a process of this host, after a while when its lock is not refreshed. */
async function isAbandoned(path: string): Promise<boolean> {
  try {
    if (Date.now() - (await stat(path)).mtimeMs > lockStaleMs) return true;
    const { host, pid } = JSON.parse(await readFile(path, 'utf8')) as { host: string; pid: number };
    if (host === hostname()) process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'; // not there any more, or just being written: look again
  }
}

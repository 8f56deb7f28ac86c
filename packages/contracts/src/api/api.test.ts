import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import * as contracts from '../index.ts';
import {
  AppError,
  canTransition,
  createTokenSchema,
  frameSchema,
  isTerminal,
  jobListQuerySchema,
  jobStates,
  newId,
  parseEventId,
  transitions,
  validate,
  type JobState,
} from '../index.ts';

function refusal(run: () => unknown): AppError {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('the states of a job', () => {
  it('can all be reached, and all lead to an end', () => {
    const reach = (from: JobState, seen = new Set<JobState>()): Set<JobState> => {
      for (const next of transitions[from]) if (!seen.has(next)) reach(next, seen.add(next));
      return seen;
    };
    expect([...reach('submitted'), 'submitted'].toSorted()).toEqual([...jobStates].toSorted());
    for (const state of jobStates) if (!isTerminal(state)) expect([...reach(state)].some(isTerminal), state).toBe(true);
  });

  it('end in three ways, for good', () => {
    expect(jobStates.filter(isTerminal)).toEqual(['succeeded', 'failed', 'cancelled']);
    for (const state of jobStates) expect(canTransition(state, 'cancelled')).toBe(!isTerminal(state));
    expect(canTransition('running', 'queued')).toBe(false);
    expect(canTransition('recovering', 'queued')).toBe(true);
  });
});

describe('queries', () => {
  it('have defaults and limits', () => {
    const unsaid = { limit: 50, order: 'newest', view: 'full' };
    expect(validate(jobListQuerySchema, {})).toEqual(unsaid);
    expect(validate(jobListQuerySchema, { limit: '200', state: 'running,queued' })).toEqual({
      ...unsaid,
      limit: 200,
      state: ['running', 'queued'],
    });
    expect(refusal(() => validate(jobListQuerySchema, { offset: '10', cursor: 'x' })).errors).toMatchObject([{ path: 'offset' }]);
    for (const limit of ['0', '201', 'x', '1.5', '', '1e99', ['1', '2']])
      expect(refusal(() => validate(jobListQuerySchema, { limit })).errors![0]!.path).toMatch(/^limit/);
    expect(refusal(() => validate(jobListQuerySchema, { stat: 'running' })).errors).toMatchObject([
      { path: 'stat', message: 'unknown field `stat`; did you mean `state`?' },
    ]);
    expect(refusal(() => validate(jobListQuerySchema, { state: 'runing' })).errors).toMatchObject([
      { path: 'state[0]', message: expect.stringContaining('"runing"') as string },
    ]);
  });

  it('read an event id only when it is a whole number', () => {
    expect(parseEventId('12')).toBe(12);
    for (const text of [undefined, '', '-1', '1.5', 'abc', '9'.repeat(16)]) expect(parseEventId(text)).toBeUndefined();
  });
});

describe('a token', () => {
  it('needs nothing to be made', () => {
    expect(validate(createTokenSchema, {})).toEqual({ name: 'token', role: 'member', project: null, expiresAt: null });
    expect(refusal(() => validate(createTokenSchema, { role: 'root' })).errors![0]).toMatchObject({ path: 'role' });
  });

  it('permits what its role does', () => {
    for (const permitted of Object.values(contracts.rolePermissions))
      for (const permission of permitted) expect(contracts.permissions).toContain(permission);
    expect(contracts.rolePermissions.viewer).not.toContain('jobs:write');
  });
});

describe("a supervisor's frame", () => {
  const frame = (changes: object = {}) => ({
    seq: 1,
    metrics: {
      columns: ['step', 'loss'],
      rows: [
        [0, 6.9],
        [1, null],
      ],
    },
    evaluations: [{ step: 1, loss: 5 }],
    logs: [{ rank: 0, time: '2026-01-31T12:34:56.789Z', stream: 'stdout', line: 'hello' }],
    ...changes,
  });

  it('is read as it was sent', () => {
    expect(frameSchema.parse(frame())).toEqual(frame());
  });

  it('holds no text that cannot be stored', () => {
    const line = (text: string) => frameSchema.parse(frame({ logs: [{ ...frame().logs[0], line: text }] })).logs[0]!.line;
    expect(line('a\0b\ud800')).toBe('a\uFFFDb\uFFFD');
    expect(line('x'.repeat(1e5)).length).toBe(16_384);
    expect(line(`${'x'.repeat(16_383)}\u{1F600}`).isWellFormed()).toBe(true);
  });

  it.each<[string, object]>([
    ['no sequence', { seq: 0 }],
    ['a column twice', { metrics: { columns: ['step', 'loss', 'loss'], rows: [] } }],
    ['no step', { metrics: { columns: ['loss'], rows: [] } }],
    ['an unknown column', { metrics: { columns: ['step', 'x'], rows: [] } }],
    ['a short row', { metrics: { columns: ['step', 'loss'], rows: [[1]] } }],
    ['a step that is none', { metrics: { columns: ['step', 'loss'], rows: [[-1, 2]] } }],
    ['a stream', { logs: [{ rank: 0, time: '2026-01-31T12:34:56Z', stream: 'x', line: '' }] }],
    ['a time', { logs: [{ rank: 0, time: 'now', stream: 'stdout', line: '' }] }],
  ])('with %s is refused', (_, changes) => {
    expect(frameSchema.safeParse(frame(changes)).success).toBe(false);
  });
});

describe('every schema', () => {
  it('can be written into the OpenAPI document', () => {
    const schemas = Object.entries(contracts as Record<string, unknown>).filter(
      (entry): entry is [string, z.ZodType] => entry[1] instanceof z.ZodType,
    );
    expect(schemas.length).toBeGreaterThan(30);
    for (const [name, schema] of schemas)
      for (const io of ['input', 'output'] as const) {
        // Whatever turns its input into something else has no JSON form of its output; those are only read.
        if (io === 'output' && /Input|Query|^size|^frame|^finish|^heartbeatSchema|^checkpointCommit/.test(name)) continue;
        expect(() => z.toJSONSchema(schema, { io, target: 'draft-2020-12' }), `${name} ${io}`).not.toThrow();
      }
  });

  it('of a job accepts a job', () => {
    const job = {
      id: newId('job'),
      name: 'x',
      kind: 'train',
      project: 'default',
      queue: 'default',
      state: 'queued',
      reason: { code: 'waiting_for_devices', message: 'It waits', missing: 1 },
      spec: contracts.parseJobSpec({
        kind: 'train',
        model: { preset: 'gpt2' },
        data: { text: ['a'] },
        training: { steps: 1, globalBatch: 1, sequence: 1, optimizer: { learningRate: 1 } },
      }),
      plan: null,
      attempt: 0,
      createdAt: '2026-01-31T12:34:56.789Z',
      startedAt: null,
      endedAt: null,
      modelParameters: 124_439_808,
      progress: null,
      result: null,
      links: { self: '/api/v1/jobs/x' },
    };
    expect(contracts.jobSchema.parse(job)).toEqual(job);
  });
});

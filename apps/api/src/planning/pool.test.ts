import { AppError } from '@massif/contracts';
import { nativeCapabilities, type PlanInput } from '@massif/planner';
import { afterEach, describe, expect, it } from 'vitest';
import { createPlannerPool, type Planner } from './pool.ts';

let planner: Planner | undefined;
afterEach(() => planner?.close());

const GiB = 2 ** 30;
const input = (devices: number, globalBatch = 8): PlanInput => ({
  spec: {
    training: { steps: 100, globalBatch, sequence: 128, precision: 'fp32', optimizer: { name: 'adamw' }, dropout: 0 },
    resources: { devices, deviceType: 'any' },
    layout: 'auto',
  },
  modelConfig: { model_type: 'gpt2', n_layer: 2, n_head: 2, n_embd: 64, n_positions: 128, vocab_size: 512 },
  cluster: { nodes: [{ id: 'node', cores: 2, devices: ['a', 'b'].map((id) => ({ id, type: 'cpu', memoryBytes: 4 * GiB })) }] },
  capabilities: nativeCapabilities,
});

const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error as AppError,
  );

describe('planning in threads', () => {
  it('gives what the planner gives, and the same again from memory', async () => {
    planner = createPlannerPool({ threads: 2, timeoutMs: 20_000, waitingMax: 100, cacheMax: 10 });
    const [first, again, other] = await Promise.all([planner.plan(input(2)), planner.plan(input(2)), planner.plan(input(1))]);
    expect(first.plans[0]!.layout.dp).toBe(2);
    expect(again).toBe(first);
    expect(other.plans[0]!.layout.dp).toBe(1);
    expect(await planner.plan(input(2))).toBe(first);
  });

  it('keeps the code, the field and the message of a refusal', async () => {
    planner = createPlannerPool({ threads: 1, timeoutMs: 20_000, waitingMax: 100, cacheMax: 10 });
    const error = await errorOf(planner.plan(input(64)));
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'not_enough_devices', status: 422, context: { path: 'resources.devices' } });
    expect(error!.message).toMatch(/needs 64 devices; 2 devices exist/);
  });

  it('ends a search that takes too long, and goes on with another thread', async () => {
    // A thread needs longer than this to start.
    planner = createPlannerPool({ threads: 1, timeoutMs: 1, waitingMax: 100, cacheMax: 10 });
    expect(await errorOf(planner.plan(input(1)))).toMatchObject({ code: 'not_supported' });
    expect(await errorOf(planner.plan(input(2)))).toMatchObject({ code: 'not_supported' });
  });

  it('refuses what is too much, and everything once it is closed', async () => {
    planner = createPlannerPool({ threads: 1, timeoutMs: 20_000, waitingMax: 1, cacheMax: 10 });
    const answers = [1, 2, 4].map((batch) => errorOf(planner!.plan(input(1, batch))));
    expect(await answers[2]).toMatchObject({ code: 'service_unavailable', retryable: true });
    expect(await answers[0]).toBeUndefined();
    await planner.close();
    expect(await errorOf(planner.plan(input(2)))).toMatchObject({ code: 'service_unavailable' });
  });
});

import { openStore, type LeaseStore } from '@massif/store';
import { testDatabase } from '@massif/store/testing';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startLeadership, type Term } from './leadership.ts';

const patience = { timeout: 20_000, interval: 10 };
const ttlMs = 600;
const log = pino({ level: 'silent' });

async function setUp() {
  const database = await testDatabase();
  const store = openStore({ databaseUrl: database.databaseUrl });
  const closing: { close(): Promise<void> }[] = [];
  onTestFinished(async () => {
    await Promise.all(closing.map((leadership) => leadership.close()));
    await store.close();
    await database.drop();
  });
  const start = (holder: string, lease: LeaseStore = store.lease) => {
    const terms: Term[] = [];
    const leadership = startLeadership({ lease, holder, log, ttlMs, onGained: (term) => Promise.resolve(void terms.push(term)) });
    closing.push(leadership);
    return { ...leadership, terms };
  };
  return { store, start };
}

describe('leadership', () => {
  it('is held by one, and kept for longer than the lease alone would last', async () => {
    const { store, start } = await setUp();
    const first = start('first');
    await expect.poll(() => first.terms.length, patience).toBe(1);
    const second = start('second');
    const until = performance.now() + 2 * ttlMs;
    await expect.poll(() => performance.now(), patience).toBeGreaterThan(until);
    expect(first.terms[0]!.signal.aborted).toBe(false);
    expect(second.terms).toEqual([]);
    expect(await store.lease.renew(first.terms[0]!.guard, ttlMs)).toBe(true);
  });

  it('goes to the next at once when the first closes, with a higher epoch', async () => {
    const { start } = await setUp();
    const first = start('first');
    await expect.poll(() => first.terms.length, patience).toBe(1);
    const second = start('second');
    await first.close();
    expect(first.terms[0]!.signal.aborted).toBe(true);
    const begin = performance.now();
    await expect.poll(() => second.terms.length, patience).toBe(1);
    expect(performance.now() - begin).toBeLessThan(5 * ttlMs);
    expect(second.terms[0]!.guard.epoch).toBeGreaterThan(first.terms[0]!.guard.epoch);
  });

  it('ends before another may begin, when the database does not answer any more', async () => {
    const { store, start } = await setUp();
    let away = false;
    const never = new Promise<never>(() => {});
    const first = start('first', { ...store.lease, renew: (...renewal) => (away ? never : store.lease.renew(...renewal)) });
    await expect.poll(() => first.terms.length, patience).toBe(1);
    const second = start('second');
    away = true;
    await expect.poll(() => second.terms.length, patience).toBe(1);
    expect(first.terms[0]!.signal.aborted).toBe(true);
  });

  it('is taken again after it was lost', async () => {
    const { store, start } = await setUp();
    let fails = false;
    const unreachable = () => Promise.reject(new Error('unreachable'));
    const first = start('first', {
      ...store.lease,
      renew: (...renewal) => (fails ? unreachable() : store.lease.renew(...renewal)),
      acquire: (...request) => (fails ? unreachable() : store.lease.acquire(...request)),
    });
    await expect.poll(() => first.terms.length, patience).toBe(1);
    fails = true;
    await expect.poll(() => first.terms[0]!.signal.aborted, patience).toBe(true);
    fails = false;
    await expect.poll(() => first.terms.length, patience).toBe(2);
    expect(first.terms[1]!.signal.aborted).toBe(false);
  });
});

import { openStore, type LeaseStore } from '@massif/store';
import { testDatabase } from '@massif/store/testing';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startLeadership, type Term } from './leadership.ts';

const patience = { timeout: 20_000, interval: 10 };
/** Soon over; a busy machine may lose it. */
const shortMs = 600;
/** Longer than a busy machine keeps its holder from renewing it. */
const longMs = 4500;
/** Longer than any test. */
const endlessMs = 120_000;
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
  const start = (holder: string, ttlMs: number, lease: LeaseStore = store.lease) => {
    const terms: Term[] = [];
    const leadership = startLeadership({ lease, holder, log, ttlMs, onGained: (term) => Promise.resolve(void terms.push(term)) });
    closing.push(leadership);
    const leads = () => terms.at(-1)?.signal.aborted === false;
    return { ...leadership, terms, leads };
  };
  return { store, start };
}

describe('leadership', () => {
  it('is held by one, and kept for longer than the lease alone would last', async () => {
    const { store, start } = await setUp();
    const first = start('first', longMs);
    await expect.poll(first.leads, patience).toBe(true);
    const second = start('second', longMs);
    const until = performance.now() + 1.2 * longMs;
    await expect.poll(() => performance.now(), patience).toBeGreaterThan(until);
    expect(first.terms.map(({ signal }) => signal.aborted)).toEqual([false]);
    expect(second.terms).toEqual([]);
    expect(await store.lease.renew(first.terms[0]!.guard, longMs)).toBe(true);
  });

  it('goes to the next at once when the first closes, with a higher epoch', async () => {
    const { start } = await setUp();
    const first = start('first', endlessMs);
    await expect.poll(first.leads, patience).toBe(true);
    const second = start('second', shortMs);
    await first.close();
    expect(first.terms[0]!.signal.aborted).toBe(true);
    await expect.poll(() => second.terms.length, patience).toBeGreaterThan(0);
    expect(second.terms[0]!.guard.epoch).toBeGreaterThan(first.terms[0]!.guard.epoch);
  });

  it('ends before another may begin, when the database does not answer any more', async () => {
    const { store, start } = await setUp();
    let away = false;
    const never = new Promise<never>(() => {});
    const first = start('first', shortMs, { ...store.lease, renew: (...renewal) => (away ? never : store.lease.renew(...renewal)) });
    await expect.poll(() => first.terms.length, patience).toBeGreaterThan(0);
    away = true;
    const second = start('second', shortMs);
    await expect.poll(() => second.terms.length, patience).toBeGreaterThan(0);
    expect(first.leads()).toBe(false);
  });

  it('is taken again after it was lost', async () => {
    const { store, start } = await setUp();
    let fails = false;
    const unreachable = () => Promise.reject(new Error('unreachable'));
    const first = start('first', shortMs, {
      ...store.lease,
      renew: (...renewal) => (fails ? unreachable() : store.lease.renew(...renewal)),
      acquire: (...request) => (fails ? unreachable() : store.lease.acquire(...request)),
    });
    await expect.poll(first.leads, patience).toBe(true);
    fails = true;
    await expect.poll(first.leads, patience).toBe(false);
    const lost = first.terms.length;
    fails = false;
    await expect.poll(first.leads, patience).toBe(true);
    expect(first.terms.length).toBeGreaterThan(lost);
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppError } from '@massif/contracts';
import { openStore, type Store } from '@massif/store';
import { testDatabase } from '@massif/store/testing';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { claimDatabase } from './claim.ts';

let store: Store;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await testDatabase();
  drop = () => database.drop();
  store = openStore({ databaseUrl: database.databaseUrl });
});
afterAll(async () => {
  await store.close();
  await drop();
});

/** Long enough that a busy machine renews in time. */
const ttlMs = 6000;
/** Of what nobody renews. */
const soonMs = 1000;

function temporaryHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'massif-claim-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

async function claim(home: string, onLost: (error: AppError) => void = () => {}) {
  const claimed = await claimDatabase({ lease: store.lease, home, place: 'db:5432', onLost, ttlMs });
  onTestFinished(() => claimed.release());
  return claimed;
}

it('a database is held by one installation until it lets go, and by the same one again', async () => {
  const [one, other] = [temporaryHome(), temporaryHome()];
  const first = await claim(one);
  const refused = expect.objectContaining({
    code: 'conflict',
    message: expect.stringMatching(new RegExp(`holds this database, db:5432 \\(host ${hostname()}, since 20..-`)) as string,
  }) as Error;
  await expect(claim(other)).rejects.toThrow(refused);
  // Its API was killed and started again.
  const again = await claim(one);
  await expect(claim(other)).rejects.toThrow(refused);
  await first.release();
  await again.release();
  await claim(other);
});

it('a database whose installation has ended without a word is free soon', async () => {
  await store.lease.acquire({ name: 'installation', holder: 'gone for-good', ttlMs: soonMs });
  await claim(temporaryHome());
  expect((await store.lease.find('installation'))!.holder).toMatch(hostname());
});

it('an installation learns that another one has taken its database', async () => {
  const lost = Promise.withResolvers<AppError>();
  const held = await claim(temporaryHome(), lost.resolve);
  await held.release();
  const mine = await claim(temporaryHome(), lost.resolve);
  // As if the database had been away for longer than the claim lasts.
  const { holder } = (await store.lease.find('installation'))!;
  // It may renew between the two: then once more.
  do await store.lease.release({ name: 'installation', holder, epoch: await epochOf(holder) });
  while (!(await store.lease.acquire({ name: 'installation', holder: 'elsewhere id', ttlMs: 60_000 })));
  expect(await lost.promise).toMatchObject({ code: 'conflict', context: { host: 'elsewhere' } });
  await mine.release();
});

async function epochOf(holder: string): Promise<number> {
  return (await store.lease.acquire({ name: 'installation', holder, ttlMs }))!.epoch;
}

import { fileURLToPath } from 'node:url';
import { listenSocket, soloTransport, TransportError, type Transport } from '@massif/distributed';
import { afterEach, describe, expect, it } from 'vitest';
import { leaderWork } from './leader-work.ts';

const cacheDirectory = fileURLToPath(new URL('../../../../node_modules/.cache/native/', import.meta.url));
const answer = '0123456789abcdef'.repeat(2);
/** So long may a peer be silent where a test outlasts it: longer than a busy machine keeps a rank from answering. */
const silentMs = 4000;

let transports: Transport[] = [];
afterEach(() => {
  for (const transport of transports) transport.close();
});

async function connect(size: number, options: { collectiveTimeoutMs?: number } = {}): Promise<Transport[]> {
  const listeners = await Promise.all(Array.from({ length: size }, () => listenSocket({ host: '127.0.0.1', cacheDirectory })));
  const addresses = listeners.map(({ port }) => `127.0.0.1:${port}`);
  transports = await Promise.all(listeners.map((listener, rank) => listener.connect({ rank, addresses, secret: 'test', ...options })));
  return transports;
}

describe('work of rank 0', () => {
  it('may take longer than a peer may be silent, and gives its answer to every rank', async () => {
    const ranks = await connect(3, { collectiveTimeoutMs: silentMs });
    const startedAt = performance.now();
    let meetings = 0;
    const done = Promise.withResolvers<string>();
    const onMeet = () => {
      meetings++;
      if (performance.now() - startedAt > 1.25 * silentMs) done.resolve(answer);
    };
    const work = () => done.promise;
    const answers = await Promise.all(ranks.map((transport) => leaderWork(work, { transport, everyMs: 50, onMeet })));
    expect(answers).toEqual([answer, answer, answer]);
    expect(performance.now() - startedAt).toBeGreaterThan(1.25 * silentMs);
    expect(meetings).toBeGreaterThan(2);
  });

  it('is done by rank 0 alone, and asks nobody when it is quick', async () => {
    const by: number[] = [];
    const run = (transport: Transport) =>
      leaderWork(async () => (by.push(transport.rank), answer), { transport, onMeet: () => expect.unreachable('it was done at once') });
    expect(await Promise.all((await connect(2)).map(run))).toEqual([answer, answer]);
    expect(await run(soloTransport())).toBe(answer);
    expect(by).toEqual([0, 0]);
  });

  it('fails at once for everybody when rank 0 is gone', async () => {
    const [first, ...others] = await connect(3);
    const met = Promise.withResolvers<void>();
    const forever = new Promise<string>(() => {});
    const all = [first!, ...others].map((transport) => leaderWork(() => forever, { transport, everyMs: 20, onMeet: met.resolve }));
    const ends = Promise.allSettled(all);
    await met.promise;
    // Long before a peer counts as silent, which is ten minutes.
    first!.close();
    for (const end of await ends) expect(end).toMatchObject({ status: 'rejected', reason: expect.any(TransportError) as Error });
  });

  it('fails on rank 0 as the work does', async () => {
    const failing = () => Promise.reject(new Error('no such file'));
    await expect(leaderWork(failing, { transport: soloTransport(), onMeet: () => {} })).rejects.toThrow('no such file');
  });
});

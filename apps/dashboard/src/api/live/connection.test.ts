import { AppError, newId, type LiveFrame, type LiveTopic } from '@massif/contracts';
import { describe, expect, it } from 'vitest';
import { createLiveConnection } from './connection.ts';

const job = newId('job');
const logs = (...seqs: number[]): LiveFrame => ({ event: 'logs', data: { job, items: seqs.map((seq) => ({ seq }) as never) } });
const overview = { event: 'overview', data: {} } as LiveFrame;

/** One connection at the other end: what was asked for, and how to speak on it. */
interface Line {
  topics: readonly LiveTopic[];
  say(...frames: LiveFrame[]): void;
  fail(error: AppError): void;
  open: boolean;
}

function setUp() {
  const lines: Line[] = [];
  const frames: LiveFrame[] = [];
  const faults: unknown[] = [];
  let signedOut = 0;
  const connection = createLiveConnection({
    async *open(topics, { signal }) {
      const said: (LiveFrame[] | AppError)[] = [];
      let wake = () => {};
      const line: Line = {
        topics,
        open: true,
        say: (...what) => (said.push(what), wake()),
        fail: (error) => (said.push(error), wake()),
      };
      lines.push(line);
      signal.addEventListener('abort', () => wake());
      try {
        while (!signal.aborted) {
          const next = said.shift();
          if (next instanceof AppError) throw next;
          if (next) yield next;
          else await new Promise<void>((resolve) => (wake = resolve));
        }
      } finally {
        line.open = false;
      }
    },
    onFrame: (frame) => frames.push(frame),
    onSignedOut: () => signedOut++,
    onFault: (error) => faults.push(error),
  });
  /** The connection number `count`, once it is open. */
  const line = async (count: number) => {
    await expect.poll(() => lines.length).toBeGreaterThanOrEqual(count);
    return lines[count - 1]!;
  };
  return { connection, lines, line, frames, faults, signedOut: () => signedOut };
}

const gone = new AppError('control_plane_unreachable', 'gone');

describe('the live connection', () => {
  it('is one for all that subscribe together, and another one when that changes', async () => {
    const { connection, lines, line } = setUp();
    connection.subscribe({ kind: 'overview' });
    const stop = connection.subscribe({ kind: 'jobs' });
    connection.subscribe({ kind: 'jobs' });
    const first = await line(1);
    expect(first.topics).toEqual([{ kind: 'jobs' }, { kind: 'overview' }]);
    stop();
    connection.subscribe({ kind: 'devices' });
    const second = await line(2);
    expect(second.topics).toEqual([{ kind: 'devices' }, { kind: 'jobs' }, { kind: 'overview' }]);
    await expect.poll(() => first.open).toBe(false);
    expect(lines).toHaveLength(2);
  });

  it('gives a frame to everybody, then to those that subscribed to its topic', async () => {
    const { connection, line, frames } = setUp();
    const [some, others]: LiveFrame[][] = [[], []];
    connection.subscribe({ kind: 'logs', job, after: 0 }, (frame) => some!.push(frame));
    connection.subscribe({ kind: 'overview' }, (frame) => others!.push(frame));
    (await line(1)).say(logs(1), overview);
    await expect.poll(() => frames).toEqual([logs(1), overview]);
    expect([some, others]).toEqual([[logs(1)], [overview]]);
    expect(connection.state()).toEqual({ name: 'live' });
  });

  it('resumes behind what has come when it breaks, and says since when it is lost', async () => {
    const { connection, line } = setUp();
    connection.subscribe({ kind: 'logs', job, after: 3 });
    const first = await line(1);
    first.say(logs(4, 5));
    await expect.poll(() => connection.state().name).toBe('live');
    first.fail(gone);
    await expect.poll(() => connection.state()).toMatchObject({ name: 'lost', error: gone });
    const second = await line(2);
    expect(second.topics).toEqual([{ kind: 'logs', job, after: 5 }]);
    second.say();
    await expect.poll(() => connection.state().name).toBe('live');
  });

  it('tries at once when it is told to', async () => {
    const { connection, line } = setUp();
    connection.subscribe({ kind: 'jobs' });
    for (let failures = 1; failures <= 3; failures++) {
      (await line(failures)).fail(gone);
      await expect.poll(() => connection.state()).toMatchObject({ name: 'lost', retryAtMs: expect.any(Number) });
      connection.retry();
    }
    expect((await line(4)).topics).toEqual([{ kind: 'jobs' }]);
  });

  it('asks for a topic that came while it was being opened again', async () => {
    const { connection, line } = setUp();
    connection.subscribe({ kind: 'jobs' });
    (await line(1)).fail(gone);
    const hanging = await line(2);
    expect(connection.state()).toMatchObject({ name: 'lost', retryAtMs: null });
    connection.subscribe({ kind: 'job', job });
    const third = await line(3);
    expect(third.topics).toEqual([{ kind: 'job', job }, { kind: 'jobs' }]);
    await expect.poll(() => hanging.open).toBe(false);
    third.say();
    await expect.poll(() => connection.state().name).toBe('live');
  });

  it('gives a frame to the others when one that listens throws, and lives on', async () => {
    const { connection, line, lines, faults } = setUp();
    const seen: LiveFrame[] = [];
    connection.subscribe({ kind: 'overview' }, () => {
      throw new Error('mistaken');
    });
    connection.subscribe({ kind: 'overview' }, (frame) => seen.push(frame));
    const first = await line(1);
    first.say(overview);
    first.say(overview);
    await expect.poll(() => seen).toHaveLength(2);
    expect(faults).toEqual([new Error('mistaken'), new Error('mistaken')]);
    expect([connection.state().name, lines.length, first.open]).toEqual(['live', 1, true]);
  });

  it('stops when nobody is signed in', async () => {
    const { connection, line, lines, signedOut } = setUp();
    connection.subscribe({ kind: 'jobs' });
    (await line(1)).fail(new AppError('unauthorized', 'no'));
    await expect.poll(() => connection.state().name).toBe('stopped');
    connection.retry();
    expect([signedOut(), lines.length]).toEqual([1, 1]);
  });

  it('ends when nobody needs anything', async () => {
    const { connection, line } = setUp();
    const stop = connection.subscribe({ kind: 'jobs' });
    const first = await line(1);
    stop();
    await expect.poll(() => first.open).toBe(false);
    // It was not lost: who comes next waits for no further try.
    expect(connection.state().name).toBe('connecting');
    connection.subscribe({ kind: 'jobs' });
    await line(2);
  });
});

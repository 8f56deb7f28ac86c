import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobState } from '@massif/contracts';
import { expect, it, onTestFinished } from 'vitest';
import { removeAddress, writeAddress } from '../up/home.ts';
import { connect } from './connect.ts';
import { followJob } from './follow.ts';

/** An API that answers every request with a job in this state, and notes who asked. */
async function serve(state: JobState, port = 0) {
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization);
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ id: 'job_1', state }));
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    const closed = server.listening ? once(server, 'close') : undefined;
    server.close();
    server.closeAllConnections();
    return closed;
  };
  onTestFinished(() => void close());
  return { seen, close, port: (server.address() as AddressInfo).port };
}

it('a job is followed to where its control plane is started again, and nobody else learns the token', async () => {
  const home = mkdtempSync(join(tmpdir(), 'massif-connect-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  writeFileSync(join(home, 'admin.token'), 'secret\n');
  const address = ({ port }: { port: number }) => ({ url: `http://127.0.0.1:${port}` });
  const first = await serve('running');
  writeAddress(home, address(first));
  const client = connect({ home, url: undefined, token: undefined });
  let looks = 0;
  const looked = Promise.withResolvers<void>();
  const following = followJob(client, 'job_1', {
    everyMs: 5,
    onLook: () => {
      if (++looks === 2) looked.resolve();
    },
  });
  await looked.promise;
  removeAddress(home);
  await first.close();
  const stranger = await serve('failed', first.port);
  const second = await serve('succeeded');
  writeAddress(home, address(second));
  expect(await following).toMatchObject({ state: 'succeeded' });
  expect(stranger.seen).toEqual([]);
  expect(new Set([...first.seen, ...second.seen])).toEqual(new Set(['Bearer secret']));
});

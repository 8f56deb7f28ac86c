import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from './ports.ts';

it('takes the wanted port when it is free, else the next one', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const next = await freePort(port, '127.0.0.1');
  expect(next).toBeGreaterThan(port);
  expect(await freePort(next, '127.0.0.1')).toBe(next);
});

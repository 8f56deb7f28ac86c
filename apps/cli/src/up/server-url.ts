import { AppError } from '@massif/contracts';
import type { CliEnvironment } from '../env.ts';

/** A variable that names a server to use instead of the embedded one. */
export interface ServerVariable {
  name: 'DATABASE_URL' | 'REDIS_URL';
  /** What it must look like. */
  form: string;
  protocols: readonly string[];
  defaultPort: string;
}

export const databaseVariable: ServerVariable = {
  name: 'DATABASE_URL',
  form: 'postgresql://USER:PASSWORD@HOST:PORT/DATABASE',
  protocols: ['postgresql:', 'postgres:'],
  defaultPort: '5432',
};

export const redisVariable: ServerVariable = {
  name: 'REDIS_URL',
  form: 'redis://:PASSWORD@HOST:PORT',
  protocols: ['redis:', 'rediss:'],
  defaultPort: '6379',
};

/** @throws AppError `invalid_spec` with a sentence; what may hold a password is not repeated in it */
export function checkServerUrl(value: string | undefined, { name, form, protocols }: ServerVariable): void {
  if (value === undefined || (URL.canParse(value) && protocols.includes(new URL(value).protocol))) return;
  const shown = /^[\w.-]{1,60}$/.test(value) ? value : 'its value';
  throw new AppError('invalid_spec', `${name}: ${shown} is not of the form ${form}; write special characters of a password as %XX`, {
    context: { path: name },
  });
}

/** `127.0.0.1:5432` of an address, without who may use it. */
function placeOf(url: string, { defaultPort }: ServerVariable): string {
  const { hostname, port, searchParams } = new URL(url);
  return searchParams.get('host') ?? `${hostname || 'localhost'}:${port || defaultPort}`;
}

/** `starting Valkey, the API and the controller, with PostgreSQL at db.example.com:5432`: what is ours, and what is not. */
export function describeStart({ databaseUrl, redisUrl }: Pick<CliEnvironment, 'databaseUrl' | 'redisUrl'>): string {
  const embedded = [...(databaseUrl === undefined ? ['PostgreSQL'] : []), ...(redisUrl === undefined ? ['Valkey'] : []), 'the API'];
  const external = [
    ...(databaseUrl === undefined ? [] : [`PostgreSQL at ${placeOf(databaseUrl, databaseVariable)}`]),
    ...(redisUrl === undefined ? [] : [`Redis at ${placeOf(redisUrl, redisVariable)}`]),
  ];
  return `starting ${embedded.join(', ')} and the controller${external.length > 0 ? `, with ${external.join(' and ')}` : ''}`;
}

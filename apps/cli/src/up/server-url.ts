import { AppError } from '@massif/contracts';

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
export function placeOf(url: string, { defaultPort }: ServerVariable): string {
  const { hostname, port, searchParams } = new URL(url);
  return searchParams.get('host') ?? `${hostname || 'localhost'}:${port || defaultPort}`;
}

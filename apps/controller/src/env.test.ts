import { describe, expect, it } from 'vitest';
import { readEnvironment } from './env.ts';

const complete = {
  MASSIF_HOME: '/home/m',
  DATABASE_URL: 'postgresql://u:p@127.0.0.1:5/massif',
  REDIS_URL: 'redis://:p@127.0.0.1:6',
  MASSIF_URL: 'http://127.0.0.1:7/',
  MASSIF_SUPERVISOR_COMMAND: '["node","supervisor.ts"]',
  PATH: '/bin',
};

describe('the environment', () => {
  it('is read, and handed on without the passwords', () => {
    expect(readEnvironment(complete)).toMatchObject({
      home: '/home/m',
      apiUrl: 'http://127.0.0.1:7',
      cluster: { kind: 'local', supervisorCommand: ['node', 'supervisor.ts'], calibrateCommand: undefined },
      logLevel: 'info',
    });
    const { inherited } = readEnvironment(complete);
    expect(inherited.PATH).toBe('/bin');
    expect(inherited).not.toHaveProperty('DATABASE_URL');
    expect(inherited).not.toHaveProperty('REDIS_URL');
  });

  it('names a simulated cluster, which needs no program', () => {
    const { MASSIF_SUPERVISOR_COMMAND: _, ...rest } = complete;
    const clusterOf = (text: string) => readEnvironment({ ...rest, MASSIF_CLUSTER: text }).cluster;
    expect(clusterOf('simulated')).toEqual({ kind: 'simulated', seed: 1, nodes: 1000, speed: 1 });
    expect(clusterOf('simulated:seed=7&nodes=20&speed=2.5')).toEqual({ kind: 'simulated', seed: 7, nodes: 20, speed: 2.5 });
    expect(() => clusterOf('local')).toThrow('MASSIF_SUPERVISOR_COMMAND');
  });

  it.each([
    ['MASSIF_CLUSTER', 'somewhere'],
    ['MASSIF_CLUSTER', 'simulated:seed=x'],
    ['MASSIF_CLUSTER', 'simulated:sed=1'],
    ['MASSIF_HOME', undefined],
    ['DATABASE_URL', 'mysql://x'],
    ['REDIS_URL', 'nowhere'],
    ['MASSIF_URL', ''],
    ['MASSIF_SUPERVISOR_COMMAND', 'node supervisor.ts'],
    ['MASSIF_SUPERVISOR_COMMAND', '[]'],
    ['MASSIF_CALIBRATE_COMMAND', '[1]'],
    ['MASSIF_LOG_LEVEL', 'loud'],
  ])('is refused with the name of what is wrong: %s', (name, value) => {
    expect(() => readEnvironment({ ...complete, [name]: value })).toThrow(name);
  });
});

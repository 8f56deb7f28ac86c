import { setImmediate } from 'node:timers/promises';
import type { LiveData, UsageFrame } from '@massif/contracts';
import type { ClusterNode } from '@massif/store';
import { expect, it } from 'vitest';
import { devicesPicture } from './devices.ts';

const device = { index: 0, type: 'cpu', memoryBytes: 100, healthy: true } as ClusterNode['devices'][number];
const node = { name: 'here', rack: null, state: 'ready', devices: [device] } as unknown as ClusterNode;

it('shows devices with how busy they are from the first moment, although use is heard of a little later', async () => {
  let hear!: (frame: UsageFrame) => void;
  const onUsage = (listener: typeof hear) => {
    hear = listener;
    return () => {};
  };
  const picture = devicesPicture({ nodes: async () => [node], onUsage });
  const looked = picture.look();
  await setImmediate();
  hear({ time: new Date().toISOString(), nodes: [{ name: 'here', busy: [0.12], memoryBytes: [25] }] });
  await looked;
  expect(picture.since(0)[0]!.data as LiveData<'devices'>).toMatchObject({ index: null, busy: [12], memory: [25] });
});

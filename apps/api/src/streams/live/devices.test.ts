import { setImmediate } from 'node:timers/promises';
import type { LiveData, UsageFrame } from '@massif/contracts';
import type { ClusterNode } from '@massif/store';
import { expect, it, vi } from 'vitest';
import { devicesPicture } from './devices.ts';

const device = { index: 0, type: 'cpu', memoryBytes: 100, healthy: true } as ClusterNode['devices'][number];
const node = { name: 'here', rack: null, state: 'ready', devices: [device] } as unknown as ClusterNode;

it('shows devices with how busy they are from the first moment, although use is heard of a little later', async () => {
  let hear!: (frame: UsageFrame) => void;
  const onUsage = (listener: typeof hear) => {
    hear = listener;
    return () => {};
  };
  const lookNow = vi.fn<() => void>();
  const picture = devicesPicture({ nodes: async () => [node], onUsage, lookNow });
  const frame = (busy: number) => ({ time: new Date().toISOString(), nodes: [{ name: 'here', busy: [busy], memoryBytes: [25] }] });
  const looked = picture.look();
  await setImmediate();
  hear(frame(0.12));
  await looked;
  // The look that waited for it has seen it.
  expect(lookNow).not.toHaveBeenCalled();
  expect(picture.since(0)[0]!.data as LiveData<'devices'>).toMatchObject({ index: null, busy: [12], memory: [25] });
  hear(frame(0.5));
  expect(lookNow).toHaveBeenCalledOnce();
  await picture.look();
  expect(picture.since(1)[0]!.data as LiveData<'devices'>).toMatchObject({ index: [0], busy: [50] });
});

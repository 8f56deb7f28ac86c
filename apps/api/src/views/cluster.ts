import type { Device, DeviceState, Node, Token } from '@massif/contracts';
import type * as store from '@massif/store';

export function viewNode(row: store.ClusterNode): Node {
  const measured = Object.values(row.profiles)
    .map(({ measuredAt }) => measuredAt)
    .filter((time) => typeof time === 'string')
    .toSorted();
  return {
    id: row.id,
    name: row.name,
    rack: row.rack,
    state: row.state,
    cores: row.cores,
    memoryBytes: row.memoryBytes,
    devices: row.devices.map((device) => viewDevice(device, row)),
    heartbeatAt: row.seenAt.toISOString(),
    calibratedAt: measured[0] ?? null,
  };
}

export function viewDevice(row: store.ClusterDevice, node: store.ClusterNode): Device {
  const { id, index, type, memoryBytes, heldBy } = row;
  return { id, node: node.name, index, type, memoryBytes, state: deviceStateOf(row), job: heldBy };
}

export function deviceStateOf({ healthy, heldBy }: store.ClusterDevice): DeviceState {
  return healthy ? (heldBy === null ? 'free' : 'allocated') : 'unhealthy';
}

export function viewToken(row: store.ApiToken): Token {
  return {
    id: row.id,
    name: row.name,
    role: row.role as Token['role'],
    project: row.project,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    session: row.session,
  };
}

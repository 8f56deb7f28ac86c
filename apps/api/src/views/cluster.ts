import type { Device, Node, Token } from '@massif/contracts';
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
  const state = row.healthy ? (row.heldBy === null ? 'free' : 'allocated') : 'unhealthy';
  return { id: row.id, node: node.name, index: row.index, type: row.type, memoryBytes: row.memoryBytes, state, job: row.heldBy };
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

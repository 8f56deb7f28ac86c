export { createLocalCluster, type LocalClusterOptions } from './local/backend.ts';
export type { ClusterBackend, DeviceInventory, GangEnded, GangLaunch, GangRef, GangStatus, NodeInventory } from './port.ts';

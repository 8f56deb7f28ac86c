export { createLocalCluster, type LocalClusterOptions } from './local/backend.ts';
export { createSimulatedCluster } from './simulated/backend.ts';
export type {
  ClusterBackend,
  DeviceInventory,
  DeviceRef,
  GangEnded,
  GangLaunch,
  GangRef,
  GangStatus,
  NodeInventory,
  NodeUsage,
} from './port.ts';

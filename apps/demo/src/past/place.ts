/** What is known of the installation whose past is told. */
export interface Place {
  seed: number;
  home: string;
  apiUrl: string;
  projectId: string;
  /** Now, by the clock of the world: what comes later has not happened. */
  nowMs: number;
  /** The time of the installation at a time of the world. */
  timeOf(worldMs: number): Date;
  deviceOf(node: string, index: number): { nodeId: string; deviceId: string };
  /** Of a node. */
  cores: number;
}

/** Plans beside the page, so that typing never waits for it: with many devices and batches there are thousands of layouts. */
import type { PlanClusterResource, TrainSpec } from '@massif/contracts';
import type { PlanCluster } from '@massif/planner';
import { previewPlan, toPlanCluster, type Preview } from './preview.ts';

export interface PlanQuestion {
  id: number;
  spec: TrainSpec;
  /** Sent when it has changed. */
  cluster?: PlanClusterResource;
}

export interface PlanAnswer {
  id: number;
  preview: Preview | undefined;
}

let cluster: PlanCluster = { nodes: [] };

self.onmessage = ({ data }: MessageEvent<PlanQuestion>) => {
  if (data.cluster) cluster = toPlanCluster(data.cluster);
  const preview = previewPlan(data.spec, cluster, () => performance.now());
  self.postMessage({ id: data.id, preview } satisfies PlanAnswer);
};

import type { PlanClusterResource, TrainSpec } from '@massif/contracts';
import type { Preview } from './preview.ts';
import type { PlanAnswer, PlanQuestion } from './worker.ts';

/** What both ends of a worker can do. */
export interface WorkerLike {
  postMessage(question: PlanQuestion): void;
  addEventListener(type: 'message', listener: (event: { data: PlanAnswer }) => void): void;
  terminate(): void;
}

export interface BrowserPlanner {
  /** Plans; while one is being planned only the latest of those that wait is kept, the others are never answered. */
  plan(spec: TrainSpec, cluster: PlanClusterResource, onPreview: (preview: Preview | undefined) => void): void;
  end(): void;
}

interface Waiting {
  spec: TrainSpec;
  cluster: PlanClusterResource;
  onPreview(preview: Preview | undefined): void;
}

export function createBrowserPlanner(worker: WorkerLike): BrowserPlanner {
  let count = 0;
  let known: PlanClusterResource | undefined;
  let running: Waiting | undefined;
  let next: Waiting | undefined;

  const ask = (waiting: Waiting) => {
    running = waiting;
    const { spec, cluster } = waiting;
    worker.postMessage({ id: ++count, spec, ...(cluster !== known && { cluster }) });
    known = cluster;
  };

  worker.addEventListener('message', ({ data: { id, preview } }) => {
    if (id !== count) return;
    const answered = running;
    running = undefined;
    if (next) ask(next);
    next = undefined;
    answered?.onPreview(preview);
  });

  return {
    plan(spec, cluster, onPreview) {
      if (running) next = { spec, cluster, onPreview };
      else ask({ spec, cluster, onPreview });
    },
    end: () => worker.terminate(),
  };
}

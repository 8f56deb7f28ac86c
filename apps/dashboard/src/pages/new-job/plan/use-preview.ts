import { AppError, type PlanClusterResource, type TrainSpec } from '@massif/contracts';
import type { PlanResult } from '@massif/planner';
import { useEffect, useRef, useState } from 'react';
import { createBrowserPlanner, type BrowserPlanner } from './planner.ts';
import type { Preview } from './preview.ts';

/** What a draft would be on the devices that are there. */
export interface PlanPreview {
  /** Of the latest draft that could be planned. */
  result: PlanResult | undefined;
  /** That draft. */
  planned: TrainSpec | undefined;
  /** Why the draft cannot be planned as it is. */
  error: AppError | undefined;
  /** The draft that the rest is about; the latest, but for the milliseconds until it is planned. */
  spec: TrainSpec | undefined;
  /** Whether only the API can tell, since the model lies there. */
  isElsewhere: boolean;
}

const nothing: PlanPreview = { result: undefined, planned: undefined, error: undefined, spec: undefined, isElsewhere: false };

/** Plans a draft beside the page, again whenever it changes. @param spec undefined while the draft is none */
export function usePreview(spec: TrainSpec | undefined, cluster: PlanClusterResource | undefined): PlanPreview {
  const [preview, setPreview] = useState(nothing);
  const planner = useRef<BrowserPlanner>(undefined);
  useEffect(
    () => () => {
      planner.current?.end();
      planner.current = undefined;
    },
    [],
  );
  useEffect(() => {
    if (!spec || !cluster) return;
    planner.current ??= createBrowserPlanner(new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }));
    planner.current.plan(spec, cluster, (answer) => setPreview((before) => after(before, spec, answer)));
  }, [spec, cluster]);
  return preview;
}

/** What was planned last stays in view while the draft cannot be: the page says so beside it. */
function after({ result, planned }: PlanPreview, spec: TrainSpec, answer: Preview | undefined): PlanPreview {
  if (!answer) return { ...nothing, spec, isElsewhere: true };
  if (answer.result) return { ...nothing, spec, planned: spec, result: answer.result };
  const { code, message, context, errors } = answer.refusal;
  return { result, planned, spec, isElsewhere: false, error: new AppError(code, message, { context, errors }) };
}

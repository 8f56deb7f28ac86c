import type { Job, MetricPoint } from '@massif/contracts';
import { createSeries, type Series } from '@massif/ui';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { client } from '../../api/client.ts';
import { useLive } from '../../api/live/live.tsx';

/** Points that a picture of all steps has; what comes live is added in full. */
const picturePoints = 1500;
const capacity = 20_000;
/** Points at hand for what is measured now. */
const recentMax = 64;

const stepColumns = ['step', 'loss', 'gradNorm', 'stepTimeMs', 'tokensPerSecond', 'learningRate', 'deviceBytes'] as const;
const evaluationColumns = ['step', 'loss'] as const;

/** The series of a job, outside React: whoever draws them listens to them. `step` counts those that are done. */
export interface Metrics {
  steps: Series<(typeof stepColumns)[number]>;
  evaluations: Series<(typeof evaluationColumns)[number]>;
  /** The last points, in order of steps. */
  recent(): readonly MetricPoint[];
}

interface MetricStore extends Metrics {
  /** Points of a picture: some of many. */
  push(points: readonly MetricPoint[], tokensPerStep: number | null): void;
  /** Each of the last points. */
  pushLast(points: readonly MetricPoint[], tokensPerStep: number | null): void;
}

function createMetricStore(): MetricStore {
  const steps = createSeries({ columns: stepColumns, capacity });
  const evaluations = createSeries({ columns: evaluationColumns, capacity });
  let recent: MetricPoint[] = [];
  const push: MetricStore['push'] = (points, tokensPerStep) => {
    steps.push(points.map((point) => ({ ...point, step: point.step + 1, tokensPerSecond: speedOf(point, tokensPerStep) })));
    const evaluated = points.filter(({ evaluationLoss }) => evaluationLoss !== null);
    if (evaluated.length > 0) evaluations.push(evaluated.map(({ step, evaluationLoss }) => ({ step: step + 1, loss: evaluationLoss })));
  };
  return {
    steps,
    evaluations,
    recent: () => recent,
    push,
    pushLast(points, tokensPerStep) {
      const byStep = new Map([...recent, ...points].map((point) => [point.step, point]));
      recent = [...byStep.values()].toSorted((a, b) => a.step - b.step).slice(-recentMax);
      push(points, tokensPerStep);
    },
  };
}

const speedOf = ({ stepTimeMs }: MetricPoint, tokensPerStep: number | null) =>
  stepTimeMs && tokensPerStep ? (tokensPerStep * 1000) / stepTimeMs : null;

/**
 * The metrics of a job: all steps as a picture, the stretch that is zoomed into in full, the last ones, and what comes live.
 * @param zoom steps done
 */
export function useMetrics(
  { id, progress }: Pick<Job, 'id' | 'progress'>,
  tokensPerStep: number | null,
  zoom: readonly [number, number] | null,
): { metrics: Metrics; isLoading: boolean } {
  const [store] = useState(createMetricStore);
  const picture = useQuery({
    queryKey: ['metrics', id, zoom],
    queryFn: async ({ signal }) => {
      const range = zoom ? { from: Math.max(0, zoom[0] - 1), to: zoom[1] } : {};
      return (await client.jobs.metricsPicture(id, { points: picturePoints, ...range, signal })).items;
    },
    staleTime: Infinity,
    gcTime: 0,
  });
  // What is measured now must not be judged by points of a picture, which were chosen because they stand out, nor by those that are zoomed into.
  const from = Math.max(0, (progress?.step ?? 0) - recentMax);
  const { data: last } = useQuery({
    queryKey: ['metrics', id, 'last'],
    queryFn: async ({ signal }) => (await client.jobs.metricsPicture(id, { points: 4000, from, signal })).items,
    staleTime: Infinity,
    gcTime: 0,
  });
  useEffect(() => store.push(picture.data ?? [], tokensPerStep), [store, picture.data, tokensPerStep]);
  useEffect(() => store.pushLast(last ?? [], tokensPerStep), [store, last, tokensPerStep]);
  const known = Math.max(0, ...(last ?? []).map(({ seq }) => seq));
  useLive(last ? { kind: 'metrics', job: id, after: known } : undefined, (frame) => {
    if (frame.event === 'metrics') store.pushLast(frame.data.items, tokensPerStep);
  });
  return { metrics: store, isLoading: picture.isPending };
}

/** The last points as they are by now; a component that shows numbers of them is drawn again at most once a frame. */
export function useRecent(metrics: Metrics): readonly MetricPoint[] {
  useSyncExternalStore(metrics.steps.subscribe, () => metrics.steps.version);
  return metrics.recent();
}

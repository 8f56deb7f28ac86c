import { metricColumns, type List, type MetricColumn, type MetricPoint } from '@massif/contracts';
import type { Job, MetricStep, Store } from '@massif/store';
import type { Series } from './series.ts';

const columns = ['step', 'attempt', 'time', ...metricColumns] as const;
const batch = 500;

/**
 * Metrics are a series by change: a point's `seq` is the number of its last change within the job. It comes again, with a
 * greater one, when an evaluation followed it or another attempt went over the step once more; readers keep the last one
 * of each step, and whoever resumes behind the last `seq` that he saw misses none.
 */
export function metricSeries({ store: { metrics }, job }: { store: Pick<Store, 'metrics'>; job: Job }): Series<MetricPoint> {
  const scope = { projectId: job.projectId };
  const read = async (after: number, limit: number) => {
    const { steps, seq, more } = await metrics.after(scope, job.id, { seq: after, columns, limit });
    return { items: steps.map(pointOf), seq, more };
  };
  return {
    topic: 'metric',
    async page(after, limit) {
      const [page, total] = await Promise.all([read(after, limit), metrics.count(scope, job.id)]);
      return { ...page, total };
    },
    async follow(after) {
      const beyond = after > 0 && after > (await metrics.lastSeq(scope, job.id));
      let position = beyond ? 0 : after;
      return {
        ...(beyond ? { reset: { oldest: 1 } } : {}),
        position: () => position,
        async read() {
          const { items, seq, more } = await read(position, batch);
          position = seq;
          return { frames: items.map((data) => ({ id: data.seq, event: 'metric', data })), more };
        },
      };
    },
  };
}

/** The whole series, or a range of its steps, in a number of its points that a picture can show. */
export async function metricPicture(
  { store: { metrics }, job }: { store: Pick<Store, 'metrics'>; job: Job },
  range: { points: number; from?: number | undefined; to?: number | undefined },
): Promise<List<MetricPoint>> {
  const scope = { projectId: job.projectId };
  const [steps, total] = await Promise.all([metrics.sample(scope, job.id, { columns, ...range }), metrics.count(scope, job.id)]);
  return { items: steps.map(pointOf), nextCursor: null, total };
}

function pointOf({ seq, values, evaluationLoss }: MetricStep): MetricPoint {
  // Every row has a step, an attempt and a time.
  const [step, attempt, time, ...reported] = values as [number, number, number, ...(number | null)[]];
  const metrics = Object.fromEntries(metricColumns.map((name, index) => [name, reported[index] ?? null])) as Record<
    MetricColumn,
    number | null
  >;
  return { seq, step, attempt, time: new Date(time).toISOString(), ...metrics, evaluationLoss };
}

import { AppError, isTerminal, type Job, type LiveSeries } from '@massif/contracts';
import type * as store from '@massif/store';
import { eventSeries } from '../events.ts';
import { followJob } from '../follow.ts';
import { logSeries } from '../logs.ts';
import { metricSeries } from '../metrics.ts';
import type { Series } from '../series.ts';
import type { SseFrame } from '../sse.ts';
import { createWake } from '../wake.ts';

export interface JobFramesOptions {
  store: store.Store;
  job: store.Job;
  signal: AbortSignal;
}

const everyMs = 1000;
/** What nobody tells of, such as a speed that ends because nothing is heard any more. */
const lookEveryMs = 5000;

/** A job as it is, then whenever it is another, until it has ended. */
export async function* jobFrames(
  { store, job: { id, projectId }, signal }: JobFramesOptions,
  view: (row: store.Job) => Job,
): AsyncGenerator<SseFrame[]> {
  const wake = createWake();
  const pause = createWake();
  const unsubscribe = store.listener.subscribe({ jobId: id, topics: ['event', 'metric'], onChange: wake.ring });
  let shown: string | undefined;
  try {
    while (!signal.aborted) {
      try {
        const row = await store.jobs.get({ projectId }, id);
        if (row === null) return;
        const data = view(row);
        const text = JSON.stringify(data);
        if (text !== shown) yield [{ event: 'job', data, text }];
        shown = text;
        if (isTerminal(data.state)) return;
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'service_unavailable') throw error;
      }
      await pause.wait(everyMs, signal);
      await wake.wait(lookEveryMs - everyMs, signal);
    }
  } finally {
    unsubscribe();
  }
}

/** A series of a job after a sequence, many items in a frame. */
export async function* seriesFrames(
  { store, job, signal }: JobFramesOptions,
  { kind, after }: { kind: LiveSeries; after: number },
): AsyncGenerator<SseFrame[]> {
  const series: Series<unknown> =
    kind === 'events'
      ? eventSeries({ store, job })
      : kind === 'metrics'
        ? metricSeries({ store, job })
        : logSeries({ store, job, filter: {} });
  const state = () => store.jobs.get({ projectId: job.projectId }, job.id);
  for await (const frames of followJob({ listener: store.listener, job, after, series, state, signal })) {
    const [first] = frames;
    // A heartbeat is said for the whole connection.
    if (!first) continue;
    const about = { job: job.id };
    if (first.event === 'reset') yield [{ event: 'reset', data: { ...about, series: kind, ...(first.data as object) } }];
    else if (first.event === 'end') yield [{ event: 'ended', data: { ...about, series: kind, ...(first.data as object) } }];
    else yield [{ event: kind, data: { ...about, items: frames.map(({ data }) => data) } }];
  }
}

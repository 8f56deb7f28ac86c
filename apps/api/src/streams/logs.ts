import type { List, LogLine } from '@massif/contracts';
import type { Job, Store } from '@massif/store';
import { viewLogLine } from '../views/job.ts';
import type { Series } from './series.ts';

const batch = 500;

export interface LogFilter {
  rank?: number | undefined;
  attempt?: number | undefined;
  search?: string | undefined;
}

/** The last lines of a job, or the last before a sequence; `nextCursor` is the sequence that the page before ends at. */
export async function logTail(
  { store: { logs }, job, filter }: { store: Pick<Store, 'logs'>; job: Job; filter: LogFilter },
  { before, limit }: { before: number; limit: number },
): Promise<List<LogLine>> {
  const scope = { projectId: job.projectId };
  const [{ items, seq, more }, total] = await Promise.all([
    logs.read(scope, job.id, { ...filter, before, limit }),
    logs.count(scope, job.id, filter),
  ]);
  return { items: items.map(viewLogLine), nextCursor: more ? String(seq) : null, total };
}

/** Log lines are numbered within the job; old ones are thrown away after a while. */
export function logSeries({ store: { logs }, job, filter }: { store: Pick<Store, 'logs'>; job: Job; filter: LogFilter }): Series<LogLine> {
  const scope = { projectId: job.projectId };
  const read = (after: number, limit: number) => logs.read(scope, job.id, { ...filter, after, limit });
  return {
    topic: 'log',
    async page(after, limit) {
      const [{ items, seq, more }, total] = await Promise.all([read(after, limit), logs.count(scope, job.id, filter)]);
      return { items: items.map(viewLogLine), seq, more, total };
    },
    async follow(after) {
      const { items: last, oldestSeq } = await logs.read(scope, job.id, { before: Number.MAX_SAFE_INTEGER, limit: 1 });
      const lastSeq = last[0]?.seq ?? 0;
      // Lines behind the reader's place are gone, or its place is of another job.
      const lost = after > lastSeq || (after > 0 && after + 1 < oldestSeq);
      let position = lost ? 0 : after;
      return {
        ...(lost ? { reset: { oldest: oldestSeq } } : {}),
        position: () => position,
        async read() {
          const { items, seq, more } = await read(position, batch);
          position = seq;
          return { frames: items.map(viewLogLine).map((data) => ({ id: data.seq, event: 'log', data })), more };
        },
      };
    },
  };
}

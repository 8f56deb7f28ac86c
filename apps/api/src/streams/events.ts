import type { Event } from '@massif/contracts';
import type { Job, Store } from '@massif/store';
import { viewEvent } from '../views/job.ts';
import type { Series } from './series.ts';

const batch = 200;

/** Events are numbered from 1 without a gap and never thrown away. */
export function eventSeries({ store, job }: { store: Store; job: Job }): Series<Event> {
  const scope = { projectId: job.projectId };
  const read = async (after: number, limit: number) => {
    const rows = await store.events.after(scope, job.id, { seq: after, limit });
    return { items: rows.map(viewEvent), seq: rows.at(-1)?.seq ?? after, more: rows.length === limit };
  };
  return {
    topic: 'event',
    async page(after, limit) {
      const page = await read(after, limit);
      return { ...page, more: page.seq < job.eventSeq && page.more, total: job.eventSeq };
    },
    async follow(after) {
      const beyond = after > job.eventSeq;
      let position = beyond ? 0 : after;
      return {
        ...(beyond ? { reset: { oldest: 1 } } : {}),
        position: () => position,
        async read() {
          const { items, seq, more } = await read(position, batch);
          position = seq;
          return { frames: items.map((data) => ({ id: data.seq, event: 'event', data })), more };
        },
      };
    },
  };
}

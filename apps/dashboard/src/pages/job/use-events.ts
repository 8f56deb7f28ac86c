import type { AppError, Event } from '@massif/contracts';
import { pages } from '@massif/sdk';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../api/client.ts';
import { useLive } from '../../api/live/live.tsx';

/** A job has hundreds of events at most, but for its checkpoints. */
const eventsMax = 5000;

/** The history of a job, and what happens now. */
export function useEvents(id: string): { events: readonly Event[]; error: AppError | null; isLoading: boolean } {
  const [live, setLive] = useState<readonly Event[]>([]);
  const { data, error, isPending } = useQuery({
    queryKey: ['events', id],
    queryFn: async ({ signal }) => {
      const events: Event[] = [];
      for await (const event of pages((page) => client.jobs.listEvents(id, { ...page, signal })))
        if (events.push(event) === eventsMax) break;
      return events;
    },
  });
  const after = data?.at(-1)?.seq ?? 0;
  useLive(data ? { kind: 'events', job: id, after } : undefined, (frame) => {
    if (frame.event !== 'events') return;
    setLive((before) => [...before, ...frame.data.items]);
  });
  const known = new Map([...(data ?? []), ...live].map((event) => [event.seq, event]));
  return { events: [...known.values()], error, isLoading: isPending };
}

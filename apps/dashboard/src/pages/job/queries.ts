import { queryOptions } from '@tanstack/react-query';
import { client } from '../../api/client.ts';

/** Under the job's own name, so that whoever hears that it changed can ask for all of it again. */
const partKey = (id: string, part: string) => ['job-parts', id, part] as const;

export const checkpointsQuery = (id: string) =>
  queryOptions({ queryKey: partKey(id, 'checkpoints'), queryFn: ({ signal }) => client.jobs.checkpoints(id, { limit: 200, signal }) });

export const attemptsQuery = (id: string) =>
  queryOptions({ queryKey: partKey(id, 'attempts'), queryFn: ({ signal }) => client.jobs.attempts(id, { limit: 200, signal }) });

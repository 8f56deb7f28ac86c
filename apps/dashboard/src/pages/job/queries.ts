import { queryOptions } from '@tanstack/react-query';
import { client } from '../../api/client.ts';

export const checkpointsQuery = (id: string) =>
  queryOptions({ queryKey: ['checkpoints', id], queryFn: ({ signal }) => client.jobs.checkpoints(id, { limit: 200, signal }) });

import { queryOptions } from '@tanstack/react-query';
import { client } from '../api/client.ts';

/** The devices that plans count on; they are looked at again now and then, since they may have been measured meanwhile. */
export const planClusterQuery = queryOptions({
  queryKey: ['plan-cluster'],
  queryFn: ({ signal }) => client.plans.cluster({ signal }),
  refetchInterval: 60_000,
});

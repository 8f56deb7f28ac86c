import type { Permission, Session } from '@massif/contracts';
import { queryOptions, useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { client } from './client.ts';
import { isSignedOut } from './errors.ts';
import { sessionKey } from './query-client.ts';

/** Who uses this browser; null when nobody has signed in. */
const sessionQuery = queryOptions({
  queryKey: sessionKey,
  queryFn: async ({ signal }): Promise<Session | null> => {
    try {
      return await client.session.get({ signal });
    } catch (error) {
      if (isSignedOut(error)) return null;
      throw error;
    }
  },
  staleTime: Infinity,
});

export function useSession() {
  return useQuery(sessionQuery);
}

/** Whether who is signed in may do something; false until that is known. */
export function useMay(permission: Permission): boolean {
  return useQuery(sessionQuery).data?.permissions.includes(permission) ?? false;
}

/** What one may see, another may not. */
function forgetAll(queryClient: QueryClient): void {
  queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionKey[0] });
}

export function useSignIn() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (token: string) => client.session.create(token),
    onSuccess: (session) => {
      // What was left by a session that has expired.
      forgetAll(queryClient);
      queryClient.setQueryData(sessionKey, session);
    },
  });
}

export function useSignOut() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => client.session.end(),
    onSuccess: () => {
      forgetAll(queryClient);
      queryClient.setQueryData(sessionKey, null);
    },
  });
}

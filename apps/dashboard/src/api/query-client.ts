import type { AppError } from '@massif/contracts';
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { isSignedOut } from './errors.ts';

declare module '@tanstack/react-query' {
  interface Register {
    /** What every function of the sdk throws. */
    defaultError: AppError;
  }
}

export const sessionKey = ['session'] as const;

/** The caches of everything that was asked for. Whoever is told that he is signed out, by whatever request, is. */
export function createQueryClient(): QueryClient {
  const onError = (error: unknown) => {
    if (isSignedOut(error)) queryClient.setQueryData(sessionKey, null);
  };
  const queryClient: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    // The sdk has tried again where that helps; the stream keeps what is shown fresh.
    defaultOptions: { queries: { retry: false, staleTime: 15_000 }, mutations: { retry: false } },
  });
  return queryClient;
}

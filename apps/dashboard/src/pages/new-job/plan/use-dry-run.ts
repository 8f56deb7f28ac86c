import type { DryRun } from '@massif/contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { client } from '../../../api/client.ts';

/** Every letter needs no question of its own. */
const calmMs = 500;

/**
 * What the API says of a draft: whether it would start at once, and its plan where only the API can make one.
 * @param text undefined while there is nothing to ask
 */
export function useDryRun(text: string | undefined) {
  const [asked, setAsked] = useState<string>();
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text), calmMs);
    return () => clearTimeout(timer);
  }, [text]);
  const { data, error, isFetching } = useQuery({
    queryKey: ['dry-run', asked],
    queryFn: ({ signal }) => client.jobs.dryRun({ text: asked! }, { signal }),
    enabled: asked !== undefined,
    // Others come and go.
    refetchInterval: 15_000,
    placeholderData: keepPreviousData,
    gcTime: 30_000,
  });
  const dryRun: DryRun | undefined = text === undefined || error ? undefined : data;
  return { dryRun, error: asked === text ? error : null, isFetching };
}

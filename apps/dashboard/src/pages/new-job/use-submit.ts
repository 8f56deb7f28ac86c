import type { Job } from '@massif/contracts';
import { newIdempotencyKey } from '@massif/sdk';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef } from 'react';
import { client } from '../../api/client.ts';
import { keys } from '../../api/keys.ts';
import { forgetDraft } from './draft/storage.ts';

/** Puts a spec into its queue and goes to the job. To press twice, or again after a failure on the way, makes one job. */
export function useSubmit() {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const last = useRef<{ text: string; key: string }>(undefined);
  return useMutation({
    mutationFn: (text: string): Promise<Job> => {
      if (last.current?.text !== text) last.current = { text, key: newIdempotencyKey() };
      return client.jobs.submit({ text }, { idempotencyKey: last.current.key });
    },
    onSuccess: (job) => {
      last.current = undefined;
      forgetDraft();
      queryClient.setQueryData(keys.job(job.id), job);
      void queryClient.invalidateQueries({ queryKey: keys.jobs });
      return navigate({ to: '/jobs/$id', params: { id: job.id } });
    },
  });
}

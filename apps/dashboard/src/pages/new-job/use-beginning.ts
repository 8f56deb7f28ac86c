import { AppError } from '@massif/contracts';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { jobQuery } from '../../api/queries.ts';
import { draftOfJob, draftWithModel, initialDraft } from './draft/begin.ts';
import { readStoredDraft, type StoredDraft } from './draft/storage.ts';
import { sourceOf, type NewJobSearch } from './search.ts';
import { templatesQuery } from './templates.tsx';

type Beginning = { draft?: Pick<StoredDraft, 'text' | 'mode'> | undefined; error?: AppError | undefined; retry?: (() => void) | undefined };

/** What the page begins with: the draft that was left there, else what the address asks for. */
export function useBeginning(search: NewJobSearch): Beginning {
  const source = sourceOf(search);
  const [stored, setStored] = useState(() => ({ source, draft: readStoredDraft(source) }));
  if (stored.source !== source) setStored({ source, draft: readStoredDraft(source) });
  const isStored = stored.draft !== undefined;
  const template = useQuery({ ...templatesQuery, enabled: !isStored && source.startsWith('template:') });
  const job = useQuery({ ...jobQuery(search.from ?? ''), enabled: !isStored && source.startsWith('from:') });
  if (stored.draft) return { draft: stored.draft };
  const form = (text: string): Beginning => ({ draft: { text, mode: 'form' } });
  if (search.template !== undefined) {
    if (template.data) {
      const found = template.data.items.find(({ id }) => id === search.template);
      return found ? form(found.spec) : { error: new AppError('not_found', `There is no template ${search.template}`) };
    }
    return { error: template.error ?? undefined, retry: () => void template.refetch() };
  }
  if (search.from !== undefined)
    return job.data ? form(draftOfJob(job.data.spec)) : { error: job.error ?? undefined, retry: () => void job.refetch() };
  if (search.model !== undefined) return form(draftWithModel({ preset: search.model }));
  if (search.modelOf !== undefined) return form(draftWithModel({ job: search.modelOf }));
  return form(initialDraft);
}

import { toAppError, type Template } from '@massif/contracts';
import { Button, buttonClass, Card, Section, Skeleton } from '@massif/ui';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleSlash, Clock, Play } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { client } from '../../api/client.ts';
import { useFormat } from '../../i18n/format.ts';
import { useRefusalText } from '../../plan/words.ts';
import { useMay } from '../../api/session.ts';
import { Failure } from '../../shell/failure.tsx';
import { checkText } from './draft/check.ts';
import { forgetDraft } from './draft/storage.ts';
import { useSubmit } from './use-submit.ts';

export const templatesQuery = queryOptions({
  queryKey: ['templates'],
  queryFn: ({ signal }) => client.templates.list({ limit: 200, signal }),
  staleTime: 60_000,
});

/** Jobs that can be started as they are, or be changed first. */
export function Templates() {
  const t = useTranslations('newJob.templates');
  const { data, error, refetch } = useQuery(templatesQuery);
  if (data?.items.length === 0) return null;
  return (
    <Section title={t('title')} description={t('description')}>
      {error && !data ? (
        <Failure error={error} retry={() => void refetch()} compact />
      ) : (
        <ul className="grid grid-cols-[repeat(auto-fit,minmax(min(16rem,100%),1fr))] gap-3">
          {data
            ? startableFirst(data.items).map((template) => <TemplateCard key={template.id} template={template} />)
            : [0, 1, 2, 3].map((place) => (
                <li key={place}>
                  <Skeleton className="h-37 rounded-lg" />
                </li>
              ))}
        </ul>
      )}
    </Section>
  );
}

function startableFirst(templates: readonly Template[]): Template[] {
  return templates.toSorted((a, b) => Number(a.problem !== null) - Number(b.problem !== null));
}

/** Templates that this product brings along have words in both languages; others have their own. */
function useTemplateWords({ id, title, description }: Template): { title: string; description: string } {
  const t = useTranslations('newJob.templates.known');
  const known = `${id as 'moby-dick'}` as const;
  return t.has(`${known}.title`) ? { title: t(`${known}.title`), description: t(`${known}.description`) } : { title, description };
}

function TemplateCard({ template }: { template: Template }) {
  const { id, spec, problem } = template;
  const { title, description } = useTemplateWords(template);
  const t = useTranslations('newJob.templates');
  const refusal = useRefusalText();
  const submit = useSubmit();
  const maySubmit = useMay('jobs:write');
  const Outlook = problem ? CircleSlash : Clock;
  return (
    <li>
      <Card className="flex h-full flex-col gap-2">
        <h3 className="text-sm font-semibold">{title}</h3>
        <p className="flex-1 text-sm text-text-2">{description}</p>
        <p className="flex items-start gap-1.5 text-xs text-text-3">
          <Outlook aria-hidden className="mt-px size-3.5 shrink-0" />
          {problem ? (
            refusal(toAppError({ ...problem, context: problem }), checkText(spec).spec).sentence
          ) : (
            <Duration minutes={template.minutes} />
          )}
        </p>
        {submit.isError && <Failure error={submit.error} compact />}
        <div className="flex gap-2">
          <Button
            size="sm"
            variant="primary"
            icon={Play}
            busy={submit.isPending}
            disabled={problem !== null || !maySubmit}
            aria-label={t('startIt', { title })}
            onClick={() => submit.mutate(spec)}
          >
            {t('start')}
          </Button>
          <Link
            to="/new"
            search={{ template: id }}
            aria-label={t('changeIt', { title })}
            onClick={forgetDraft}
            className={buttonClass({ size: 'sm' })}
          >
            {t('change')}
          </Link>
        </div>
      </Card>
    </li>
  );
}

function Duration({ minutes }: Pick<Template, 'minutes'>) {
  const t = useTranslations('newJob.templates');
  const format = useFormat();
  if (minutes === null) return <>{t('unknownTime')}</>;
  return <>{minutes < 1 ? t('takesLess') : t('takes', { time: format.span(minutes * 60) })}</>;
}

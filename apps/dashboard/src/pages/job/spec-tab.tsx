import type { Job } from '@massif/contracts';
import { Button, buttonClass, CopyButton, Segmented } from '@massif/ui';
import { Link } from '@tanstack/react-router';
import { Copy, Download } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useTranslations } from 'use-intl';
import { stringify } from 'yaml';
import { draftOfJob, ordered } from '../new-job/draft/begin.ts';

/** What the job was asked to be. */
export function SpecTab({ job }: { job: Job }) {
  const t = useTranslations('job.spec');
  const [form, setForm] = useState<'written' | 'full'>('written');
  const text = useMemo(
    () => (form === 'written' ? draftOfJob(job.spec) : stringify(ordered(job.spec), { lineWidth: 0 })),
    [form, job.spec],
  );
  const save = () => {
    const url = URL.createObjectURL(new Blob([text], { type: 'application/yaml' }));
    Object.assign(document.createElement('a'), { href: url, download: `${job.name}.yaml` }).click();
    URL.revokeObjectURL(url);
  };
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Segmented
          label={t('form')}
          value={form}
          onValueChange={setForm}
          options={[
            { value: 'written', label: t('written') },
            { value: 'full', label: t('full') },
          ]}
        />
        <span className="ml-auto flex items-center gap-2">
          <CopyButton text={text} size="md" />
          <Button icon={Download} onClick={save}>
            {t('download')}
          </Button>
          <Link to="/new" search={{ from: job.id }} className={buttonClass()}>
            <Copy aria-hidden className="-ml-0.5 size-4" />
            {t('change')}
          </Link>
        </span>
      </div>
      <pre
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard (WCAG 2.1.1)
        tabIndex={0}
        aria-label={t('title')}
        className="overflow-auto rounded-lg border border-line bg-surface p-4 font-mono text-xs leading-5"
      >
        {text}
      </pre>
    </div>
  );
}

import type { Job } from '@massif/contracts';
import { AlertDialog, Button, SkeletonText, useToast } from '@massif/ui';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { CircleStop } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { client } from '../../api/client.ts';
import { keys } from '../../api/keys.ts';
import { useFormat } from '../../i18n/format.ts';
import { curl } from '../../shell/commands.ts';
import { CommandLines } from '../../shell/copy-as-command.tsx';
import { Failure } from '../../shell/failure.tsx';
import { checkpointsQuery } from './queries.ts';

/** Ends a job. A gang that trains writes a checkpoint and leaves; one that cannot loses the steps since its last one. */
export function CancelJob({ job }: { job: Job }) {
  const t = useTranslations('job.cancel');
  const queryClient = useQueryClient();
  const toast = useToast();
  const [isOpen, setIsOpen] = useState(false);
  const cancel = useMutation({
    mutationFn: () => client.jobs.cancel(job.id),
    onSuccess: (cancelled) => {
      queryClient.setQueryData(keys.job(job.id), cancelled);
      setIsOpen(false);
      toast.show({ title: t('asked', { name: job.name }) });
    },
  });
  return (
    <AlertDialog
      danger
      open={isOpen}
      onOpenChange={(open) => {
        cancel.reset();
        setIsOpen(open);
      }}
      trigger={
        <Button icon={CircleStop} variant="secondary">
          {t('action')}
        </Button>
      }
      title={t('title', { name: job.name })}
      confirmLabel={t('action')}
      cancelLabel={t('keep')}
      busy={cancel.isPending}
      onConfirm={() => cancel.mutate()}
    >
      {isOpen && <WhatIsLost job={job} />}
      {cancel.isError && <Failure error={cancel.error} compact />}
      <CommandLines commands={{ cli: `massif cancel ${job.id}`, rest: curl('POST', `jobs/${job.id}/cancel`) }} />
    </AlertDialog>
  );
}

function WhatIsLost({ job }: { job: Job }) {
  const t = useTranslations('job.cancel');
  const format = useFormat();
  const { data, isPending } = useQuery(checkpointsQuery(job.id));
  const step = job.progress?.step ?? 0;
  const lossText = (done: number) => {
    if (!data) return t('unknownCheckpoint');
    const kept = data.items[0]?.step;
    return kept === undefined ? t('noCheckpoint') : t('checkpoint', { step: format.integer(kept), lost: Math.max(0, done - kept) });
  };
  if (step === 0) return <p>{t('nothingDone')}</p>;
  if (isPending) return <SkeletonText lines={3} />;
  return (
    <>
      <p>{t('steps', { step: format.integer(step) })}</p>
      <p>{lossText(step)}</p>
      <p>{t('noModel')}</p>
    </>
  );
}

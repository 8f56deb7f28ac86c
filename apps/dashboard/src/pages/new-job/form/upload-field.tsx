import { AppError, toAppError } from '@massif/contracts';
import { Button, cx, Field, IconButton, Progress } from '@massif/ui';
import { useQueries, useQueryClient } from '@tanstack/react-query';
import { FileText, Trash2, Upload as UploadIcon } from 'lucide-react';
import { useEffect, useRef, useState, type DragEvent } from 'react';
import { useTranslations } from 'use-intl';
import { client } from '../../../api/client.ts';
import { useFormat } from '../../../i18n/format.ts';
import { Failure } from '../../../shell/failure.tsx';
import { ProblemText } from './problem-text.tsx';
import { useProblem } from './problems.ts';
import { problemOfText } from './text-file.ts';
import { uploadFile } from './upload.ts';

interface Sending {
  key: number;
  name: string;
  share: number;
  stop(): void;
  error?: AppError;
}

const uploadKey = (reference: string) => ['upload', reference] as const;

/** Text files of this computer: they are sent at once, and the spec names what the API has made of them. */
export function UploadField({ references, onChange }: { references: readonly string[]; onChange(references: string[]): void }) {
  const t = useTranslations('newJob.data');
  const problem = useProblem('data.text', 'data');
  const queryClient = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const [sending, setSending] = useState<Sending[]>([]);
  const [isOver, setIsOver] = useState(false);
  const count = useRef(0);
  const latest = useRef(references);
  useEffect(() => {
    latest.current = references;
  }, [references]);

  const change = (key: number, next: Partial<Sending> | undefined) =>
    setSending((all) => all.flatMap((one) => (one.key !== key ? [one] : next ? [{ ...one, ...next }] : [])));
  const send = async (file: File) => {
    const key = count.current++;
    const controller = new AbortController();
    setSending((all) => [...all, { key, name: file.name, share: 0, stop: () => controller.abort() }]);
    try {
      const wrong = await problemOfText(file);
      if (wrong) throw new AppError('data_invalid', t(wrong, { name: file.name }));
      const upload = await uploadFile(file, { onProgress: (share) => change(key, { share }), signal: controller.signal });
      queryClient.setQueryData(uploadKey(upload.reference), upload);
      change(key, undefined);
      if (latest.current.includes(upload.reference)) return;
      const all = [...latest.current, upload.reference];
      latest.current = all;
      onChange(all);
    } catch (error) {
      change(key, controller.signal.aborted ? undefined : { error: toAppError(error) });
    }
  };
  const sendAll = (files: FileList | null) => [...(files ?? [])].forEach((file) => void send(file));
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setIsOver(false);
    sendAll(event.dataTransfer.files);
  };
  return (
    <Field label={t('files')} required error={problem && <ProblemText problem={problem} />}>
      <div
        role="presentation"
        onDragOver={(event) => {
          event.preventDefault();
          setIsOver(true);
        }}
        onDragLeave={() => setIsOver(false)}
        onDrop={onDrop}
        className={cx(
          'flex flex-col gap-2 rounded-md border border-dashed p-3',
          isOver ? 'border-accent bg-accent-soft' : 'border-line-strong',
        )}
      >
        <UploadedFiles references={references} onRemove={(reference) => onChange(references.filter((one) => one !== reference))} />
        {sending.map(({ key, name, share, stop, error }) =>
          error ? (
            <Failure
              key={key}
              error={error}
              compact
              action={
                <Button size="sm" onClick={() => change(key, undefined)}>
                  {t('dismiss')}
                </Button>
              }
            />
          ) : (
            <div key={key} className="flex items-end gap-2">
              <div className="min-w-0 flex-1">
                <Progress label={name} value={share} valueText={t('sent', { share: Math.round(share * 100) })} />
              </div>
              <Button size="sm" variant="ghost" onClick={stop}>
                {t('stop')}
              </Button>
            </div>
          ),
        )}
        <div className="flex flex-wrap items-center gap-2">
          <Button icon={UploadIcon} data-invalid-part={problem && ''} onClick={() => input.current?.click()}>
            {t('choose')}
          </Button>
          <span className="text-xs text-text-2">{t('drop')}</span>
        </div>
        <input
          ref={input}
          type="file"
          multiple
          accept=".txt,.md,.text,text/*"
          aria-label={t('files')}
          tabIndex={-1}
          className="sr-only"
          onChange={(event) => {
            sendAll(event.target.files);
            event.target.value = '';
          }}
        />
      </div>
    </Field>
  );
}

function UploadedFiles({ references, onRemove }: { references: readonly string[]; onRemove(reference: string): void }) {
  const t = useTranslations('newJob.data');
  const format = useFormat();
  const uploads = useQueries({
    queries: references.map((reference) => ({
      queryKey: uploadKey(reference),
      queryFn: () => client.uploads.get(reference.replace(/^upload:/, '')),
      enabled: reference.startsWith('upload:'),
      staleTime: Infinity,
    })),
  });
  if (references.length === 0) return null;
  return (
    <ul className="flex flex-col">
      {references.map((reference, index) => {
        const upload = uploads[index]?.data;
        return (
          <li key={reference} className="flex min-h-8 items-center gap-2 text-sm">
            <FileText aria-hidden className="size-4 shrink-0 text-text-3" />
            <span className="min-w-0 flex-1 truncate">{upload?.name ?? reference}</span>
            <span className="text-xs text-text-2">{format.bytes(upload?.bytes)}</span>
            <IconButton
              icon={Trash2}
              size="sm"
              label={t('remove', { name: upload?.name ?? reference })}
              onClick={() => onRemove(reference)}
            />
          </li>
        );
      })}
    </ul>
  );
}

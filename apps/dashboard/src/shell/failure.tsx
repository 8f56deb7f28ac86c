import { Button, ErrorState } from '@massif/ui';
import { RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { useErrorText } from '../i18n/sentences.ts';

/** What went wrong, what to do, and what to name when one asks for help. */
export function Failure({
  error,
  retry,
  compact = false,
  action,
  elsewhere,
}: {
  error: unknown;
  retry?: () => void;
  compact?: boolean;
  action?: ReactNode;
  /** A way to where there is something, in place of a further try, when it does not exist. */
  elsewhere?: ReactNode;
}) {
  const t = useTranslations('shell');
  const { title, detail, meaning, fix, code, requestId } = useErrorText()(error);
  const isGone = elsewhere !== undefined && code === 'not_found';
  const again = isGone ? undefined : retry;
  const way = isGone ? elsewhere : action;
  return (
    <ErrorState
      title={title}
      detail={detail}
      meaning={compact ? undefined : meaning}
      whatToDo={fix}
      code={code}
      requestId={requestId}
      compact={compact}
      action={
        (again ?? way) && (
          <>
            {again && (
              <Button size="sm" icon={RotateCw} onClick={again}>
                {t('retry')}
              </Button>
            )}
            {way}
          </>
        )
      }
    />
  );
}

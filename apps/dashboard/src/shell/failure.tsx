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
}: {
  error: unknown;
  retry?: () => void;
  compact?: boolean;
  action?: ReactNode;
}) {
  const t = useTranslations('shell');
  const { title, detail, meaning, fix, code, requestId } = useErrorText()(error);
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
        (retry ?? action) && (
          <>
            {retry && (
              <Button size="sm" icon={RotateCw} onClick={retry}>
                {t('retry')}
              </Button>
            )}
            {action}
          </>
        )
      }
    />
  );
}

import type { Token } from '@massif/contracts';
import { AlertDialog, CommandLine, useToast } from '@massif/ui';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { useSession } from '../../api/session.ts';
import { useErrorText } from '../../i18n/sentences.ts';
import { useTokenName } from '../../shell/token-name.ts';
import { useRevokeToken } from './queries.ts';

/** Asks before whoever uses a token is locked out. */
export function RevokeTokenDialog({ token, onClose }: { token: Token | undefined; onClose: () => void }) {
  const t = useTranslations('settings.tokens');
  const tokenName = useTokenName();
  const toast = useToast();
  const errorText = useErrorText();
  const { data: session } = useSession();
  const revoke = useRevokeToken();
  // The words stay while the dialog fades out.
  const [shown, setShown] = useState(token);
  if (token && token !== shown) setShown(token);
  if (!shown) return null;
  const own = shown.id === session?.token;
  const confirm = () =>
    revoke.mutate(shown.id, {
      onSuccess: () => toast.show({ tone: 'success', title: t('revoked', { name: tokenName(shown) }) }),
      onError: (error) => toast.show({ tone: 'danger', title: errorText(error).title, description: error.message }),
      onSettled: onClose,
    });
  return (
    <AlertDialog
      open={token !== undefined}
      onOpenChange={(open) => !open && onClose()}
      title={t('revokeOne', { name: tokenName(shown) })}
      confirmLabel={t('revoke')}
      onConfirm={confirm}
      danger
      busy={revoke.isPending}
    >
      <p>{own ? t('revokeOwn') : t(shown.session ? 'revokeSession' : 'revokeText')}</p>
      <CommandLine command={`massif token revoke ${shown.id}`} />
    </AlertDialog>
  );
}

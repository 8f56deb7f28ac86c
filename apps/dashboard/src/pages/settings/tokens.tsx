import type { Token } from '@massif/contracts';
import {
  Badge,
  Button,
  Section,
  SkeletonRows,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeaderCell,
  TableRow,
  RelativeTime,
  EmptyState,
  useNow,
} from '@massif/ui';
import { useQuery } from '@tanstack/react-query';
import { KeyRound, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { useMay, useSession } from '../../api/session.ts';
import { useFormat } from '../../i18n/format.ts';
import { Failure } from '../../shell/failure.tsx';
import { useTokenName } from '../../shell/token-name.ts';
import { CreateTokenDialog } from './create-token.tsx';
import { tokensQuery } from './queries.ts';
import { RevokeTokenDialog } from './revoke-token.tsx';

/** API tokens, and the browsers that are signed in. */
export function Tokens() {
  const t = useTranslations('settings.tokens');
  const [creating, setCreating] = useState(false);
  const [revoked, setRevoked] = useState<Token>();
  const mayWrite = useMay('tokens:write');
  const tokens = useQuery(tokensQuery);
  const create = mayWrite && (
    <Button icon={Plus} size="sm" onClick={() => setCreating(true)}>
      {t('create')}
    </Button>
  );
  const list = (session: boolean) => tokens.data?.filter((token) => token.session === session);
  const rows = { mayRevoke: mayWrite, onRevoke: setRevoked };
  return (
    <>
      <Section title={t('title')} description={t('description')} card="flush" actions={create}>
        {tokens.isError ? (
          <Failure error={tokens.error} retry={() => void tokens.refetch()} compact />
        ) : list(false)?.length === 0 ? (
          <EmptyState icon={KeyRound} title={t('empty')} text={t('emptyText')} command="massif token create --name ci --role member" />
        ) : (
          <TokenTable label={t('title')} tokens={list(false)} {...rows} />
        )}
      </Section>
      {!tokens.isError && (
        <Section title={t('sessions')} description={t('sessionsText')} card="flush">
          <TokenTable label={t('sessions')} tokens={list(true)} {...rows} />
        </Section>
      )}
      <CreateTokenDialog open={creating} onOpenChange={setCreating} />
      <RevokeTokenDialog token={revoked} onClose={() => setRevoked(undefined)} />
    </>
  );
}

/** Ten rows; browsers that signed in once are many after a while. */
const tableHeightMax = 396;

interface TableProps {
  label: string;
  tokens: Token[] | undefined;
  mayRevoke: boolean;
  onRevoke: (token: Token) => void;
}

function TokenTable({ label, tokens, mayRevoke, onRevoke }: TableProps) {
  const t = useTranslations('settings.tokens');
  const roles = useTranslations('shell.roles');
  const tokenName = useTokenName();
  const { data: session } = useSession();
  return (
    <Table label={label} maxHeight={tableHeightMax}>
      <TableHead>
        <tr>
          <TableHeaderCell>{t('name')}</TableHeaderCell>
          <TableHeaderCell className="max-sm:hidden">{t('role')}</TableHeaderCell>
          <TableHeaderCell className="max-md:hidden">{t('created')}</TableHeaderCell>
          <TableHeaderCell className="max-sm:hidden">{t('lastUsed')}</TableHeaderCell>
          <TableHeaderCell>{t('expires')}</TableHeaderCell>
          <TableHeaderCell>
            <span className="sr-only">{t('actions')}</span>
          </TableHeaderCell>
        </tr>
      </TableHead>
      <TableBody>
        {tokens === undefined && <SkeletonRows rows={1} columns={6} />}
        {tokens?.map((token) => (
          <TableRow key={token.id}>
            <TableCell>
              <span className="flex items-center gap-2 whitespace-nowrap">
                {tokenName(token)}
                {token.id === session?.token && <Badge tone="accent">{t('thisOne')}</Badge>}
              </span>
              <TokenFacts token={token} />
            </TableCell>
            <TableCell className="max-sm:hidden">{roles(token.role)}</TableCell>
            <TableCell className="whitespace-nowrap max-md:hidden">
              <RelativeTime time={token.createdAt} />
            </TableCell>
            <TableCell className="whitespace-nowrap max-sm:hidden">
              {token.lastUsedAt ? <RelativeTime time={token.lastUsedAt} /> : t('neverUsed')}
            </TableCell>
            <TableCell className="whitespace-nowrap">{token.expiresAt ? <RelativeTime time={token.expiresAt} /> : t('never')}</TableCell>
            <TableCell numeric>
              {mayRevoke && (
                <Button
                  variant="ghost"
                  size="sm"
                  icon={Trash2}
                  onClick={() => onRevoke(token)}
                  aria-label={t('revokeOne', { name: tokenName(token) })}
                >
                  {t('revoke')}
                </Button>
              )}
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

/** By which one tells tokens apart where there is no room for their columns. */
function TokenFacts({ token: { role, createdAt, lastUsedAt } }: { token: Token }) {
  const t = useTranslations('settings.tokens');
  const roles = useTranslations('shell.roles');
  const format = useFormat();
  const nowMs = useNow();
  // That clock ticks every ten seconds; nothing was made after now.
  const ago = (time: string) => format.relative(time, Math.max(nowMs, Date.parse(time)));
  const used = lastUsedAt ? t('usedAgo', { time: ago(lastUsedAt) }) : t('unused');
  return (
    <span className="block min-w-36 text-xs whitespace-normal text-text-2 sm:hidden">
      {[roles(role), t('madeAgo', { time: ago(createdAt) }), used].join(' · ')}
    </span>
  );
}

import type { CreatedToken, Role } from '@massif/contracts';
import { Banner, Button, CommandLine, Dialog, Field, RadioCards, Select, TextField } from '@massif/ui';
import { useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { useFormat } from '../../i18n/format.ts';
import { useErrorText } from '../../i18n/sentences.ts';
import { curl, shellQuote } from '../../shell/commands.ts';
import { CopyAsCommand } from '../../shell/copy-as-command.tsx';
import { useCreateToken } from './queries.ts';

/** As contracts have them; those bring a schema library along. */
const roles = ['admin', 'member', 'viewer'] as const satisfies readonly Role[];
const lifetimesDays = ['7', '30', '90', '365', 'never'] as const;
type Lifetime = (typeof lifetimesDays)[number];

const dayMs = 86_400_000;

function expiryOf(lifetime: Lifetime): string | null {
  return lifetime === 'never' ? null : new Date(Date.now() + Number(lifetime) * dayMs).toISOString();
}

/** Makes a token; then shows its secret, this once. */
export function CreateTokenDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations('settings.tokens');
  const [created, setCreated] = useState<CreatedToken>();
  const close = (next: boolean) => {
    onOpenChange(next);
    if (!next) setCreated(undefined);
  };
  return created ? (
    <Dialog
      open={open}
      onOpenChange={close}
      title={t('createdTitle', { name: created.name })}
      footer={<Done onClick={() => close(false)} />}
    >
      <Secret token={created.token} />
    </Dialog>
  ) : (
    <CreateForm open={open} onOpenChange={close} onCreated={setCreated} />
  );
}

function Done({ onClick }: { onClick: () => void }) {
  const t = useTranslations('settings.tokens');
  return (
    <Button variant="primary" onClick={onClick}>
      {t('done')}
    </Button>
  );
}

function Secret({ token }: { token: string }) {
  const t = useTranslations('settings.tokens');
  return (
    <div className="flex flex-col gap-4">
      <Banner tone="warning">{t('once')}</Banner>
      <CommandLine command={token} prompt={null} />
      <div className="flex flex-col gap-1">
        <p className="text-text-2">{t('howTo')}</p>
        <CommandLine command={`export MASSIF_URL=${location.origin} MASSIF_TOKEN=${token}`} />
      </div>
    </div>
  );
}

interface FormProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onCreated: (token: CreatedToken) => void;
}

function CreateForm({ open, onOpenChange, onCreated }: FormProps) {
  const t = useTranslations('settings.tokens');
  const roleNames = useTranslations('shell.roles');
  const [name, setName] = useState('');
  const [isAsked, setIsAsked] = useState(false);
  const nameInput = useRef<HTMLInputElement>(null);
  const [role, setRole] = useState<Role>('member');
  const [lifetime, setLifetime] = useState<Lifetime>('90');
  const [expiresAt, setExpiresAt] = useState(() => expiryOf(lifetime));
  const format = useFormat();
  const errorText = useErrorText();
  const create = useCreateToken();
  const named = name.trim() === '' ? {} : { name: name.trim() };
  const token = { ...named, role, expiresAt };
  const fieldError = (path: string) => create.error?.errors?.find((error) => error.path === path)?.message;
  const otherError =
    create.error && create.error.errors === undefined ? `${errorText(create.error).title}. ${create.error.message}` : undefined;
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={t('create')}
      footer={
        <>
          <CopyAsCommand
            what={t('create')}
            commands={{
              cli: [
                'massif token create',
                named.name === undefined ? [] : `--name ${shellQuote(named.name)}`,
                `--role ${role}`,
                expiresAt === null ? [] : `--expires ${expiresAt}`,
              ]
                .flat()
                .join(' '),
              rest: curl('POST', 'tokens', token),
            }}
          />
          <Button variant="primary" type="submit" form="create-token" busy={create.isPending}>
            {t('create')}
          </Button>
        </>
      }
    >
      <form
        id="create-token"
        className="flex flex-col gap-4"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setIsAsked(true);
          if (named.name === undefined) nameInput.current?.focus();
          else create.mutate(token, { onSuccess: onCreated });
        }}
      >
        <Field
          label={t('name')}
          description={t('nameText')}
          required
          error={fieldError('name') ?? (isAsked && named.name === undefined ? t('nameMissing') : undefined)}
        >
          <TextField ref={nameInput} value={name} onChange={(event) => setName(event.target.value)} placeholder="ci" maxLength={100} />
        </Field>
        <Field
          label={t('expires')}
          description={
            expiresAt === null ? t('neverText') : t('expiresOn', { time: `${format.date(expiresAt)} ${format.clock(expiresAt)}` })
          }
          error={fieldError('expiresAt') ?? otherError}
        >
          <Select
            value={lifetime}
            onValueChange={(next) => {
              setLifetime(next);
              setExpiresAt(expiryOf(next));
            }}
            options={lifetimesDays.map((value) => ({ value, label: value === 'never' ? t('never') : t('days', { count: Number(value) }) }))}
          />
        </Field>
        <RadioCards
          label={t('role')}
          value={role}
          onValueChange={setRole}
          options={roles.map((value) => ({ value, title: roleNames(value), description: t(`roleText.${value}`) }))}
        />
      </form>
    </Dialog>
  );
}

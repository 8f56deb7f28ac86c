import { Button, CommandLine, Dialog } from '@massif/ui';
import { SquareTerminal } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { submitCommand, submitCurl } from './command.ts';

/** The same job from a terminal. */
export function CommandDialog({ readText, name }: { readText(): string; name: string | undefined }) {
  const t = useTranslations('newJob.command');
  return (
    <Dialog
      size="lg"
      title={t('title')}
      trigger={
        <Button size="sm" icon={SquareTerminal}>
          {t('copy')}
        </Button>
      }
    >
      <Commands readText={readText} name={name} />
    </Dialog>
  );
}

/** There while the dialog is open. */
function Commands({ readText, name }: { readText(): string; name: string | undefined }) {
  const t = useTranslations('newJob.command');
  const text = readText();
  return (
    <div className="flex flex-col gap-4">
      <Command label={t('cli')} command={submitCommand(text, name)} />
      <Command label={t('rest')} command={submitCurl(text, location.origin)} />
      <p className="text-xs text-text-2">{t('token')}</p>
    </div>
  );
}

function Command({ label, command }: { label: string; command: string }) {
  return (
    <div className="flex flex-col gap-1">
      <h3 className="text-sm font-medium">{label}</h3>
      <CommandLine command={command} prompt={null} />
    </div>
  );
}

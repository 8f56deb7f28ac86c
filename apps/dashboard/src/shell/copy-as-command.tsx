import { CommandLine, IconButton, Popover } from '@massif/ui';
import { SquareTerminal } from 'lucide-react';
import { useTranslations } from 'use-intl';
import type { Commands } from './commands.ts';

/** Shows how to do the same in a terminal. @param what the action, such as "Cancel the job" */
export function CopyAsCommand({ what, commands }: { what: string; commands: Commands }) {
  const t = useTranslations('shell.command');
  return (
    <Popover trigger={<IconButton icon={SquareTerminal} label={t('label', { what })} />} title={t('title', { what })} align="end">
      <CommandLines commands={commands} />
    </Popover>
  );
}

/** By the command line tool, and by REST. */
export function CommandLines({ commands }: { commands: Commands }) {
  const t = useTranslations('shell.command');
  return (
    <div className="flex flex-col gap-3">
      {commands.cli !== undefined && (
        <div className="flex flex-col gap-1">
          <p className="text-xs font-medium text-text-2">{t('cli')}</p>
          <CommandLine command={commands.cli} />
        </div>
      )}
      <div className="flex flex-col gap-1">
        <p className="text-xs font-medium text-text-2">{t('rest')}</p>
        <CommandLine command={commands.rest} />
      </div>
    </div>
  );
}

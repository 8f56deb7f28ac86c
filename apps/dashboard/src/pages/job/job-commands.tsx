import { isTerminal, type Job } from '@massif/contracts';
import { useTranslations } from 'use-intl';
import { curl } from '../../shell/commands.ts';
import { CopyAsCommand } from '../../shell/copy-as-command.tsx';

/** How to follow the job from a terminal. */
export function JobCommands({ job: { id, state } }: { job: Job }) {
  const t = useTranslations('job.commands');
  const commands = isTerminal(state)
    ? { cli: `massif job ${id}`, rest: curl('GET', `jobs/${id}`) }
    : { cli: `massif logs ${id} -f`, rest: curl('GET', `jobs/${id}/logs`) };
  return <CopyAsCommand what={t(isTerminal(state) ? 'look' : 'follow')} commands={commands} />;
}

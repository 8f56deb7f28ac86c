import { Banner, Button } from '@massif/ui';
import { use } from 'react';
import { useFormContext } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import type { SpecValues } from '../draft/values.ts';
import { ProblemText } from './problem-text.tsx';
import { ProblemsContext } from './problems.ts';

export const otherProblemsId = 'other-problems';

/** Problems that no field of the form shows: of what only the text has. */
export function OtherProblems({ onYaml }: { onYaml(): void }) {
  const t = useTranslations('newJob');
  const { all } = use(ProblemsContext);
  const { control } = useFormContext<SpecValues>();
  // Fields that are not there have nobody to show what is wrong with them.
  const others = all.filter(({ path }) => path !== '' && !shownPaths.some((known) => path === known) && !control._names.mount.has(path));
  if (others.length === 0) return null;
  return (
    <div id={otherProblemsId} tabIndex={-1}>
      <Banner
        tone="warning"
        action={
          <Button size="sm" onClick={onYaml}>
            {t('editAsYaml')}
          </Button>
        }
      >
        {others.map((problem) => (
          <span key={problem.path} className="block">
            <code className="font-mono text-xs">{problem.path}</code> <ProblemText problem={problem} />
          </span>
        ))}
      </Banner>
    </div>
  );
}

const shownPaths = ['model', 'model.preset', 'model.job', 'data', 'data.package', 'data.text', 'resources'];

import { AppError, type DryRun, type TrainSpec } from '@massif/contracts';
import type { Plan, PlanResult } from '@massif/planner';
import { Banner, Button, Card, Segmented, Skeleton } from '@massif/ui';
import { useQuery } from '@tanstack/react-query';
import { Rocket } from 'lucide-react';
import { lazy, Suspense, useCallback, useEffect, useEffectEvent, useMemo, useRef, useState, type FormEvent } from 'react';
import { FormProvider } from 'react-hook-form';
import { useTranslations } from 'use-intl';
import { useMay } from '../../api/session.ts';
import { useLanguage } from '../../i18n/language.tsx';
import { Failure } from '../../shell/failure.tsx';
import { CommandDialog } from './command-dialog.tsx';
import { fieldErrorsOf } from './draft/check.ts';
import type { StoredDraft } from './draft/storage.ts';
import { useDraft } from './draft/use-draft.ts';
import { OtherProblems, otherProblemsId } from './form/other-problems.tsx';
import { ProblemsContext, useProblemsOf } from './form/problems.ts';
import { SpecForm } from './form/spec-form.tsx';
import { BigNumbers, PlanPane } from './plan/plan-pane.tsx';
import { useDryRun } from './plan/use-dry-run.ts';
import { planClusterQuery } from '../../plan/cluster.ts';
import { useRefusalText } from '../../plan/words.ts';
import { usePreview } from './plan/use-preview.ts';
import { useSubmit } from './use-submit.ts';

const YamlEditor = lazy(async () => ({ default: (await import('./yaml/editor.tsx')).YamlEditor }));

/** A draft beside its plan: what one writes, and what one would get. */
export function Workbench({ source, begin }: { source: string; begin: Pick<StoredDraft, 'text' | 'mode'> }) {
  const t = useTranslations('newJob');
  const maySubmit = useMay('jobs:write');
  const { locale } = useLanguage();
  const draft = useDraft(source, begin);
  const { data: cluster } = useQuery(planClusterQuery);
  const preview = usePreview(draft.spec, cluster);
  const isCurrent = draft.spec !== undefined && preview.spec === draft.spec;
  const refusal = useLocalRefusal(isCurrent ? preview.error : undefined, draft.spec);
  const { dryRun, error: refused } = useDryRun(draft.spec && !preview.error ? draft.text : undefined);
  const submit = useSubmit();
  // What was refused was another draft.
  const forgetRefused = useEffectEvent(() => submit.isError && submit.reset());
  useEffect(() => void forgetRefused(), [draft.spec, draft.error]);
  const { asks, ask, formElement } = useAsks(draft.mode);
  const problems = useProblemsOf(draft.error ?? refusal, asks > 0);
  const result = preview.isElsewhere ? dryRun && resultOf(dryRun) : preview.result;
  const isOutdated = draft.spec === undefined || (refusal !== undefined && areOfFields(refusal));
  const isOld = result !== undefined && (isOutdated || refusal !== undefined);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (isOutdated) ask();
    else submit.mutate(draft.readText());
  };
  const { isPending, error: failure } = submit;
  const start = useMemo(
    () => (
      <Button type="submit" variant="primary" icon={Rocket} busy={isPending} disabled={!maySubmit}>
        {t('submit')}
      </Button>
    ),
    [isPending, maySubmit, t],
  );
  const action = useMemo(
    () => (
      <>
        {failure && <Failure error={failure} compact />}
        {!maySubmit && <Banner>{t('mayNot')}</Banner>}
        <div className="grid max-lg:hidden">{start}</div>
      </>
    ),
    [failure, maySubmit, start, t],
  );
  return (
    <ProblemsContext value={problems}>
      <FormProvider {...draft.form}>
        <form
          ref={formElement}
          noValidate
          onSubmit={onSubmit}
          className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_minmax(22rem,30rem)]"
        >
          <div className="flex min-w-0 flex-col gap-4">
            <div className="flex flex-wrap items-center justify-between gap-2">
              <Segmented
                label={t('editAs')}
                value={draft.mode}
                onValueChange={draft.show}
                options={[
                  { value: 'form', label: t('form'), disabled: !draft.canBeForm },
                  { value: 'yaml', label: 'YAML' },
                ]}
              />
              <CommandDialog readText={draft.readText} name={draft.spec?.name} />
            </div>
            {draft.mode === 'form' ? (
              <>
                <OtherProblems onYaml={() => draft.show('yaml')} />
                <SpecForm cluster={cluster} />
              </>
            ) : (
              <Suspense fallback={<Skeleton className="h-96 rounded-lg" />}>
                <YamlEditor key={locale} text={draft.text} onChange={draft.edit} refusal={refusal ?? ofText(refused)} asks={asks} />
              </Suspense>
            )}
          </div>
          <div className="flex min-w-0 flex-col gap-4 lg:sticky lg:top-5 lg:max-h-[calc(100dvh-2.5rem)] lg:overflow-y-auto">
            <PlanPane
              result={result}
              planned={preview.planned ?? draft.spec}
              spec={preview.spec ?? draft.spec}
              error={refusal ?? refused ?? undefined}
              isOutdated={isOutdated}
              isOld={isOld}
              isIncomplete={problems.isOnlyEmpty && draft.mode === 'form'}
              onFirstProblem={ask}
              dryRun={dryRun}
              cluster={cluster}
              action={action}
            />
          </div>
          <Card className="sticky bottom-2 z-20 flex items-end justify-between gap-3 shadow-pop lg:hidden">
            <BigNumbers plan={result?.plans[0]} isComing={!result && !isOutdated && !refusal && !refused} isOld={isOld} compact />
            {start}
          </Card>
        </form>
      </FormProvider>
    </ProblemsContext>
  );
}

/** Whether an error is told at its fields, in the reader's language. */
function areOfFields({ errors = [] }: AppError): boolean {
  return errors.length > 0 && errors.every(({ rule }) => rule !== undefined);
}

/** What the API says of a place in a draft; not that it cannot be reached. */
function ofText(error: AppError | null): AppError | undefined {
  return error && (error.errors ?? error.context['path']) !== undefined ? error : undefined;
}

/** What the planner says against a draft, its fields in the reader's language. */
function useLocalRefusal(error: AppError | undefined, spec: TrainSpec | undefined): AppError | undefined {
  const refusalText = useRefusalText();
  if (!error || areOfFields(error)) return error;
  const { sentence: message, fix } = refusalText(error, spec);
  return new AppError(error.code, error.message, {
    context: error.context,
    errors: fieldErrorsOf(error).map(({ path }) => ({ path, message, fix })),
  });
}

/** How often somebody has asked what is wrong, as one does by starting what is not right: each time the first problem takes the focus. */
function useAsks(mode: StoredDraft['mode']) {
  const [asks, setAsks] = useState(0);
  const formElement = useRef<HTMLFormElement>(null);
  const ask = useCallback(() => setAsks((before) => before + 1), []);
  // The editor of the text does so itself.
  const goToFirst = useEffectEvent(() => mode === 'form' && focusFirstProblem(formElement.current!));
  useEffect(() => {
    if (asks > 0) goToFirst();
  }, [asks]);
  return { asks, ask, formElement };
}

/** A problem that no field shows is shown above them. */
function focusFirstProblem(form: HTMLFormElement): void {
  const first = form.querySelector<HTMLElement>('[aria-invalid="true"], [data-invalid-part]') ?? document.getElementById(otherProblemsId);
  const more = first?.closest('details');
  if (more) more.open = true;
  first?.focus();
}

/** What the API has planned, as the planner says it: it is the same one. */
function resultOf({ plan }: DryRun): PlanResult {
  return { plans: [plan as unknown as Plan], rejected: [], searchMs: 0 };
}

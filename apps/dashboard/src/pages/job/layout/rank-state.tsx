import { StateBadge } from '@massif/ui';
import { useTranslations } from 'use-intl';

/** States of ranks, each with the state of a job that looks like it. */
const looks = {
  starting: 'launching',
  running: 'running',
  done: 'succeeded',
  succeeded: 'succeeded',
  failed: 'failed',
  stopped: 'cancelled',
  lost: 'lost',
} as const;

/** How a rank is, by word, icon and colour. */
export function RankState({ state }: { state: string }) {
  const t = useTranslations('job.layout.states');
  return isKnown(state) ? <StateBadge state={looks[state]} label={t(state)} /> : <StateBadge state="queued" label={state} />;
}

const isKnown = (state: string): state is keyof typeof looks => Object.hasOwn(looks, state);

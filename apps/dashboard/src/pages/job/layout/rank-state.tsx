import { Badge, type Tone } from '@massif/ui';
import { useTranslations } from 'use-intl';

const tones: Record<string, Tone> = {
  starting: 'neutral',
  running: 'accent',
  done: 'success',
  succeeded: 'success',
  failed: 'danger',
  stopped: 'neutral',
  lost: 'warning',
};

type KnownState = 'starting' | 'running' | 'done' | 'succeeded' | 'failed' | 'stopped' | 'lost';

/** How a rank is, by word and colour. */
export function RankState({ state }: { state: string }) {
  const t = useTranslations('job.layout.states');
  return <Badge tone={tones[state] ?? 'neutral'}>{state in tones ? t(state as KnownState) : state}</Badge>;
}

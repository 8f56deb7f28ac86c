import type { DeviceState, NodeState } from '@massif/contracts';
import { Badge, type Tone } from '@massif/ui';
import { CheckCircle2, CircleDashed, CircleDot, CircleSlash, XCircle, type LucideIcon } from 'lucide-react';
import { useTranslations } from 'use-intl';

const nodeLooks: Record<NodeState, { tone: Tone; icon: LucideIcon }> = {
  ready: { tone: 'success', icon: CheckCircle2 },
  cordoned: { tone: 'warning', icon: CircleSlash },
  unhealthy: { tone: 'danger', icon: XCircle },
};

const deviceLooks: Record<DeviceState, { tone: Tone; icon: LucideIcon }> = {
  free: { tone: 'neutral', icon: CircleDashed },
  allocated: { tone: 'accent', icon: CircleDot },
  unhealthy: { tone: 'danger', icon: XCircle },
};

/** A node's state by word, icon and colour. */
export function NodeStateBadge({ state }: { state: NodeState }) {
  const t = useTranslations('cluster.nodeStates');
  return <Badge {...nodeLooks[state]}>{t(state)}</Badge>;
}

export function DeviceStateBadge({ state }: { state: DeviceState }) {
  const t = useTranslations('cluster.deviceStates');
  return <Badge {...deviceLooks[state]}>{t(state)}</Badge>;
}

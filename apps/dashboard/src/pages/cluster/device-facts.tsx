import { KeyValue, quietLinkClass, StateBadge, type KeyValueItem } from '@massif/ui';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { attemptsQuery, jobQuery } from '../../api/queries.ts';
import { useFormat } from '../../i18n/format.ts';
import { DeviceStateBadge } from './node-state.tsx';
import type { DeviceNow } from './use-device.ts';

/** A device now: what holds it, as which rank, and how much of it is used. */
export function DeviceFacts({ device }: { device: DeviceNow }) {
  const t = useTranslations('cluster.device');
  const format = useFormat();
  const { known, node, state, busy, memory } = device;
  const items: KeyValueItem[] = [
    { key: 'state', label: t('state'), value: <DeviceStateBadge state={state} /> },
    {
      key: 'node',
      label: t('node'),
      value: (
        <Link to="/cluster/nodes/$name" params={{ name: node.name }} className={quietLinkClass}>
          {node.name}
        </Link>
      ),
    },
    { key: 'type', label: t('type'), value: node.type },
    { key: 'busy', label: t('busy'), value: format.percent(busy, 0) },
    {
      key: 'memory',
      label: t('memory'),
      value:
        known && memory !== null
          ? // The stream says it in whole per cent.
            t('memoryOf', { used: format.percent(memory, 0), all: format.bytes(known.memoryBytes) })
          : format.bytes(known?.memoryBytes),
    },
    { key: 'job', label: t('job'), value: known && (known.job ? <JobOfDevice id={known.job} /> : t('noJob')) },
    ...(known?.job
      ? [{ key: 'rank', label: t('rank'), value: <RankOfDevice id={known.job} node={known.node} index={known.index} /> }]
      : []),
  ];
  return <KeyValue items={items} />;
}

/** The job that holds a device, by name and state. */
export function JobOfDevice({ id }: { id: string }) {
  const states = useTranslations('states');
  const { data: job } = useQuery({ ...jobQuery(id), refetchInterval: 5000 });
  return (
    <span className="flex min-w-0 flex-wrap items-center gap-x-2">
      <Link to="/jobs/$id" params={{ id }} className={`${quietLinkClass} min-w-0 truncate`}>
        {job?.name ?? id}
      </Link>
      {job && <StateBadge state={job.state} label={states(job.state)} />}
    </span>
  );
}

function RankOfDevice({ id, node, index }: { id: string; node: string; index: number }) {
  const t = useTranslations('cluster.device');
  const format = useFormat();
  const { data } = useQuery({ ...attemptsQuery(id), refetchInterval: 15_000 });
  const attempt = data?.items[0];
  const rank = attempt?.ranks.find((each) => each.node === node && each.deviceIndex === index);
  return rank && attempt ? t('rankOf', { rank: rank.rank, count: attempt.ranks.length }) : format.integer(null);
}

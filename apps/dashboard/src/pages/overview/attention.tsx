import type { Attention as AttentionItem, Overview } from '@massif/contracts';
import { Button, cx, quietLinkClass, RelativeTime, Section, SkeletonText, useEdges } from '@massif/ui';
import { Link } from '@tanstack/react-router';
import { CheckCircle2, CircleAlert, ServerOff, TriangleAlert, XCircle, type LucideIcon } from 'lucide-react';
import { useId, useRef, useState, type ReactNode, type RefObject } from 'react';
import { useTranslations } from 'use-intl';
import { useReasonText } from '../../i18n/sentences.ts';
import { useStill } from '../../shell/use-still.ts';

const icons: Record<AttentionItem['kind'], { icon: LucideIcon; className: string }> = {
  job_failed: { icon: XCircle, className: 'text-failed' },
  job_stuck: { icon: CircleAlert, className: 'text-recovering' },
  job_crashing: { icon: TriangleAlert, className: 'text-recovering' },
  node_unhealthy: { icon: ServerOff, className: 'text-failed' },
  device_unhealthy: { icon: ServerOff, className: 'text-failed' },
};

/** On a small screen there are so many before one asks for the others. */
const firstRows = 5;

const attentionKey = ({ kind, job, node, since }: AttentionItem) => [kind, job?.id, node, since].join(' ');

/** What does not mend itself, each with a way to it. */
export function Attention({ overview }: { overview: Overview | undefined }) {
  const t = useTranslations('overview.attention');
  const list = useRef<HTMLUListElement>(null);
  const items = useStill(overview?.attention, list, attentionKey);
  return (
    <Section title={t('title')} card="flush">
      {!overview || !items ? (
        <div className="px-4 pb-4">
          <SkeletonText lines={2} />
        </div>
      ) : items.length === 0 ? (
        <p className="flex items-center gap-2 px-4 pb-4 text-sm text-text-2">
          <CheckCircle2 aria-hidden className="size-4 text-succeeded" />
          {t('none')}
        </p>
      ) : (
        <AttentionList list={list} items={items} more={Math.max(0, overview.attentionTotal - items.length)} />
      )}
    </Section>
  );
}

interface AttentionListProps {
  list: RefObject<HTMLUListElement | null>;
  items: readonly AttentionItem[];
  /** How many there are beyond these. */
  more: number;
}

/** Within a height of its own beside other things, as long as it is on a small screen. */
function AttentionList({ list, items, more }: AttentionListProps) {
  const t = useTranslations('overview.attention');
  const { end, look } = useEdges(list, 'y');
  const [isWhole, setIsWhole] = useState(false);
  const listId = useId();
  const isLong = items.length > firstRows;
  const hidden = isLong && !isWhole && 'max-lg:hidden';
  return (
    <>
      <ul
        id={listId}
        ref={list}
        onScroll={look}
        className={cx('lg:max-h-80 lg:overflow-y-auto', end && 'lg:mask-b-from-[calc(100%-2.5rem)]')}
      >
        {items.map((item, index) => (
          <AttentionRow key={attentionKey(item)} item={item} className={index >= firstRows && hidden} />
        ))}
        {more > 0 && <li className={cx('border-t border-line px-4 py-2 text-sm text-text-2', hidden)}>{t('more', { count: more })}</li>}
      </ul>
      {isLong && (
        <p className="border-t border-line px-4 py-2 lg:hidden">
          <Button size="sm" variant="ghost" aria-expanded={isWhole} aria-controls={listId} onClick={() => setIsWhole(!isWhole)}>
            {isWhole ? t('showFewer') : t('showAll', { count: items.length, all: more > 0 ? 'no' : 'yes' })}
          </Button>
        </p>
      )}
    </>
  );
}

function AttentionRow({ item, className: rowClass }: { item: AttentionItem; className: string | false }) {
  const t = useTranslations('overview.attention');
  const reasonText = useReasonText();
  const { icon: Icon, className } = icons[item.kind];
  return (
    <li className={cx('flex items-start gap-2.5 border-t border-line px-4 py-2 text-sm', rowClass)}>
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${className}`} />
      <div className="min-w-0 flex-1">
        <p className="break-words">
          {t.rich(item.kind, {
            job: item.job?.name ?? '',
            node: item.node ?? '',
            link: (words) => <Target item={item}>{words}</Target>,
          })}
        </p>
        {item.reason && <p className="line-clamp-2 break-words text-text-2">{reasonText(item.reason)}</p>}
      </div>
      <RelativeTime time={item.since} className="shrink-0 text-xs whitespace-nowrap text-text-3" />
    </li>
  );
}

function Target({ item, children }: { item: AttentionItem; children: ReactNode }) {
  if (item.job)
    return (
      <Link to="/jobs/$id" params={{ id: item.job.id }} className={quietLinkClass}>
        {children}
      </Link>
    );
  if (item.node !== null)
    return (
      <Link to="/cluster/nodes/$name" params={{ name: item.node }} className={quietLinkClass}>
        {children}
      </Link>
    );
  return children;
}

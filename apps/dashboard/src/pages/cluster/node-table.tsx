import { cx, quietLinkClass, TableBody, TableCell, TableHead, TableHeaderCell, type HeatData } from '@massif/ui';
import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, type KeyboardEvent, type RefObject } from 'react';
import { useTranslations } from 'use-intl';
import { nodeUse, type HeatPlace } from '../../api/live/heat.ts';
import { useHeatFrames } from '../../api/live/live.tsx';
import { useFormat } from '../../i18n/format.ts';
import { moveOf } from '../../shell/row-keys.ts';
import { NodeStateBadge } from './node-state.tsx';
import { ShareBar } from './share-bar.tsx';

const rowHeight = 36;
/** Rows that are shown without scrolling within the table. */
const shownRows = 14;
/** Its number among all rows: the head is the first. */
const firstRow = 2;

// Columns come as there is room for them beside the name.
const rackClass = 'hidden w-20 @3xl:table-cell';
const typeClass = 'hidden w-32 @4xl:table-cell';
const inUseClass = 'hidden w-20 @lg:table-cell';
const memoryClass = 'hidden w-36 @lg:table-cell';

interface NodeTableProps {
  heat: HeatData;
  nodes: readonly HeatPlace[];
  scroller: RefObject<HTMLDivElement | null>;
}

/** Nodes with what they do now. Only rows in view are drawn: a thousand nodes change each second. */
export function NodeTable({ heat, nodes, scroller }: NodeTableProps) {
  const t = useTranslations('cluster.nodes');
  useHeatFrames(heat);
  // oxlint-disable-next-line react/incompatible-library -- only for React Compiler, which this build does not use
  const virtualizer = useVirtualizer({
    count: nodes.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  });
  const items = virtualizer.getVirtualItems();
  /** The row that is to take the focus, once it is drawn. */
  const wanted = useRef<number>(undefined);
  const takeFocus = () => {
    if (wanted.current === undefined) return;
    const link = scroller.current?.querySelector<HTMLElement>(`tr[aria-rowindex="${wanted.current + firstRow}"] a`);
    if (!link) return;
    wanted.current = undefined;
    link.focus();
  };
  useEffect(takeFocus);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const row = (event.target as HTMLElement).closest('tr')?.getAttribute('aria-rowindex');
    const move = moveOf(event);
    if (!move || !row) return;
    event.preventDefault();
    wanted.current = move(Number(row) - firstRow, nodes.length);
    virtualizer.scrollToIndex(wanted.current);
    takeFocus();
  };
  const above = items[0]?.start ?? 0;
  const below = virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <div
      ref={scroller}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard (WCAG 2.1.1)
      tabIndex={0}
      className="@container scroll-pt-9 overflow-auto"
      style={{ maxHeight: (shownRows + 1) * rowHeight }}
    >
      <table
        aria-label={t('title')}
        aria-rowcount={nodes.length + 1}
        className="w-full table-fixed border-separate border-spacing-0 text-sm"
      >
        <TableHead>
          <tr>
            <TableHeaderCell>{t('name')}</TableHeaderCell>
            <TableHeaderCell className="w-28 @2xl:w-30 @3xl:w-56">{t('state')}</TableHeaderCell>
            <TableHeaderCell className={rackClass}>{t('rack')}</TableHeaderCell>
            <TableHeaderCell className={typeClass}>{t('type')}</TableHeaderCell>
            <TableHeaderCell numeric className={inUseClass}>
              {t('inUse')}
            </TableHeaderCell>
            <TableHeaderCell numeric className="w-36">
              {t('busy')}
            </TableHeaderCell>
            <TableHeaderCell numeric className={memoryClass}>
              {t('memory')}
            </TableHeaderCell>
          </tr>
        </TableHead>
        <TableBody onKeyDown={onKeyDown}>
          <Spacer height={above} />
          {items.map(({ index }) => (
            <NodeRow key={nodes[index]!.name} heat={heat} node={nodes[index]!} row={index + firstRow} />
          ))}
          <Spacer height={below} />
        </TableBody>
      </table>
    </div>
  );
}

function Spacer({ height }: { height: number }) {
  return height > 0 ? <tr aria-hidden style={{ height }} /> : null;
}

function NodeRow({ heat, node, row }: { heat: HeatData; node: HeatPlace; row: number }) {
  const t = useTranslations('cluster.nodes');
  const format = useFormat();
  const { allocated, unhealthy, busy, memory } = nodeUse(heat, node);
  return (
    <tr
      aria-rowindex={row}
      style={{ height: rowHeight }}
      className={cx('hover:bg-hover has-[a:focus-visible]:bg-hover', unhealthy > 0 && 'bg-failed-soft/40')}
    >
      <TableCell truncate>
        <Link to="/cluster/nodes/$name" params={{ name: node.name }} className={quietLinkClass}>
          {node.name}
        </Link>
      </TableCell>
      <TableCell truncate>
        <NodeStateBadge state={node.state} />
        {unhealthy > 0 && node.state !== 'unhealthy' && (
          <span className="ml-2 text-xs text-failed">{t('unhealthy', { count: unhealthy })}</span>
        )}
      </TableCell>
      <TableCell truncate className={rackClass}>
        {node.rack ?? format.integer(null)}
      </TableCell>
      <TableCell truncate className={typeClass}>
        {node.type}
      </TableCell>
      <TableCell numeric className={inUseClass}>
        {t('of', { used: allocated, all: node.devices })}
      </TableCell>
      <TableCell numeric>
        <ShareBar value={busy} />
      </TableCell>
      <TableCell numeric className={memoryClass}>
        <ShareBar value={memory} />
      </TableCell>
    </tr>
  );
}

import { useId, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react';
import { ChartFrame, type ChartFrameProps } from '../chart-frame.tsx';
import { useChartColors } from '../colors.ts';
import { CellLabel, Ring, type DeviceText } from '../heat/heat-label.tsx';
import { neighbour, type HeatDirection } from '../heat/heat-layout.ts';
import { useWidth } from '../use-width.ts';
import { colorOfState, GangCell } from './gang-cell.tsx';
import { groupColors } from './gang-colors.ts';
import { layoutGang, nodeSummaries, rankAt, type GangRank } from './gang-layout.ts';

export type LayoutPictureProps = Pick<ChartFrameProps, 'title' | 'description' | 'level' | 'actions' | 'className'> & {
  ranks: readonly GangRank[];
  /** What colours tell apart. */
  colorBy: 'pp' | 'dp';
  /** Such as "stage 2", of 2. */
  groupLabel: (group: number) => string;
  /** Where a node is one cell: all its ranks; else one. */
  describe: (ranks: readonly GangRank[]) => DeviceText;
  words: { help: string; rank: string; node: string; device: string; dp: string; tp: string; pp: string; cp: string; state: string };
  formatState: (state: NonNullable<GangRank['state']>) => string;
  /** A rank. */
  selected?: number | null;
  onSelect?: (rank: number | null) => void;
  heightMax?: number;
};

/** Ranks up to which each has a cell. */
const cellsMost = 1024;

const directions: Record<string, HeatDirection> = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' };

/** How a gang lies on nodes and devices: who holds which stage, which ranks work as one, and who is lost. */
export function LayoutPicture(props: LayoutPictureProps) {
  const { ranks, colorBy, groupLabel, words, formatState } = props;
  const colors = useChartColors();
  const groups = ranks.reduce((most, rank) => Math.max(most, rank[colorBy] + 1), 1);
  const fills = groupColors(groups, colors);
  // Of many groups the first and the last: the ramp between them says the rest.
  const named = groups <= colors.series.length ? fills.map((_, group) => group) : [0, groups - 1];
  const states = (['failed', 'lost'] as const).filter((state) => ranks.some((rank) => rank.state === state));
  // Groups of which every rank has the colour of its state are not seen.
  const seen = ranks.some(({ state }) => colorOfState(state, colors) === undefined) ? named : [];
  const legend = [
    ...seen.map((group) => ({ label: groupLabel(group), color: fills[group]! })),
    ...states.map((state) => ({ label: formatState(state), color: colorOfState(state, colors)! })),
  ];
  return (
    <ChartFrame
      title={props.title}
      description={props.description}
      level={props.level}
      actions={props.actions}
      className={props.className}
      legend={legend}
      readout={
        <div className="flex min-h-5 flex-wrap items-center gap-x-4 text-xs text-text-2">
          {legend.map(({ label, color }, index) => (
            <span key={label} className="inline-flex items-center gap-1.5">
              {index === 1 && seen.length > 0 && named.length < groups && <span aria-hidden>…</span>}
              <span aria-hidden className="size-2.5 rounded-xs" style={{ background: color }} />
              {label}
            </span>
          ))}
        </div>
      }
      table={() => ({
        columns: [words.rank, words.node, words.device, words.dp, words.tp, words.pp, words.cp, words.state].map((label) => ({ label })),
        rows: ranks.map(({ rank, node, device, dp, tp, pp, cp, state }) => [
          rank,
          node,
          device,
          dp,
          tp,
          pp,
          cp,
          formatState(state ?? 'running'),
        ]),
      })}
    >
      <Cells {...props} fills={fills} />
    </ChartFrame>
  );
}

function Cells(props: LayoutPictureProps & { fills: readonly string[] }) {
  const { title, ranks, colorBy, describe, words, selected = null, onSelect, heightMax = 440, fills } = props;
  const holder = useRef<HTMLDivElement>(null);
  const colors = useChartColors();
  const width = useWidth(holder);
  const [hovered, setHovered] = useState<number | null>(null);
  const [cursor, setCursor] = useState<number | null>(null);
  const [spoken, setSpoken] = useState('');
  const helpId = useId();

  const cells = useMemo(
    () => (ranks.length > cellsMost ? nodeSummaries(ranks) : ranks.map((rank) => ({ rank, members: [rank] }))),
    [ranks],
  );
  // Nodes as cells stand together as if on one node; a change of state moves nothing.
  const places = cells.map(({ rank }, index) =>
    ranks.length > cellsMost ? { ...rank, node: String(Math.floor(index / 64)), device: index, dp: index } : rank,
  );
  const placesKey = places.map(({ node, device, dp, tp, pp, cp }) => `${node}/${device}/${dp}/${tp}/${pp}/${cp}`).join();
  // oxlint-disable-next-line react/exhaustive-deps -- the key stands for the places
  const layout = useMemo(() => layoutGang(places, { width, heightMax }), [placesKey, width, heightMax]);
  const selectedAt = selected === null ? -1 : cells.findIndex(({ members }) => members.some(({ rank }) => rank === selected));
  const labelled = hovered ?? cursor;

  const at = (event: MouseEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    const index = rankAt(layout, event.clientX - box.left, event.clientY - box.top);
    return index < 0 ? null : index;
  };
  const choose = (index: number | null) => onSelect?.(index === null || index === selectedAt ? null : cells[index]!.rank.rank);

  const onKeyDown = (event: KeyboardEvent) => {
    if (cells.length === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = directions[event.key];
    if (event.key === 'Enter' || event.key === ' ') choose(cursor);
    else if (event.key === 'Escape') choose(null);
    else if (direction) {
      const next = cursor === null ? Math.max(0, selectedAt) : neighbour(layout, cursor, direction);
      const text = describe(cells[next]!.members);
      setCursor(next);
      setSpoken([text.title, ...text.facts].join(', '));
    } else return;
    event.preventDefault();
  };

  return (
    <div ref={holder} className="pt-2">
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- an application of its own: arrow keys move a cursor */}
      <div
        role="application"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        aria-label={title}
        aria-describedby={helpId}
        className="relative w-fit outline-offset-4"
        onKeyDown={onKeyDown}
        onBlur={() => setCursor(null)}
        onPointerMove={(event) => setHovered(at(event))}
        onPointerLeave={() => setHovered(null)}
        onClick={(event) => choose(at(event))}
      >
        <svg data-picture aria-hidden width={layout.width} height={layout.height} className="block">
          {layout.nodes.map(({ name, x, y, width: boxWidth, height }) => (
            <g key={name}>
              {layout.named && (
                <text x={x + 1} y={y - 6} fontSize={11} fill={colors.text2}>
                  {name.length * 6.5 > boxWidth ? `${name.slice(0, Math.floor(boxWidth / 6.5) - 1)}…` : name}
                </text>
              )}
              <rect x={x + 0.5} y={y + 0.5} width={boxWidth - 1} height={height - 1} rx={4} fill={colors.sunken} stroke={colors.line} />
            </g>
          ))}
          {layout.links.map(({ from, x, y, width: linkWidth, height }) => (
            <rect key={from} x={x} y={y} width={linkWidth} height={height} fill={fills[places[from]![colorBy]]} opacity={0.45} />
          ))}
          {cells.map(({ rank, members }, index) => (
            <GangCell
              key={rank.rank}
              x={layout.x[index]!}
              y={layout.y[index]!}
              cell={layout.cell}
              rank={rank.rank}
              state={rank.state ?? 'running'}
              fills={[...new Set(members.map((member) => fills[member[colorBy]]!))].slice(0, 8)}
              numbered={layout.numbered}
            />
          ))}
        </svg>
        {selectedAt >= 0 && <Ring layout={layout} index={selectedAt} strong />}
        {labelled !== null && labelled < cells.length && (
          <>
            <Ring layout={layout} index={labelled} />
            <CellLabel layout={layout} index={labelled} text={describe(cells[labelled]!.members)} room={width} />
          </>
        )}
      </div>
      <span id={helpId} hidden>
        {words.help}
      </span>
      <output className="sr-only">{spoken}</output>
    </div>
  );
}
